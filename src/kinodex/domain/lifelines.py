"""
A step in progress and whoever watches it: signs of life one way, the word to stop the other.

Work far below (a download, a decoding process, an engine's next batch) asks for its own line here instead
of being handed one through every call between. Where nobody watches, as in a search, all of it does nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much there is to work on, as far as it is known."""

    video_s: float | None = None
    size_bytes: int | None = None


class Lifeline:
    """One try at a step. Signs of life come from the thread that works, ``end`` from the one that watches."""

    def __init__(self, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Begin now, by a clock that only goes forward."""
        self._clock_s = clock_s
        self._began_s = self._moved_s = clock_s()
        self._waiting_since_s: float | None = None
        self._waited_s = 0.0
        self._ending: BaseException | None = None
        self.waits_for: str | None = None
        self.extent = Extent()

    @property
    def moved_at_s(self) -> float:
        """When the last sign of life came, by the clock of this line."""
        return self._moved_s

    @property
    def worked_s(self) -> float:
        """Seconds since the beginning, without those spent waiting for others."""
        since_s = self._waiting_since_s
        waiting_s = 0.0 if since_s is None else self._clock_s() - since_s
        return self._clock_s() - self._began_s - self._waited_s - waiting_s

    @property
    def still_s(self) -> float:
        """Seconds without a sign of life; waiting for others, with a reason, is one."""
        return 0.0 if self._waiting_since_s is not None else self._clock_s() - self._moved_s

    def moved(self) -> None:
        """Note a sign of life."""
        self._moved_s = self._clock_s()

    def end(self, error: BaseException) -> None:
        """Let the work end with an error at its next ``check``."""
        self._ending = error

    def check(self) -> None:
        """Return if the work may go on; else raise what it was told to end with."""
        if self._ending is not None:
            raise self._ending

    @contextmanager
    def waiting(self, reason: str) -> Iterator[None]:
        """Say what the work waits for while it does; the time does not count as the step's."""
        self.waits_for, self._waiting_since_s = reason, self._clock_s()
        try:
            yield
        finally:
            self._waited_s += self._clock_s() - self._waiting_since_s
            self.waits_for, self._waiting_since_s = None, None
            self.moved()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make this the line that work below finds."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Lifeline | None] = ContextVar("lifeline", default=None)


def current() -> Lifeline | None:
    """Return the line of the step this thread works on, if it does."""
    return _current.get()


def check() -> None:
    """Return if the work may go on; else raise why not. To be called often: it costs nothing."""
    line = _current.get()
    if line is not None:
        line.check()


def moved() -> None:
    """Note a sign of life, and return if the work may go on."""
    line = _current.get()
    if line is not None:
        line.check()
        line.moved()


def works_on(*, video_s: float | None, size_bytes: int | None) -> None:
    """Say how much there is to work on: the time that a step may take goes by it."""
    line = _current.get()
    if line is not None:
        line.extent = Extent(video_s=video_s, size_bytes=size_bytes)


def each_a_sign(items: Iterable[Item]) -> Iterator[Item]:
    """
    Yield items, each a sign of life of this thread's step, whichever thread takes them.

    Raises:
        BaseException: What the step was told to end with.
    """
    line = _current.get()
    return iter(items) if line is None else _signs(items, line)


def _signs(items: Iterable[Item], line: Lifeline) -> Iterator[Item]:
    for item in items:
        line.check()
        line.moved()
        yield item


@contextmanager
def waiting(reason: str) -> Iterator[None]:
    """
    Say what the work waits for while it does: shown as the ``queue_reason`` of its task.

    Args:
        reason: Without a full stop, e.g. ``another task is fetching the same URL``.
    """
    line = _current.get()
    if line is None:
        yield
        return
    with line.waiting(reason):
        yield
