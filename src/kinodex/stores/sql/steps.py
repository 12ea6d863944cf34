"""How long steps took, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from statistics import median

import sqlalchemy as sa

from kinodex.domain.ids import TaskId
from kinodex.stores.protocols import StepRecord
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import step_rates, step_runs

RUNS_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class SqlStepStore:
    """The steps as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def started(self, task_id: TaskId, step: str, at: datetime) -> None:
        """Note that a step begins (again): its attempts go up by one."""
        first = self.dialect.insert(step_runs).values(task_id=task_id, step=step, started_at=at, attempts=1)
        again = {"attempts": step_runs.c.attempts + 1, "started_at": at}
        self.connection.execute(first.on_conflict_do_update(index_elements=["task_id", "step"], set_=again))

    def finished(self, task_id: TaskId, step: str, *, seconds: float, video_s: float | None) -> None:
        """Note that a step is done and how long it took, for a video of this length if known."""
        this = sa.and_(step_runs.c.task_id == task_id, step_runs.c.step == step)
        self.connection.execute(sa.update(step_runs).where(this).values(seconds=seconds))
        if video_s is not None and video_s > 0:
            self._remember(step, seconds / video_s)

    def note(self, task_id: TaskId, step: str, note: str) -> None:
        """Note for people what was special about a step that has begun."""
        this = sa.and_(step_runs.c.task_id == task_id, step_runs.c.step == step)
        self.connection.execute(sa.update(step_runs).where(this).values(note=note))

    def forget(self, task_id: TaskId, step: str) -> None:
        """Forget a step of a task: it has not been begun then."""
        this = sa.and_(step_runs.c.task_id == task_id, step_runs.c.step == step)
        self.connection.execute(sa.delete(step_runs).where(this))

    def of_task(self, task_id: TaskId) -> Sequence[StepRecord]:
        """Return the steps of a task in the order they first began."""
        query = sa.select(step_runs).where(step_runs.c.task_id == task_id).order_by(step_runs.c.position)
        return [
            StepRecord(step=row.step, attempts=row.attempts, seconds=row.seconds, note=row.note)
            for row in self.connection.execute(query)
        ]

    def rates(self) -> Mapping[str, float]:
        """Return seconds per second of video for each step: the median of its last 20 runs."""
        query = sa.select(step_rates.c.step, step_rates.c.seconds_per_second).order_by(step_rates.c.step)
        rows = self.connection.execute(query).all()
        return {
            step: median(row.seconds_per_second for row in runs)
            for step, runs in groupby(rows, itemgetter(0))
        }

    def _remember(self, step: str, rate: float) -> None:
        """Keep the last runs apart from their tasks: they outlive them and stay few."""
        rates = step_rates.c
        self.connection.execute(sa.insert(step_rates).values(step=step, seconds_per_second=rate))
        recent = sa.select(rates.position).where(rates.step == step)
        kept = recent.order_by(rates.position.desc()).limit(RUNS_REMEMBERED).scalar_subquery()
        self.connection.execute(sa.delete(step_rates).where(rates.step == step, rates.position.not_in(kept)))
