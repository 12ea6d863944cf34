"""Where jobs stand in the line: read from the tables of DBOS, whose lists cost too much to be asked often."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from kinodex.jobs.names import ENQUEUED, PENDING, QUEUE, WAITING
from kinodex.jobs.protocols import Attempt, Line, Place


class Places:
    """Reads places in the line."""

    def __init__(self, engine: sa.Engine, *, schema: str | None) -> None:
        """Use the database of the queue; its tables lie in a schema of their own where there are schemas."""
        self._engine = engine
        columns = ("workflow_uuid", "queue_name", "status", "created_at")
        self._jobs = sa.table("workflow_status", *map(sa.column, columns), schema=schema)

    def count(self) -> int:
        """Return how many jobs are queued or running."""
        with self._engine.connect() as connection:
            return self._count(connection, WAITING)

    def line(self, attempts: Sequence[Attempt], *, slots: int) -> Line:
        """Return where some jobs stand, and how busy the workers are."""
        with self._engine.connect() as connection:
            found = self._found(connection, attempts)
            busy = self._count(connection, (PENDING,))
            last = max((at for status, at in found.values() if status == ENQUEUED), default=None)
            queued = [] if last is None else self._queued_until(connection, last)
        places = {
            attempt: Place(is_running=status == PENDING, ahead=bisect_left(queued, at))
            for attempt, (status, at) in found.items()
            if status in WAITING
        }
        return Line(places=places, busy=busy, slots=slots)

    def unattended(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Return those of some attempts whose jobs are neither queued nor running, or not there at all."""
        with self._engine.connect() as connection:
            found = self._found(connection, attempts)
        return [each for each in attempts if each not in found or found[each][0] not in WAITING]

    def _found(
        self, connection: sa.Connection, attempts: Sequence[Attempt]
    ) -> Mapping[Attempt, tuple[str, int]]:
        jobs, by_id = self._jobs.c, {attempt.job_id: attempt for attempt in attempts}
        query = sa.select(jobs.workflow_uuid, jobs.status, jobs.created_at)
        rows = connection.execute(query.where(jobs.workflow_uuid.in_(sorted(by_id))))
        return {by_id[row[0]]: (row[1], row[2]) for row in rows}

    def _count(self, connection: sa.Connection, statuses: Sequence[str]) -> int:
        jobs = self._jobs.c
        count = sa.select(sa.func.count()).where(jobs.queue_name == QUEUE, jobs.status.in_(statuses))
        return connection.execute(count).scalar_one()

    def _queued_until(self, connection: sa.Connection, last: int) -> list[int]:
        """Return when the queued jobs up to a time were queued, in the order they are taken."""
        jobs = self._jobs.c
        query = sa.select(jobs.created_at).where(
            jobs.queue_name == QUEUE, jobs.status == ENQUEUED, jobs.created_at <= last
        )
        return list(connection.execute(query.order_by(jobs.created_at)).scalars())
