"""File names shown to people. They never become paths of ours."""

import unicodedata
from urllib.parse import unquote, urlsplit

LONGEST_NAME_BYTES = 255
FALLBACK_NAME = "video"


def clean_filename(name: str) -> str:
    """
    Return the last component of a name, printable characters only, at most 255 bytes of UTF-8.

    Control and bidirectional formatting characters are dropped, so that a name reads as it is.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(char for char in last if not unicodedata.category(char).startswith("C")).strip()
    kept = visible.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore")
    return kept if kept.strip(".") else FALLBACK_NAME


def filename_of_url(url: str) -> str:
    """Return the last path segment of a URL, percent-decoded, without its query."""
    return clean_filename(unquote(urlsplit(url).path.rsplit("/", 1)[-1]))
