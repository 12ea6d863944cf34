"""The heartbeat of a download: tells progress, notices a withdrawal, keeps the total clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kinodex.domain.errors import FetchFailed, FetchTimedOut
from kinodex.domain.waiting import retry_of
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import FetchedSoFar, FetchProgress

SLICE_S = 0.1
"""Longest time spent waiting for anything before the pulse beats again."""


@dataclass(slots=True)
class Pulse:
    """
    Beaten all the time, in waits too, by the one thread of a download.

    ``path`` is the growing file; ``done_bytes`` and ``total_bytes`` are kept by whoever writes the file.
    """

    progress: FetchProgress
    limits: FetchLimits
    path: Path
    clock: Callable[[], float] = time.monotonic
    done_bytes: int = 0
    total_bytes: int | None = None
    _ends_at: float = field(init=False)
    _next_at: float = field(init=False)
    _waits_for: Callable[[], str | None] = field(init=False)

    def __post_init__(self) -> None:
        self._ends_at = self.clock() + self.limits.total_s
        self._next_at = self.clock()
        self._waits_for = _for_nothing

    @property
    def left_s(self) -> float:
        """Seconds left on the total clock."""
        return self._ends_at - self.clock()

    def beat(self) -> None:
        """
        Tell progress if it is time to.

        Raises:
            FetchTimedOut: The total time is over.
            Exception: Whatever ``progress`` raises, to end the download.
        """
        if self.left_s <= 0:
            raise FetchTimedOut(f"The download did not end within {self.limits.total_s:g} s.")
        if self.clock() >= self._next_at:
            self._next_at = self.clock() + self.limits.progress_every_s
            self.progress(FetchedSoFar(self.path, self.done_bytes, self.total_bytes, self._waits_for()))

    def wait_after(self, failure: FetchFailed, seconds: float) -> None:
        """Wait before another try, beating, and tell why."""
        until = self.clock() + seconds
        self._waits_for = lambda: retry_of("fetch", failure, in_s=until - self.clock())
        while (left := until - self.clock()) > 0:
            self.beat()
            time.sleep(min(left, SLICE_S))
        self._waits_for = _for_nothing


def _for_nothing() -> None:
    """Nothing is waited for."""
