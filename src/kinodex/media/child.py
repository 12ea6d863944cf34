"""
The process that decodes: ``python -m kinodex.media.child``, one job, then it ends.

It reads one request, confines itself, does the job and replies. Nothing it meets in a file may end it
without an answer, so here everything is caught; the traceback goes to standard error, for the log.
"""

import errno
import gc
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import av
import av.logging
import msgspec
from PIL import Image

from kinodex.domain.timeline import Span
from kinodex.media.clipping import clip
from kinodex.media.decoding import decode
from kinodex.media.describing import describe
from kinodex.media.glancing import Known, glance
from kinodex.media.messages import (
    Described,
    Failed,
    Finished,
    Glimpsed,
    Probed,
    Progressed,
    Reply,
    Request,
    Unreadable,
)
from kinodex.media.packaging import package
from kinodex.media.probing import probe
from kinodex.media.sandbox import Reach, confine
from kinodex.media.thumbnail import draw_thumbnail
from kinodex.processes.own import take_standard_output

_REPORT_EVERY_S = 0.2
_MIB = 1024 * 1024


def main() -> None:
    """Do the one job that stands on standard input."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    replies = take_standard_output()
    av.logging.set_level(None)
    Image.preinit()  # loads its formats now, while they may still be compiled and kept
    reach = Reach(
        file=Path(request.path) if request.path else None,
        folder=Path(request.folder) if request.folder else None,
    )
    state = confine(request.limits, reach, parent=request.parent)
    gc.freeze()  # what was imported stays; looking at it over and over costs some percent
    if request.job == "inspect":
        state = msgspec.structs.replace(state, reached=_reached())
    _send(replies, state)
    if request.job != "inspect":
        _send(replies, _answer(request, lambda reply: _send(replies, reply)))


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(msgspec.json.encode(reply) + b"\n")
    replies.flush()


def _answer(request: Request, tell: Callable[[Reply], None]) -> Reply:
    try:
        return _do(request, tell)
    except Unreadable as refusal:
        return Failed(refusal.kind, refusal.reason)
    except MemoryError:
        return Failed("broken", f"it takes more than {request.limits.memory_bytes // _MIB} MiB of memory")
    except Exception as error:  # noqa: BLE001  a damaged file makes libraries raise anything
        traceback.print_exc()
        if _is_full(error):
            return Failed("storage_full", str(error))
        return Failed("broken", f"the decoder failed with {type(error).__name__}")


def _is_full(error: Exception) -> bool:
    """Return whether our own writing, and not libav, found no space left."""
    is_ours = isinstance(error, OSError) and not isinstance(error, av.FFmpegError)
    return is_ours and getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}


def _do(request: Request, tell: Callable[[Reply], None]) -> Reply:
    if request.path is None:
        raise ValueError("a job without a file")
    path, max_pixels = Path(request.path), request.limits.max_pixels
    if request.job == "probe":
        return Probed(probe(path, max_pixels=max_pixels))
    if request.job == "glance":
        return Glimpsed(glance(path, Known(request.spans, request.total_bytes), max_pixels=max_pixels))
    if request.job == "describe":
        return Described(describe(path))
    if request.job == "thumbnail" and request.folder is not None:
        draw_thumbnail(path, Path(request.folder), max_pixels=max_pixels)
        return Finished()
    if request.folder is None or request.facts is None:
        raise ValueError("a job that writes without a folder or without facts")
    folder, progress = Path(request.folder), _now_and_then(tell)
    if request.job == "package":
        duration_s = request.facts.duration_s
        return package(path, folder, duration_s=duration_s, max_pixels=max_pixels, progress=progress)
    if request.job == "clip":
        span = Span(*request.stretch_s) if request.stretch_s else Span(0.0, request.facts.duration_s)
        clip(path, folder, span=span, max_pixels=max_pixels, progress=progress)
    else:
        decode(path, folder, facts=request.facts, max_pixels=max_pixels, progress=progress)
    return Finished()


def _now_and_then(tell: Callable[[Reply], None]) -> Callable[[float], None]:
    """Return a progress that passes on what it is told a few times a second."""
    told_at = float("-inf")

    def progress(share: float) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _REPORT_EVERY_S:
            told_at = time.monotonic()
            tell(Progressed(share))

    return progress


def _reached() -> tuple[str, ...]:
    """Return what a confined process can do that it should not."""
    attempts: dict[str, Callable[[], object]] = {
        "open a socket": lambda: socket.socket().close(),
        "read files of the system": lambda: Path("/etc/passwd").read_bytes(),
        "start programs": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    }
    return tuple(name for name, attempt in attempts.items() if _succeeds(attempt))


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, subprocess.SubprocessError):
        return False
    return True


if __name__ == "__main__":
    main()
