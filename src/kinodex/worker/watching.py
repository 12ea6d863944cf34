"""
Watching steps: each works in a thread of its own, and one that is overdue is ended.

A thread cannot be killed. It is told to end, which kills the processes it waits for; it finds out at its
next sign of life. One that gives none is left behind: whatever it does later counts for nothing.
"""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TypeVar

import structlog

from kinodex.domain.errors import StepStuck, StepTimedOut, TaskWithdrawn
from kinodex.domain.lifelines import Lifeline
from kinodex.usecases.deadlines import Deadline, Deadlines
from kinodex.usecases.overdue import Overdue

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

LOOK_S = 0.25
"""From one look at a step to the next; its end is noticed at once."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Runs steps and ends those that take too long, or give no sign of life."""

    deadlines: Deadlines
    overdue: Overdue
    look_s: float = LOOK_S

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """
        Run a step in a thread of its own and return what it returns.

        Raises:
            StepTimedOut: It took too long, or gave no sign of life for too long, and has ended now.
            StepStuck: Likewise, and it did not even end when it was told to.
            Exception: What the step raises.
        """
        deadline, line = self.deadlines.of(name), Lifeline()
        done: Future[Result] = Future()
        thread = threading.Thread(
            target=contextvars.copy_context().run,
            args=(_work, step, line, done),
            name=f"{threading.current_thread().name}-{name}",
            daemon=True,
        )
        thread.start()
        while not wait([done], timeout=self.look_s).done:
            reason = _why_overdue(line, deadline)
            if reason is not None:
                return self._ended(name, reason, thread, line, done)
        return done.result()

    def _ended(
        self, name: str, reason: str, thread: threading.Thread, line: Lifeline, done: Future[Result]
    ) -> Result:
        """Tell a step to end; it may still come to its own end just now."""
        error = StepTimedOut(name, reason)
        line.end(error)
        self.overdue.note_end(name)
        log.warning("a step is overdue", step=name, reason=error.message)
        if not wait([done], timeout=self.deadlines.patience.grace_s).done:
            self.overdue.note_hanging(name, thread, line)
            raise StepStuck(name, f"{reason} and could not be ended")
        failure = done.exception()
        if failure is None or isinstance(failure, TaskWithdrawn):
            return done.result()
        raise error from (None if failure is error else failure)


def _work(step: Callable[[], Result], line: Lifeline, done: Future[Result]) -> None:
    with line.held():
        try:
            done.set_result(step())
        except BaseException as error:  # noqa: BLE001  it is raised in the thread that waits
            done.set_exception(error)


def _why_overdue(line: Lifeline, deadline: Deadline) -> str | None:
    allowed_s, still_s = deadline.allowed_s(line.extent), deadline.still_s
    if line.worked_s > allowed_s:
        return f"did not end within {_shown(allowed_s)}"
    if line.still_s > still_s:
        return f"made no progress for {_shown(still_s)}"
    return None


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"  # noqa: PLR2004  two digits tell enough
