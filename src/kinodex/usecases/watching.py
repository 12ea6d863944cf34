"""How tasks go on, for those who watch: what changed since a moment, whichever process works on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId
from kinodex.domain.tasks import Task
from kinodex.jobs.protocols import Jobs
from kinodex.stores.protocols import Records
from kinodex.usecases.estimates import forecast
from kinodex.usecases.queueing import with_reasons

MOST_WATCHED = 200
"""Unfinished tasks looked at in each round, oldest first: those at work and the head of the queue."""
MOST_CHANGED = 500
CLOCKS_DIFFER = timedelta(seconds=30)
"""Between machines; what changed so long before a moment is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Looks at tasks."""

    records: Records
    jobs: Jobs

    def look(self, since: datetime) -> Sequence[Task]:
        """
        Return the tasks at work or next in line, and those that changed since a moment.

        Each is whole, as it stands now; of those at work ``estimated_ready_at`` is the latest guess.
        """
        with self.records.read() as transaction:
            unfinished = transaction.tasks.unfinished(limit=MOST_WATCHED)
            changed = transaction.tasks.changed(since=since - CLOCKS_DIFFER, limit=MOST_CHANGED)
            rates = transaction.steps.rates() if unfinished else {}
        at, first = now(), {task.id for task in unfinished}
        waiting = with_reasons(self.jobs, unfinished)
        told = [
            replace(task, estimated_ready_at=forecast(task, unfinished=(), rates=rates, workers=1, at=at))
            if task.step is not None
            else task
            for task in waiting
        ]
        return [*(task for task in reversed(changed) if task.id not in first), *told]

    def gone(self, task_ids: Sequence[TaskId]) -> Sequence[TaskId]:
        """Return those of some tasks that are deleted."""
        with self.records.read() as transaction:
            return [task_id for task_id in task_ids if transaction.tasks.get(task_id) is None]

    def require(self, task_id: TaskId) -> Task:
        """
        Return a task.

        Raises:
            NotFound: If there is none.
        """
        with self.records.read() as transaction:
            task = transaction.tasks.get(task_id)
        if task is None:
            raise errors.NotFound("task", task_id)
        return with_reasons(self.jobs, [task])[0]
