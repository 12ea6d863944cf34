"""Answers that are files to keep."""

from collections.abc import Mapping
from urllib.parse import quote

from kinodex.domain.names import clean_filename

_UNSAFE = frozenset('"\\/;%')


def as_file(name: str) -> Mapping[str, str]:
    """Return the headers of an answer that is to be saved under a name (RFC 6266, RFC 8187)."""
    cleaned = clean_filename(name)
    plain = "".join(char if " " <= char <= "~" and char not in _UNSAFE else "_" for char in cleaned)
    whole = quote(cleaned, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def renamed(filename: str, addition: str) -> str:
    """Return a file's name with another ending; a long one loses letters before the ending does."""
    stem = filename.rpartition(".")[0] or filename
    room = 255 - len(addition.encode())
    return stem.encode()[:room].decode(errors="ignore") + addition
