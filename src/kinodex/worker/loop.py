"""Do jobs: every task ends ready or failed with a reason, whatever happens on the way."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from kinodex.domain.errors import KinodexError, TaskWithdrawn, VideoRejected, WorkerLost
from kinodex.domain.ids import TaskId
from kinodex.domain.tasks import Failure
from kinodex.jobs.protocols import Checkpoints, Jobs
from kinodex.usecases.indexing import Indexing
from kinodex.worker.retry import RetryingCheckpoints
from kinodex.worker.watching import Watching

log = structlog.get_logger(__name__)

POISON_ATTEMPTS = 5
"""A task that takes the process down so often is given up."""


class Trade(Protocol):
    """A kind of work."""

    def run(self, job: TaskId, checkpoints: Checkpoints, /) -> None:
        """Do a job; raise ``KinodexError`` where it cannot be done."""
        ...

    def fail(self, job: TaskId, failure: Failure, /) -> None:
        """Record why a job failed."""
        ...


class OtherTrade(Trade, Protocol):
    """A kind of work other than indexing; its jobs are told by their ids."""

    def takes(self, job: TaskId, /) -> bool:
        """Return whether a job is of this kind."""
        ...


@dataclass(frozen=True, slots=True)
class Worker:
    """Takes the jobs of tasks, and those of other trades."""

    jobs: Jobs
    indexing: Indexing
    watching: Watching
    others: Sequence[OtherTrade] = ()
    _retired: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Clean up after earlier lives, give up tasks that killed them, and begin to work."""
        self.indexing.sweep()
        self.give_up()
        self.jobs.start(self.work)

    def give_up(self) -> None:
        """Fail tasks that would wait for ever: they took down too many workers, or nobody has them."""
        lost = _failure(WorkerLost(POISON_ATTEMPTS))
        for spent in self.jobs.exhausted():
            trade = self._trade(spent.task_id)
            if trade is self.indexing:
                self.indexing.fail(spent.task_id, lost, attempt=spent.number, keep_bytes=True)
            else:
                trade.fail(spent.task_id, lost)
        self.indexing.fail_unattended(self.jobs)

    def wind_down(self) -> None:
        """Take no further job; running ones end after their step."""
        self.jobs.wind_down()

    def retire(self) -> None:
        """Take no further job once too many steps hang that cannot be ended; others may take them."""
        reason = self.watching.overdue.worn_out
        if reason is not None and not self._retired.is_set():
            self._retired.set()
            log.error("degraded", what=reason)
            self.jobs.stop()

    def stop(self) -> None:
        """Take no further job; what is going on goes on at the next start."""
        self.jobs.stop()

    def work(self, task_id: TaskId, checkpoints: Checkpoints) -> None:
        """Do one job."""
        trade = self._trade(task_id)
        try:
            trade.run(task_id, self._watched(task_id, checkpoints))
        except TaskWithdrawn:
            log.info("task withdrawn", task_id=task_id)
        except KinodexError as error:
            self._fail(task_id, _failure(error), checkpoints, keep_bytes=not isinstance(error, VideoRejected))
        except Exception as error:
            log.exception("task failed by a fault of ours", task_id=task_id)
            sentence = f"An unexpected {type(error).__name__} stopped the work; the server's log has it."
            self._fail(task_id, Failure("internal_server_error", sentence), checkpoints, keep_bytes=True)

    def _watched(self, job: TaskId, checkpoints: Checkpoints) -> Checkpoints:
        def waiting(reason: str) -> None:
            if self._trade(job) is self.indexing:
                self.indexing.note_wait(job, reason, attempt=checkpoints.attempt)

        return RetryingCheckpoints(checkpoints, run_once=self.watching.run, waiting=waiting)

    def _fail(self, job: TaskId, failure: Failure, checkpoints: Checkpoints, *, keep_bytes: bool) -> None:
        trade = self._trade(job)
        if trade is self.indexing:
            self.indexing.fail(job, failure, attempt=checkpoints.attempt, keep_bytes=keep_bytes)
        else:
            trade.fail(job, failure)

    def _trade(self, job: TaskId) -> Trade:
        return next((trade for trade in self.others if trade.takes(job)), self.indexing)


def _failure(error: KinodexError) -> Failure:
    return Failure(error.code, error.message)
