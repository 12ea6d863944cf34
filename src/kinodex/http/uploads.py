"""A video on its way from the client to the disk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import anyio

from kinodex.domain.disk import DiskSpace
from kinodex.domain.errors import FileTooLarge
from kinodex.http.threads import call

BATCH_BYTES = 1024 * 1024
"""So much is gathered before a thread writes it."""


@dataclass(slots=True, kw_only=True)
class Upload:
    """
    A file that grows with what the client sends; memory does not.

    ``filename`` is what the client calls it and never a path of ours; ``space`` is that of the disk.
    """

    path: Path
    filename: str | None
    limit_bytes: int
    space: DiskSpace
    size_bytes: int = 0
    _file: BinaryIO | None = None
    _batch: list[bytes] = field(default_factory=list)
    _batch_bytes: int = 0

    async def write(self, chunk: bytes) -> None:
        """
        Take the next bytes.

        Raises:
            FileTooLarge: It is over the limit by now.
            StorageFull: The disk is.
        """
        self.size_bytes += len(chunk)
        if self.size_bytes > self.limit_bytes:
            raise FileTooLarge(self.limit_bytes)
        self._batch.append(chunk)
        self._batch_bytes += len(chunk)
        if self._batch_bytes >= BATCH_BYTES:
            await self._flush()

    async def finish(self) -> None:
        """
        Write the rest.

        Raises:
            StorageFull: The disk is.
        """
        await self._flush()
        await self._close()

    async def discard(self) -> None:
        """Leave nothing behind, whatever happens to the request; harmless where the file is gone."""
        with anyio.CancelScope(shield=True):
            await self._close()
            await call(self.path.unlink, missing_ok=True)

    async def _flush(self) -> None:
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        await call(self._write, batch)

    def _write(self, batch: list[bytes]) -> None:
        self.space.check(sum(map(len, batch)))
        with self.space.told():
            if self._file is None:
                self._file = self.path.open("xb", buffering=0)
            for chunk in batch:
                self._write_all(self._file, chunk)

    def _write_all(self, file: BinaryIO, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]

    async def _close(self) -> None:
        if self._file is not None:
            await call(self._file.close)
            self._file = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRule:
    """
    Which parts of a form are the video, where they go and how large they may be.

    ``new_path`` may touch the disk.
    """

    names: tuple[str, ...]
    new_path: Callable[[], Path]
    limit_bytes: int
    space: DiskSpace
