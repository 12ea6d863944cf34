"""The built files of the page, read and compressed once."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ENTRY = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOLDER = "page"


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is sent: plain, and by gzip."""

    content: bytes
    compressed: bytes
    media_type: str
    etag: str


@cache
def page_files() -> dict[str, PageFile]:
    """Return the files of the page by name; those but ``index.html`` have a hash of their content in it."""
    found = {}
    for path in (files("kinodex.http") / _FOLDER).iterdir():
        name = path.name
        media_type = TYPES.get(name[name.rfind(".") :])
        if media_type is not None:
            found[name] = _read(path.read_bytes(), media_type)
    return found


def _read(content: bytes, media_type: str) -> PageFile:
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return PageFile(content, gzip.compress(content, 9, mtime=0), media_type, etag)
