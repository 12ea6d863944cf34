"""Tasks and the steps of the work on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.tasks import Task, TaskStatus


class TaskStore(Protocol):
    """Tasks."""

    def add(self, task: Task) -> None:
        """Store a new task."""
        ...

    def get(self, task_id: TaskId) -> Task | None:
        """Return a task, or ``None``."""
        ...

    def of_video(self, video_id: VideoId) -> Task | None:
        """Return the task that made a video, or ``None``."""
        ...

    def of_index(self, index_id: IndexId) -> Sequence[Task]:
        """Return all tasks of an index."""
        ...

    def replace(self, task: Task) -> bool:
        """
        Overwrite a task that is there and not final yet.

        Returns:
            False if it was deleted meanwhile, had ended or is at another attempt: then nothing changed.
        """
        ...

    def reopen(self, task: Task) -> bool:
        """
        Overwrite a failed task with its next attempt.

        Returns:
            False if it is not failed any more or is at another attempt: then nothing changed.
        """
        ...

    def note_wait(self, task: Task, reason: str | None) -> None:
        """Say what the work on an attempt waits for; nothing if the task ended or is another attempt's."""
        ...

    def list(self, listing: Listing) -> Page[Task]:
        """
        Return a page of tasks.

        Fields: ``id index_id filename duration_s width_px height_px created_at updated_at
        estimated_ready_at status``.
        """
        ...

    def unfinished(self, *, limit: int | None = None) -> Sequence[Task]:
        """Return tasks that are neither ready nor failed, oldest first; at most ``limit`` if given."""
        ...

    def changed(self, *, since: datetime, limit: int) -> Sequence[Task]:
        """Return at most so many tasks whose ``updated_at`` is not before ``since``, newest change first."""
        ...

    def unfinished_attempts(self, *, after: TaskId | None, limit: int) -> Sequence[tuple[TaskId, int]]:
        """Return ids and attempts of at most so many unfinished tasks, by id, from one on."""
        ...

    def count_by_status(self, index_id: IndexId | None) -> Mapping[TaskStatus, int]:
        """Count the tasks of one index, or of all; statuses without any may be absent."""
        ...

    def count_unfinished(self, key_id: KeyId | None) -> int:
        """Count the tasks that are neither ready nor failed, of one key or of all."""
        ...

    def delete(self, task_id: TaskId) -> None:
        """Remove a task and what is noted of its steps."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of one task; ``note`` says for people what was special about it."""

    step: str
    attempts: int
    seconds: float | None
    note: str | None = None


class StepStore(Protocol):
    """How long steps took on this machine, for estimates, metrics and explanations."""

    def started(self, task_id: TaskId, step: str, at: datetime) -> None:
        """Note that a step begins (again): its attempts go up by one."""
        ...

    def finished(self, task_id: TaskId, step: str, *, seconds: float, video_s: float | None) -> None:
        """Note that a step is done and how long it took, for a video of this length if known."""
        ...

    def note(self, task_id: TaskId, step: str, note: str) -> None:
        """Note for people what was special about a step that has begun."""
        ...

    def forget(self, task_id: TaskId, step: str) -> None:
        """Forget a step of a task: it has not been begun then."""
        ...

    def of_task(self, task_id: TaskId) -> Sequence[StepRecord]:
        """Return the steps of a task in the order they first began."""
        ...

    def rates(self) -> Mapping[str, float]:
        """Return seconds per second of video for each step: the median of its last 20 runs."""
        ...
