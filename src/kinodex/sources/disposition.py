"""The name of a downloaded file, for people only."""

import re
from urllib.parse import unquote_to_bytes

from kinodex.domain.names import FALLBACK_NAME, LONGEST_NAME_BYTES, clean_filename, filename_of_url
from kinodex.sources.heads import Head
from kinodex.sources.urls import WebUrl

_EXTENDED = re.compile(r";\s*filename\*\s*=\s*([\w-]*)'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r';\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r";\s*filename\s*=\s*([^\s;\"]+)", re.IGNORECASE)
_LONGEST_EXTENSION = 10


def filename_of(head: Head, *, first: WebUrl, last: WebUrl) -> str:
    """
    Return a name from Content-Disposition (RFC 6266), else from a URL.

    That is the URL at the end of the redirects or, if only that one has an extension, the one the user gave.
    """
    for value in head.all("content-disposition"):
        name = clean_filename(_shortened(_said(value)))
        if name != FALLBACK_NAME:
            return name
    names = [filename_of_url(url.full) for url in (last, first)]
    return next((name for name in names if "." in name), names[0])


def _said(value: str) -> str:
    if match := _EXTENDED.search(value):
        return unquote_to_bytes(match[2]).decode(_charset(match[1]), errors="replace")
    if match := _QUOTED.search(value):
        return re.sub(r"\\([\"\\])", r"\1", match[1])
    match = _BARE.search(value)
    return match[1] if match else ""


def _charset(name: str) -> str:
    return "latin-1" if name.lower() == "iso-8859-1" else "utf-8"


def _shortened(name: str) -> str:
    """Cut the stem of a long name, so that the extension stays."""
    stem, dot, extension = re.split(r"[\\/]", name)[-1].rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return name
    kept = stem.encode(errors="replace")[: LONGEST_NAME_BYTES - len(extension.encode()) - 1]
    return f"{kept.decode(errors='ignore')}.{extension}"
