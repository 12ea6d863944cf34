"""
The decoding child, forked from one that has its imports done: the same program, a hundred times as cheap.

Run as a program it is the process that forks: it takes requests on standard input and says how each child
ended and what it answered. Each child is confined as in the product, and sees one file.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from kinodex.domain.errors import DecoderLost
from kinodex.media.messages import Progressed, Reply, Request
from kinodex.media.protocols import Progress


class ForkedDecoder:
    """Stands in for ``run_job``; counts its children and the longest of them."""

    def __init__(self) -> None:
        environment = {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"},
        )
        self.children = 0
        self.slowest_s = 0.0
        self.peak_bytes = 0

    def run_job(self, request: Request, *, wall_s: float, progress: Progress) -> list[Reply]:
        """Do what ``children.run_job`` does, and raise what it raises."""
        request = msgspec.structs.replace(request, parent=self._process.pid)
        told = self._ask({"request": msgspec.json.encode(request).decode(), "wall_s": wall_s})
        self.children += 1
        self.slowest_s = max(self.slowest_s, told["seconds"])
        self.peak_bytes = told["peak_kib"] * 1024
        if told["is_late"]:
            raise DecoderLost(f"it takes longer than {wall_s:.0f} s")
        if told["signal"] or told["status"]:
            raise DecoderLost(f"the decoder ended with {told['signal']} or {told['status']}")
        replies = [msgspec.json.decode(line, type=Reply) for line in told["answers"].splitlines()]
        for reply in replies:
            if isinstance(reply, Progressed):
                progress(reply.share)
        return [reply for reply in replies if not isinstance(reply, Progressed)]

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(question).encode() + b"\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def _fork_for(request: bytes, wall_s: float) -> dict[str, Any]:
    asked, ask = os.pipe()
    heard, say = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(ask)
        os.close(heard)
        _be_a_child(asked, say)
    os.close(asked)
    os.close(say)
    with os.fdopen(ask, "wb") as pipe:
        pipe.write(request)
    with os.fdopen(heard, "rb") as pipe:
        answers, is_late = _read(pipe, deadline=began + wall_s)
    if is_late:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return {
        "answers": answers.decode(),
        "is_late": is_late,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
        "seconds": time.monotonic() - began,
        "peak_kib": usage.ru_maxrss,
    }


def _read(pipe: BinaryIO, *, deadline: float) -> tuple[bytes, bool]:
    """Return what a child says until it ends, and whether its time was up before."""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            block = os.read(pipe.fileno(), 65536)
            if not block:
                return said, False
            said += block
    return said, True


def _be_a_child(asked: int, say: int) -> None:
    """Run the product's own child on pipes, and end."""
    from kinodex.media import child

    status = 1
    try:
        os.dup2(say, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdin = os.fdopen(asked, "r")
        sys.stdout = os.fdopen(1, "w")
        child.main()
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    from kinodex.media import child  # noqa: F401  what all children need
    from kinodex.processes import linux, own  # noqa: F401

    for line in sys.stdin.buffer:
        question = json.loads(line)
        answer = _fork_for(question["request"].encode(), question["wall_s"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    assert Path(__file__).exists()
    main()
