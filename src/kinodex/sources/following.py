"""The SHA-256 of a file that grows, computed beside its writing in a thread of its own."""

import contextlib
import hashlib
import os
import threading

from kinodex.processes.linux import IS_LINUX, start_writing

_BLOCK_BYTES = 256 * 1024
"""Read back while it is in the processor's cache."""

_WRITTEN_AT_ONCE_BYTES = 8 * 1024**2


class Follower:
    """
    Hashes the bytes of a file from its beginning, as far as it is told they are there; one user.

    Behind it the system begins to write them to the disk, so that a sync has little left to wait for.

    It reads them back, so nothing is held in memory however far the writing is ahead, and what is hashed is
    what is in the file. The thread begins with the first bytes and ends with ``finish`` or ``close``.

    Args:
        descriptor: Of the file, readable; it stays open until ``finish`` or ``close`` has returned.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._digest = hashlib.sha256()
        self._changed = threading.Condition()
        self._reached_bytes = 0
        self._is_last = self._is_dropped = False
        self._failure: OSError | None = None
        self._thread: threading.Thread | None = None

    def reach(self, size_bytes: int) -> None:
        """Let it go on up to a size: so many bytes are written and stay as they are."""
        with self._changed:
            self._reached_bytes = size_bytes
            self._changed.notify()
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

    def _follow(self) -> None:
        block = memoryview(bytearray(_BLOCK_BYTES))
        done_bytes = begun_bytes = 0
        while (until_bytes := self._wait_beyond(done_bytes)) is not None:
            while done_bytes < until_bytes and not self._is_dropped:
                wanted = block[: until_bytes - done_bytes]
                size_bytes = os.preadv(self._descriptor, [wanted], done_bytes)
                if not size_bytes:
                    raise OSError(f"only {done_bytes} of {until_bytes} written bytes can be read back")
                self._digest.update(wanted[:size_bytes])
                done_bytes += size_bytes
                if done_bytes - begun_bytes >= _WRITTEN_AT_ONCE_BYTES:
                    self._start_writing(begun_bytes, done_bytes - begun_bytes)
                    begun_bytes = done_bytes

    def _start_writing(self, offset: int, size_bytes: int) -> None:
        if IS_LINUX:
            with contextlib.suppress(OSError):  # nothing rests on it: a sync does all that is left
                start_writing(self._descriptor, offset, size_bytes)

    def _wait_beyond(self, done_bytes: int) -> int | None:
        """Wait for more bytes and return how far they reach; ``None`` once there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_last or self._reached_bytes > done_bytes)
            is_over = self._is_dropped or self._reached_bytes == done_bytes
            return None if is_over else self._reached_bytes
