"""The SHA-256 of a file that grows, computed beside its writing in a thread of its own."""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_BLOCK_BYTES = 256 * 1024
"""Read back while it is in the processor's cache."""

_FAR_BYTES = 16 * 1024**2
"""Pieces so far ahead of the hashing are not held in memory for it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file from ``offset`` that are still in memory; who is done with them calls ``release``."""

    offset: int
    content: memoryview
    release: Callable[[], None]


class Follower:
    """
    Hashes the bytes of a file from its beginning, as far as it is told they are there; one user.

    It takes them from memory where it is handed them in time, and reads them back where it is far behind, as
    after going on with an old file; so what is held does not grow with what is ahead. The thread begins with
    the first bytes and ends with ``finish`` or ``close``.

    Args:
        descriptor: Of the file, readable; it stays open until ``finish`` or ``close`` has returned.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._digest = hashlib.sha256()
        self._changed = threading.Condition()
        self._done_bytes = self._reached_bytes = 0
        self._pieces: deque[Piece] = deque()
        self._is_last = self._is_dropped = False
        self._failure: OSError | None = None
        self._thread: threading.Thread | None = None

    def reach(self, size_bytes: int, piece: Piece | None = None) -> None:
        """
        Let it go on up to a size: so many bytes are written and stay as they are.

        ``piece`` holds the last of them, and is released sooner or later.
        """
        with self._changed:
            self._reached_bytes = size_bytes
            if piece is not None and self._may_hold(piece):
                self._pieces.append(piece)
                piece = None
            self._changed.notify()
        if piece is not None:
            piece.release()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hashing", daemon=True)
            self._thread.start()

    def finish(self) -> str:
        """
        Wait until all is hashed; return the digest in hex.

        Raises:
            OSError: The file cannot be read back.
        """
        self._end(is_dropped=False)
        if self._failure is not None:
            raise self._failure
        return self._digest.hexdigest()

    def close(self) -> None:
        """End early; what was hashed is forgotten."""
        self._end(is_dropped=True)

    def _may_hold(self, piece: Piece) -> bool:
        is_near = piece.offset - self._done_bytes <= _FAR_BYTES
        return is_near and self._failure is None and not self._is_dropped

    def _end(self, *, is_dropped: bool) -> None:
        with self._changed:
            self._is_last, self._is_dropped = True, is_dropped
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._follow()
        except OSError as error:
            self._failure = error
        with self._changed:
            left, self._pieces = self._pieces, deque()
        for piece in left:
            piece.release()

    def _follow(self) -> None:
        block = memoryview(bytearray(_BLOCK_BYTES))
        while (until_bytes := self._wait_beyond()) is not None:
            if self._pieces and self._pieces[0].offset == self._done_bytes:
                self._take(self._pieces.popleft())
            else:
                self._read_back(until_bytes, block)

    def _take(self, piece: Piece) -> None:
        self._digest.update(piece.content)
        self._done_bytes += len(piece.content)
        piece.release()

    def _read_back(self, until_bytes: int, block: memoryview) -> None:
        while self._done_bytes < until_bytes and not self._is_dropped:
            wanted = block[: until_bytes - self._done_bytes]
            size_bytes = os.preadv(self._descriptor, [wanted], self._done_bytes)
            if not size_bytes:
                raise OSError(f"only {self._done_bytes} of {until_bytes} written bytes can be read back")
            self._digest.update(wanted[:size_bytes])
            self._done_bytes += size_bytes

    def _wait_beyond(self) -> int | None:
        """Wait for more bytes; return how far to read them back, ``None`` once there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_last or self._reached_bytes > self._done_bytes)
            if self._is_dropped or self._reached_bytes == self._done_bytes:
                return None
            return self._pieces[0].offset if self._pieces else self._reached_bytes
