"""
Durable work: a job is queued in the transaction that records its task, and survives any crash.

Completed steps run once; a step that was interrupted runs again, so every step is idempotent.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar

from kinodex.domain.ids import TaskId

Result = TypeVar("Result")


class Checkpoints(Protocol):
    """Remembers the finished steps of one job."""

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

    def enqueue(self, task_id: TaskId, *, transaction: object, queue: Queue = "indexing") -> None:
        """
        Queue the work of a task inside a transaction of the stores.

        Args:
            task_id: Doubles as the idempotency key: a task is queued once.
            transaction: ``Transaction.handle`` of the stores.
            queue: Work of one queue does not wait for that of the other.
        """
        ...

    def start(self, work: Work) -> None:
        """Take jobs until ``stop``, in threads of our own; unfinished ones of earlier lives too."""
        ...

    def cancel(self, task_id: TaskId) -> None:
        """Make sure no further step of the task's job starts. Unknown ids are ignored."""
        ...

    def exhausted(self) -> Sequence[TaskId]:
        """
        Return tasks whose jobs were put aside because the process died even while giving them up.

        A job that took the process down too often is done once more with checkpoints that raise
        ``WorkerLost``, so that its task ends at once; only what cannot even do that is found here.
        """
        ...

    def waiting(self) -> int:
        """Return how many jobs of indexing are queued or running."""
        ...

    def stop(self) -> None:
        """Take no further job and leave running ones to a later start."""
        ...
