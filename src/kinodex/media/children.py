"""Running one job in one child process, and never waiting for it longer than allowed."""

import logging
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import IO

import msgspec

from kinodex.domain.errors import VideoBroken
from kinodex.media.messages import Progressed, Reply, Request
from kinodex.media.protocols import Progress

log = logging.getLogger(__name__)

LONGEST_LINE_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024
_LOGGED_CHARS = 2000


def run_job(request: Request, *, wall_s: float, progress: Progress) -> list[Reply]:
    """
    Run a job and return its replies but for the progress, the last of them the answer.

    Args:
        request: The job; its ``parent`` must be this process.
        wall_s: The child is killed after this long.
        progress: Told what the child tells; what it raises ends the child at once.

    Raises:
        VideoBroken: The child took too long, died, or said something that cannot be understood.
    """
    deadline = time.monotonic() + wall_s
    with tempfile.TemporaryFile() as complaints, _start(complaints) as child:
        try:
            _hand_over(child, request)
            replies = list(_heed(_replies(child, deadline), progress))
            child.wait(max(0.0, deadline - time.monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired) as error:
            raise VideoBroken(f"it takes longer than {wall_s:.0f} s") from error
        except msgspec.DecodeError as error:
            raise VideoBroken("the decoder said something that cannot be understood") from error
        finally:
            child.kill()
            child.wait()
            _log(complaints)
        if child.returncode:
            raise VideoBroken(_end_of(child.returncode))
        return replies


def _start(complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a child with our modules and nothing else of our environment, which holds secrets."""
    environment = {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONUTF8": "1",
        # Threads and their memory pools cost address space, which is limited.
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "kinodex.media.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=environment,
    )


def _hand_over(child: subprocess.Popen[bytes], request: Request) -> None:
    if child.stdin is None:
        raise RuntimeError("a child is started with pipes")
    try:
        child.stdin.write(msgspec.json.encode(request))
        child.stdin.close()
    except BrokenPipeError:
        log.warning("The decoding process ended before it was told what to do")


def _heed(replies: Iterator[Reply], progress: Progress) -> Iterator[Reply]:
    for reply in replies:
        if isinstance(reply, Progressed):
            progress(min(1.0, max(0.0, reply.share)))
        else:
            yield reply


def _replies(child: subprocess.Popen[bytes], deadline: float) -> Iterator[Reply]:
    unfinished = b""
    for block in _blocks(child, deadline):
        *lines, unfinished = (unfinished + block).split(b"\n")
        for line in lines:
            yield msgspec.json.decode(line, type=Reply)
        if len(unfinished) > LONGEST_LINE_BYTES:
            raise msgspec.DecodeError("a line without end")


def _blocks(child: subprocess.Popen[bytes], deadline: float) -> Iterator[bytes]:
    """Yield what a child writes, until it closes its end or the time is up."""
    if child.stdout is None:
        raise RuntimeError("a child is started with pipes")
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            block = os.read(child.stdout.fileno(), _READ_BYTES)
            if not block:
                return
            yield block


def _end_of(status: int) -> str:
    if status >= 0:
        return f"the decoder ended with status {status}"
    return f"the decoder was ended by signal {-status}"


def _log(complaints: IO[bytes]) -> None:
    complaints.seek(0)
    text = complaints.read(_READ_BYTES).decode(errors="replace").strip()
    if text:
        log.warning("A decoding process wrote: %s", text[-_LOGGED_CHARS:])
