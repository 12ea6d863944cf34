"""
A child process for one job: it is handed a request, answers in lines, and never outlives the block it is for.

It gets our modules and nothing else of our environment, which holds secrets; nor does a request, which may
hold some, stand in an argument list, which others on the machine can read.
"""

import logging
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

log = logging.getLogger(__name__)

LONGEST_LINE_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024
_LOGGED_CHARS = 2000


class EndlessLine(Exception):
    """A child wrote a line longer than any answer is."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child."""

    process: subprocess.Popen[bytes]

    def lines(self, *, ends_at: float, tick_s: float | None = None) -> Iterator[bytes | None]:
        """
        Yield the lines a child writes until it closes its end.

        Args:
            ends_at: On the monotonic clock, in seconds.
            tick_s: After so much silence ``None`` is yielded, so that a caller can change its mind.

        Raises:
            TimeoutError: The time is up.
            EndlessLine: What it writes is no line.
        """
        unfinished = b""
        for block in self._blocks(ends_at, tick_s):
            if block is None:
                yield None
                continue
            *lines, unfinished = (unfinished + block).split(b"\n")
            yield from lines
            if len(unfinished) > LONGEST_LINE_BYTES:
                raise EndlessLine

    def end(self, *, ends_at: float) -> str | None:
        """
        Wait for the end; return ``None`` for a good one, else how it ended, in words.

        Raises:
            TimeoutError: The time is up.
        """
        try:
            status = self.process.wait(max(0.0, ends_at - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        if not status:
            return None
        return f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"

    def _blocks(self, ends_at: float, tick_s: float | None) -> Iterator[bytes | None]:
        output = _pipe(self.process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while True:
                left_s = max(0.0, ends_at - time.monotonic())
                is_ready = selector.select(left_s if tick_s is None else min(left_s, tick_s))
                if time.monotonic() >= ends_at:  # one that never falls silent is late, too
                    raise TimeoutError
                block = os.read(output.fileno(), _READ_BYTES) if is_ready else None
                if block == b"":
                    return
                yield block


@contextmanager
def child(module: str, request: bytes) -> Iterator[Child]:
    """
    Run ``python -m MODULE`` with a request on its standard input; at the end of the block it is killed.

    What it writes to standard error is logged.
    """
    with tempfile.TemporaryFile() as complaints, _start(module, complaints) as process:
        try:
            _hand_over(process, request)
            yield Child(process)
        finally:
            process.kill()
            process.wait()
            _log(module, complaints)


def _start(module: str, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    environment = {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONUTF8": "1",
        # Threads and their memory pools cost address space, which is limited.
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
        # Tables that grow with a file are moved instead of copied, and given back: 10 MiB less for two hours.
        "MALLOC_MMAP_THRESHOLD_": str(1024 * 1024),
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=environment,
    )


def _hand_over(process: subprocess.Popen[bytes], request: bytes) -> None:
    stdin = _pipe(process.stdin)
    try:
        stdin.write(request)
        stdin.close()
    except BrokenPipeError:
        log.warning("A process ended before it was told what to do")


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise RuntimeError("a child is started with pipes")
    return end


def _log(module: str, complaints: IO[bytes]) -> None:
    complaints.seek(0)
    text = complaints.read(_READ_BYTES).decode(errors="replace").strip()
    if text:
        log.warning("A process of %s wrote: %s", module, text[-_LOGGED_CHARS:])
