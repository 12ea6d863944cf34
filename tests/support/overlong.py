"""A hard limit for what a test does in a browser: calls such as ``evaluate`` have none of their own."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT_S = 180.0
WATCHING_S = 360.0
"""For a test that sees a video being indexed, on a machine that is busy."""


class Overlong(AssertionError):
    """A test took too long in the browser, which was ended for it."""


@contextmanager
def at_most(limit_s: float, name: str, tell: Callable[[], str]) -> Iterator[None]:
    """
    Kill the Chromium of this process once the time is up; what the browser was at then is in the error.

    Raises:
        Overlong: At the end, if the time was up.
    """
    said: list[str] = []

    def end() -> None:
        said.append(tell())
        for process in _chromiums(os.getpid()):
            os.kill(process, signal.SIGKILL)

    timer = threading.Timer(limit_s, end)
    timer.daemon = True
    timer.start()
    problem: Exception | None = None
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever the browser's end led to
        problem = error
    timer.cancel()
    timer.join()
    if said:
        raise Overlong(f"{name} was in the browser for more than {limit_s:.0f} s. {said[0]}") from problem
    if problem is not None:
        raise problem


def _chromiums(root: int) -> list[int]:
    """Return the browsers among the descendants of a process."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found, left = [], [root]
    while left:
        for child in children.get(left.pop(), []):
            left.append(child)
            if "--remote-debugging-pipe" in _arguments(child):
                found.append(child)
    return found


def _arguments(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
