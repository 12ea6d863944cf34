"""Try a step again where the world may have changed meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from kinodex.domain.errors import FetchFailed, KinodexError
from kinodex.domain.waiting import retry_of
from kinodex.jobs.protocols import Checkpoints

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

PAUSES_S = (1.0, 5.0)
"""Before the second and the third try. Fetches have a finer schedule of their own."""


class RunOnce(Protocol):
    """Makes one try at a step."""

    def __call__(self, name: str, step: Callable[[], Result], /) -> Result:
        """Return what the step returns; what it raises comes through."""
        ...


def _straight(_name: str, step: Callable[[], Result], /) -> Result:
    return step()


def _in_silence(_reason: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RetryingCheckpoints:
    """
    Checkpoints whose steps are tried again when their error says that it may help.

    Attributes:
        inner: Remember what is done.
        pauses_s: Before the second try, the third, and so on.
        run_once: Makes one try at the step of a name.
        waiting: Told what is waited for before another try.
    """

    inner: Checkpoints
    pauses_s: tuple[float, ...] = PAUSES_S
    run_once: RunOnce = _straight
    waiting: Callable[[str], None] = _in_silence

    @property
    def attempt(self) -> int:
        """Which attempt at its task the job is, from 1."""
        return self.inner.attempt

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """Run a step, up to ``len(pauses_s)`` times more; what remains wrong is raised."""
        return self.inner.run(name, lambda: self._tried(name, step))

    def _tried(self, name: str, step: Callable[[], Result]) -> Result:
        for pause_s in self.pauses_s:
            try:
                return self.run_once(name, step)
            except FetchFailed:
                raise
            except KinodexError as error:
                if not error.retryable:
                    raise
                log.warning("step failed, trying again", step=name, code=error.code, pause_s=pause_s)
                self.waiting(retry_of(name, error, in_s=pause_s))
                time.sleep(pause_s)
        return self.run_once(name, step)
