"""
A file while it is downloaded: ``<target>.part`` with its record ``<target>.part.json``.

Order on the disk, so that a kill or a power cut at any point leaves bytes that match their record or are
not believed: bytes, sync, record; and to begin anew: record away, bytes away, new bytes.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from kinodex.domain.disk import DiskSpace
from kinodex.sources.blocks import BlockWriter
from kinodex.sources.following import Follower
from kinodex.sources.protocols import FetchedSoFar, FetchProgress
from kinodex.sources.record import PartRecord

_SPACE_CHECK_BYTES = 16 * 1024**2


def part_path(target: Path) -> Path:
    """Return where the bytes of a file gather."""
    return target.with_name(target.name + ".part")


def record_path(target: Path) -> Path:
    """Return where the record of the bytes lies."""
    return target.with_name(target.name + ".part.json")


class PartFile:
    """The growing file; one writer. A context manager that closes it."""

    def __init__(
        self,
        target: Path,
        *,
        source: str,
        space: DiskSpace,
        sync_every_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._target = target
        self._path, self._record_path = part_path(target), record_path(target)
        self._source = source
        self._space = space
        self._sync_every_s = sync_every_s
        self._clock = clock
        self._synced_at = clock()
        self._unchecked_bytes = 0
        self.size_bytes = 0
        self.total_bytes: int | None = None
        self.filename = ""
        self._record: PartRecord | None = None
        with space.told():
            self._file = self._open()
            self._follow()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unfollow()
        self._file.close()

    @property
    def validator(self) -> str | None:
        """The strong validator of the bytes that are here; ``None`` if they cannot be gone on from."""
        return self._record.validator if self._record is not None and self.size_bytes else None

    @property
    def is_whole(self) -> bool:
        """Whether all declared bytes are here."""
        return self.total_bytes is not None and self.size_bytes == self.total_bytes

    def begin(self, *, validator: str | None, total_bytes: int | None, filename: str) -> None:
        """Start from zero with what a new answer says of its file."""
        self.clear()
        self.total_bytes, self.filename = total_bytes, filename
        if validator is not None:
            self._record = PartRecord(
                source=self._source,
                validator=validator,
                total_bytes=total_bytes,
                filename=filename,
                synced_bytes=0,
            )

    def clear(self) -> None:
        """Forget everything that is here."""
        if self._record_path.exists():
            PartRecord.remove(self._record_path)
            _sync_folder(self._path.parent)
        self._unfollow()
        self._file.truncate(0)
        self._record, self.size_bytes, self.total_bytes, self.filename = None, 0, None, ""
        self._follow()

    def write(self, chunk: bytes | memoryview) -> None:
        """
        Append bytes; from time to time force them to the disk. Until ``flush`` they may not be in the file.

        Raises:
            StorageFull: They do not fit beside the reserve.
        """
        with self._space.told():
            self._writer.append(chunk)
        self.size_bytes += len(chunk)
        self._unchecked_bytes += len(chunk)
        if self._unchecked_bytes >= _SPACE_CHECK_BYTES:
            self._unchecked_bytes = 0
            self._space.check(0)
        if self._clock() - self._synced_at >= self._sync_every_s:
            self.sync()

    def flush(self) -> None:
        """
        Return when all bytes are in the file, for whoever reads it.

        Raises:
            StorageFull: They do not fit.
        """
        with self._space.told():
            self._writer.flush()

    def showing(self, progress: FetchProgress) -> FetchProgress:
        """Return one that is told only of bytes that can be read."""

        def told(so_far: FetchedSoFar) -> None:
            self.flush()
            progress(so_far)

        return told

    def sync(self) -> None:
        """Force the bytes to the disk and note how many they are."""
        self.flush()
        with self._space.told():
            os.fsync(self._file.fileno())
            if self._record is not None:
                self._record = replace(
                    self._record, synced_bytes=self.size_bytes, total_bytes=self.total_bytes
                )
                self._record.save(self._record_path)
        self._synced_at = self._clock()

    def beginning(self, size_bytes: int) -> bytes:
        """Return the first bytes, as many as there are up to a number."""
        self.flush()
        return os.pread(self._file.fileno(), size_bytes, 0)

    def finish(self) -> str:
        """Give the file its name, safely on the disk; return its SHA-256 in hex."""
        self.flush()
        self._follower.reach(self.size_bytes)
        with self._space.told():
            os.fsync(self._file.fileno())
        digest = self._follower.finish()
        self._path.replace(self._target)
        PartRecord.remove(self._record_path)
        _sync_folder(self._target.parent)
        return digest

    def discard(self) -> None:
        """Leave nothing behind."""
        PartRecord.remove(self._record_path)
        self._path.unlink(missing_ok=True)

    def _follow(self) -> None:
        """Write and hash from where the file ends."""
        self._follower = Follower(self._file.fileno())
        self._writer = BlockWriter(
            self._path, self._file.fileno(), start_bytes=self.size_bytes, follower=self._follower
        )

    def _unfollow(self) -> None:
        self._writer.close()
        self._follower.close()

    def _open(self) -> BinaryIO:
        record = PartRecord.load(self._record_path)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        if record is not None and record.source == self._source:
            self._take_over(file, record)
        return file

    def _take_over(self, file: BinaryIO, record: PartRecord) -> None:
        """Believe the bytes that were synced, and drop what came after."""
        if os.fstat(file.fileno()).st_size < record.synced_bytes:
            return
        file.truncate(record.synced_bytes)
        self._record, self.size_bytes = record, record.synced_bytes
        self.total_bytes, self.filename = record.total_bytes, record.filename


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
