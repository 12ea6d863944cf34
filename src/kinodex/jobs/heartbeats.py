"""
Who is alive: each working process counts up a row of its own.

Others watch whether a count still moves, by their own monotonic clock, so no wall clock matters. A process
without a row is dead too: the row is there before the process takes its first job.
"""

import threading
import time
from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

DEAD_AFTER_S = 5.0

worker_beats = sa.Table(
    "worker_beats",
    sa.MetaData(),
    sa.Column("worker", sa.Text, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("slots", sa.Integer, nullable=False, server_default=sa.text("1")),
)


class Heartbeats:
    """The beats of this process and what it sees of others."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        dead_after_s: float = DEAD_AFTER_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Use a database; its table is made if it is not there.

        Args:
            engine: The database all processes share.
            dead_after_s: A count that stands still for so long belongs to a dead process.
            clock_s: Seconds that only go forward.
        """
        self._engine = engine
        self._dead_after_s = dead_after_s
        self._clock_s = clock_s
        self._seen: dict[str, tuple[int, float]] = {}
        self._looking = threading.Lock()
        _make_table(engine)

    def beat(self, worker: str, *, slots: int = 1) -> None:
        """Count up the row of a process, which does ``slots`` jobs at a time; it comes back if removed."""
        up = (
            sa.update(worker_beats)
            .where(worker_beats.c.worker == worker)
            .values(count=worker_beats.c.count + 1)
        )
        with self._engine.begin() as connection:
            if connection.execute(up).rowcount == 0:
                connection.execute(sa.insert(worker_beats).values(worker=worker, count=1, slots=slots))

    def dead(self, workers: Iterable[str]) -> list[str]:
        """Return those of some processes that have no row or whose count stands still for too long."""
        now_s = self._look()[1]
        return [worker for worker in workers if self._stands_still(worker, now_s)]

    def slots(self) -> int:
        """
        Return how many jobs the living processes can do at the same time.

        A process that died counts until its row has been seen to stand still for as long as that takes.
        """
        slots, now_s = self._look()
        return sum(slots[worker] for worker in slots if not self._stands_still(worker, now_s))

    def _look(self) -> tuple[dict[str, int], float]:
        """Look at the rows and remember which counts have moved; return the slots, and when that was."""
        with self._looking:
            rows, now_s = self._rows(), self._clock_s()
            for worker, (count, _) in rows.items():
                if self._seen.get(worker, (None, 0.0))[0] != count:
                    self._seen[worker] = (count, now_s)
            self._seen = {worker: seen for worker, seen in self._seen.items() if worker in rows}
        return {worker: slots for worker, (_, slots) in rows.items()}, now_s

    def forget(self, worker: str) -> None:
        """Remove the row of a process."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(worker_beats).where(worker_beats.c.worker == worker))

    def forget_dead(self) -> None:
        """Remove the rows of all dead processes. Their jobs need no row to be found: none means dead."""
        for worker in self.dead(self._rows()):
            self.forget(worker)

    def _rows(self) -> dict[str, tuple[int, int]]:
        beats = worker_beats.c
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(beats.worker, beats.count, beats.slots))
            return {row[0]: (row[1], row[2]) for row in rows}

    def _stands_still(self, worker: str, now_s: float) -> bool:
        seen = self._seen.get(worker)
        return seen is None or now_s - seen[1] > self._dead_after_s


def _make_table(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two processes that make a table at once collide, in spite of IF NOT EXISTS.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6B696E6F)))
        connection.execute(CreateTable(worker_beats, if_not_exists=True))
        if engine.dialect.name == "postgresql":
            # Tables of the first days lack it.
            add = "ALTER TABLE worker_beats ADD COLUMN IF NOT EXISTS slots INTEGER NOT NULL DEFAULT 1"
            connection.exec_driver_sql(add)
