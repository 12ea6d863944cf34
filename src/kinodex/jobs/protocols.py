"""
Durable work: a job is queued in the transaction that records its task, and survives any crash.

Completed steps run once; a step that was interrupted runs again, so every step is idempotent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from kinodex.domain.ids import TaskId

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a task: what a job does. A retry is another attempt, and another job."""

    task_id: TaskId
    number: int = 1

    @property
    def job_id(self) -> str:
        """The name of the job: that of the task, and for later attempts ``.`` and their number."""
        return self.task_id if self.number == 1 else f"{self.task_id}.{self.number}"

    @classmethod
    def of_job(cls, job_id: str) -> "Attempt":
        """Return the attempt that a job does."""
        task_id, _, number = job_id.partition(".")
        return cls(TaskId(task_id), int(number or 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a job stands: on a worker, or behind so many others."""

    is_running: bool
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    Who waits for whom.

    ``places`` lacks jobs that ended. ``busy`` jobs are under way; living workers can do ``slots`` at a time.
    """

    places: Mapping[Attempt, Place]
    busy: int
    slots: int


class Checkpoints(Protocol):
    """Remembers the finished steps of one job."""

    @property
    def attempt(self) -> int:
        """Which attempt at its task the job is, from 1."""
        ...

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """
        Run a step, or return what it returned when it finished in an earlier life.

        Args:
            name: Unique within the job. What follows a ``#`` counts tries: ``fetch#2`` is ``fetch``.
            step: Returns something made of ``dict``, ``list``, ``str``, numbers, booleans and ``None``.
                What it raises passes through and is not remembered.

        Raises:
            TaskWithdrawn: The job was cancelled.
            WorkerLost: The job took the process down too often; no step runs any more.
        """
        ...


Queue = Literal["indexing", "receiving"]
"""Long work on engines, and short work that waits for bytes."""

Work = Callable[[TaskId, Checkpoints], None]
"""Does one job. It handles its own errors; what it raises nevertheless is logged and ends the job."""


class Jobs(Protocol):
    """The queue."""

    def enqueue(
        self, task_id: TaskId, *, transaction: object, attempt: int = 1, queue: Queue = "indexing"
    ) -> None:
        """
        Queue the work of a task inside a transaction of the stores.

        Args:
            task_id: With the attempt, doubles as the idempotency key: an attempt is queued once.
            transaction: ``Transaction.handle`` of the stores.
            attempt: Which attempt at the task it is; the steps that another one finished are run again.
            queue: Work of one queue does not wait for that of the other.
        """
        ...

    def start(self, work: Work) -> None:
        """Take jobs until ``stop``, in threads of our own; unfinished ones of earlier lives too."""
        ...

    def cancel(self, task_id: TaskId, *, attempt: int = 1) -> None:
        """Make sure no further step of the job starts. Unknown ones are ignored."""
        ...

    def unattended(self, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
        """Return those of some attempts that nobody does nor will do: their jobs ended, or are not there."""
        ...

    def line(self, attempts: Sequence[Attempt]) -> Line:
        """Return where the jobs of some attempts stand, and how many workers live."""
        ...

    def exhausted(self) -> Sequence[Attempt]:
        """
        Return attempts whose jobs were put aside because the process died even while giving them up.

        A job that took the process down too often is done once more with checkpoints that raise
        ``WorkerLost``, so that its task ends at once; only what cannot even do that is found here.
        """
        ...

    def waiting(self) -> int:
        """Return how many jobs of indexing are queued or running."""
        ...

    def wind_down(self) -> None:
        """Begin no further step; running ones get as long as ``stop`` is away."""
        ...

    def stop(self) -> None:
        """Take no further job and leave running ones to a later start."""
        ...
