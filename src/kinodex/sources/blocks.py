"""
Writing a file in large blocks, past the page cache, while more comes in.

The copy into the page cache is the dearest part of writing a download, and all of it waits for the disk at
the end; a block that goes straight from our memory to the disk costs next to nothing and is there at once.
Where the file system cannot do that, blocks go through the cache, and the system is told to begin with them.
"""

import contextlib
import errno
import mmap
import os
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from kinodex.processes.linux import IS_LINUX, start_writing
from kinodex.sources.following import Follower, Piece

BLOCK_BYTES = 1024**2
"""Small enough that all blocks stay in the processor's cache until they are hashed."""

_BLOCKS = 4
_PAGE_BYTES = 4096
"""What goes past the cache begins and ends at multiples of it, in memory and in the file."""

_NOT_POSSIBLE = {errno.EINVAL, errno.ENOTSUP}


@dataclass(slots=True)
class _Block:
    """Room for a stretch of the file from ``offset``; the first ``flushed_bytes`` are in the file already."""

    room: memoryview
    offset: int = 0
    filled_bytes: int = 0
    flushed_bytes: int = 0


class BlockWriter:
    """
    Appends to a file; whole blocks are written and then hashed by two threads of its own. One user.

    A whole block may still be on its way and a part of one only in memory when ``append`` returns; after
    ``flush`` all is in the file. The threads begin with the first whole block and end with ``close``.

    Args:
        path: The file, for a second way to it.
        descriptor: Of the same file, readable and writable; it stays open until ``close`` has returned.
        start_bytes: Where to go on; the file is so long.
        follower: Is handed what is written.

    Raises:
        OSError: The file cannot be read.
    """

    def __init__(self, path: Path, descriptor: int, *, start_bytes: int, follower: Follower) -> None:
        self._path = path
        self._descriptor = descriptor
        self._follower = follower
        self._direct: int | None = None
        self._may_go_direct = hasattr(os, "O_DIRECT")
        self._free: queue.SimpleQueue[_Block] = queue.SimpleQueue()
        for _ in range(_BLOCKS):
            self._free.put(_Block(memoryview(mmap.mmap(-1, BLOCK_BYTES))))
        self._waiting: queue.SimpleQueue[_Block | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._unwritten_blocks = 0
        self._failure: OSError | None = None
        self._thread: threading.Thread | None = None
        self._block = self._begun(start_bytes)

    def append(self, chunk: bytes | memoryview) -> None:
        """
        Take bytes; wait while the disk is far behind.

        Raises:
            OSError: Some that were taken before cannot be written.
        """
        rest = memoryview(chunk)
        while rest:
            block = self._block
            taken = rest[: BLOCK_BYTES - block.filled_bytes]
            block.room[block.filled_bytes : block.filled_bytes + len(taken)] = taken
            block.filled_bytes += len(taken)
            rest = rest[len(taken) :]
            if block.filled_bytes == BLOCK_BYTES:
                self._hand_over(block)
                self._block = self._next(block.offset + BLOCK_BYTES)

    def flush(self) -> None:
        """
        Return when all that was appended is in the file, readable for everyone; it may not be on the disk.

        Raises:
            OSError: It cannot be written.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._unwritten_blocks)
        self._raise_failure()
        block = self._block
        _write(self._descriptor, block, until_bytes=block.filled_bytes)
        block.flushed_bytes = block.filled_bytes

    def close(self) -> None:
        """End; what was not flushed may be lost."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
        if self._direct is not None:
            os.close(self._direct)
            self._direct = None

    def _begun(self, start_bytes: int) -> _Block:
        """Return the first block, with what the file already holds of it."""
        block = self._free.get()
        block.offset = start_bytes - start_bytes % _PAGE_BYTES
        while block.offset + block.filled_bytes < start_bytes:
            wanted = block.room[block.filled_bytes : start_bytes - block.offset]
            size_bytes = os.preadv(self._descriptor, [wanted], block.offset + block.filled_bytes)
            if not size_bytes:
                raise OSError(f"{self._path.name} is shorter than {start_bytes} bytes")
            block.filled_bytes += size_bytes
        block.flushed_bytes = block.filled_bytes
        if block.offset:
            self._follower.reach(block.offset)
        return block

    def _next(self, offset: int) -> _Block:
        block = self._free.get()
        block.offset, block.filled_bytes, block.flushed_bytes = offset, 0, 0
        return block

    def _hand_over(self, block: _Block) -> None:
        self._raise_failure()
        with self._changed:
            self._unwritten_blocks += 1
        self._waiting.put(block)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writing", daemon=True)
            self._thread.start()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (block := self._waiting.get()) is not None:
            try:
                if self._failure is None:
                    self._write_whole(block)
            except OSError as error:
                self._failure = error
            self._pass_on(block)
            with self._changed:
                self._unwritten_blocks -= 1
                self._changed.notify()

    def _pass_on(self, block: _Block) -> None:
        if self._failure is not None:
            self._free.put(block)
            return
        piece = Piece(block.offset, block.room, lambda: self._free.put(block))
        self._follower.reach(block.offset + BLOCK_BYTES, piece)

    def _write_whole(self, block: _Block) -> None:
        if self._may_go_direct:
            try:
                self._write_past_the_cache(block)
            except OSError as error:
                if error.errno not in _NOT_POSSIBLE:
                    raise
                self._may_go_direct = False
        if not self._may_go_direct:
            _write(self._descriptor, block, until_bytes=BLOCK_BYTES)
            if IS_LINUX:
                with contextlib.suppress(OSError):  # nothing rests on it: a sync does all that is left
                    start_writing(self._descriptor, block.offset, BLOCK_BYTES)

    def _write_past_the_cache(self, block: _Block) -> None:
        if self._direct is None:
            self._direct = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC | os.O_DIRECT)
        # A page that a flush began is written once more: only whole ones can go this way.
        block.flushed_bytes -= block.flushed_bytes % _PAGE_BYTES
        _write(self._direct, block, until_bytes=BLOCK_BYTES)


def _write(descriptor: int, block: _Block, *, until_bytes: int) -> None:
    """Write what of a block is not in the file yet."""
    while block.flushed_bytes < until_bytes:  # the system may take less than it was given
        rest = block.room[block.flushed_bytes : until_bytes]
        block.flushed_bytes += os.pwrite(descriptor, rest, block.offset + block.flushed_bytes)
