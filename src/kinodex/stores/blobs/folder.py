"""
Blobs in a local folder: a blob is there whole or not at all, also after the power went.

Written to a file of its own, forced to the disk, renamed, and the folder forced to the disk too: the
order that survived every kill in the trials. Large files are linked instead of copied where source and
store share a file system.
"""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain.errors import StorageFull

INCOMING = ".incoming"
"""Where files are written before they get their name; no key begins with a dot."""

LEFTOVER_AGE_S = 24 * 3600.0
"""A file that has been coming in for so long never will."""

_LINKS_IMPOSSIBLE = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES}


@dataclass(frozen=True, slots=True)
class FolderWriter:
    """Writes below a folder."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> "FolderWriter":
        """Make the folder if it is not there, and remove what a crash left half written long ago."""
        _make_folder(root / INCOMING)
        writer = cls(root)
        writer.discard_leftovers(LEFTOVER_AGE_S)
        return writer

    def put_file(self, key: str, path: Path) -> None:
        """Link or copy a file in."""
        self._put(
            key, lambda incoming: _link_or_copy(path.resolve(), incoming), size=lambda: path.stat().st_size
        )

    def put_bytes(self, key: str, content: bytes) -> None:
        """Write bytes."""
        self._put(key, lambda incoming: _write(incoming, content), size=lambda: len(content))

    def copy(self, source: str, target: str) -> None:
        """Link a blob under a second name, or copy it."""
        blob = self.root / source
        self._put(target, lambda incoming: _link_or_copy(blob, incoming), size=lambda: blob.stat().st_size)

    def fetch_to(self, key: str, path: Path) -> None:
        """Link or copy a blob out."""
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with _space_needed(path.parent, lambda: (self.root / key).stat().st_size), _gone_after(beside):
            _link_or_copy(self.root / key, beside)
            beside.replace(path)

    def discard_leftovers(self, older_than_s: float) -> None:
        """Remove files that began to come in so many seconds ago."""
        oldest = time.time() - older_than_s
        for path in (self.root / INCOMING).iterdir():
            with suppress(FileNotFoundError):  # it has come in just now
                # Linking in sets the time of this change; the file itself may have been written long ago.
                if path.stat().st_ctime < oldest:
                    path.unlink()

    def _put(self, key: str, fill: Callable[[Path], None], *, size: Callable[[], int]) -> None:
        incoming, target = self.root / INCOMING / secrets.token_hex(12), self.root / key
        with _space_needed(self.root, size), _gone_after(incoming):
            fill(incoming)
            _force(incoming)
            _rename(incoming, target)
            _force(target.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _LINKS_IMPOSSIBLE:
            raise
        shutil.copyfile(source, target)


def _rename(source: Path, target: Path) -> None:
    """Give a file its name; the folder may be removed as empty between making and using it."""
    while True:
        _make_folder(target.parent)
        try:
            source.replace(target)
        except FileNotFoundError:
            if not source.exists():
                raise
        else:
            return


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each entered durably in the one above."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _force(folder.parent)


def _force(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _gone_after(path: Path) -> Iterator[None]:
    """Remove a file at the end: renaming one of two links to the same bytes leaves both in place."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _space_needed(folder: Path, size: Callable[[], int]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise StorageFull(shutil.disk_usage(folder).free, size()) from error
