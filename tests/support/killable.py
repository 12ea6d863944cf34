"""
A server that kills itself with SIGKILL at a chosen point of the work: ``killable.py POINT serve …``.

A point is ``<step>:<when>``: ``begin`` when the step has just been noted, ``middle`` when it first reports
progress, ``late`` when most is done, ``end`` when it is done and its end is not noted yet. ``search:SECONDS``
makes searches take so long instead. Of several processes with the same file in ``KILLED_ONCE`` one dies.
The engines are the quick fakes; everything else is the product.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fakes import quick_executor

from kinodex.bootstrap import engines
from kinodex.cli import main
from kinodex.usecases import reporting
from kinodex.usecases.search import Search


def _die() -> None:
    once = os.environ.get("KILLED_ONCE")
    if once is not None:
        try:
            os.close(os.open(once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(point: str) -> None:
    step, _, when = point.partition(":")
    original_step, original_progress = reporting.Reporter.step, reporting.Reporter.progress

    @contextmanager
    def armed_step(self: reporting.Reporter, name: str) -> Iterator[None]:
        with original_step(self, name):
            if (name, when) == (step, "begin"):
                _die()
            yield
            if (name, when) == (step, "end"):
                _die()

    def armed_progress(self: reporting.Reporter, share: float) -> None:
        original_progress(self, share)
        if self._step == step and share > {"middle": 0.0, "late": 0.7}.get(when, 1.0):
            _die()

    patched: Any = reporting.Reporter
    patched.step, patched.progress = armed_step, armed_progress


def _slow_down(seconds: float) -> None:
    search = Search.search

    def slow_search(self: Search, *args: Any, **named: Any) -> Any:
        time.sleep(seconds)
        return search(self, *args, **named)

    patched: Any = Search
    patched.search = slow_search


if __name__ == "__main__":
    point = sys.argv.pop(1)
    if point.startswith("search:"):
        _slow_down(float(point.partition(":")[2]))
    elif point != "none":
        _arm(point)
    reporting.WRITE_EVERY_S = 0.0
    engines.build_executor = quick_executor
    main()
