"""
The durable queue: DBOS Transact in the database of the stores.

DBOS queues, claims, counts attempts and keeps the results of steps. What it leaves to a paid service is
done here: finding out that a process died and giving its jobs to others.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from dbos import DBOS, DBOSClient

from kinodex.domain.ids import TaskId
from kinodex.jobs.heartbeats import DEAD_AFTER_S, Heartbeats
from kinodex.jobs.life import Life
from kinodex.jobs.names import APPLICATION, APPLICATION_VERSION, SPENT, WORKFLOW
from kinodex.jobs.places import Places
from kinodex.jobs.plain import JsonSerializer, quieten
from kinodex.jobs.protocols import Attempt, Line, Queue, Work
from kinodex.jobs.tending import Tending

ATTEMPTS = 5
STOPPING_GRACE_S = 2.0
SCHEMA = "dbos"


class DbosJobs:
    """Jobs in the database of an engine; one process may ``start`` one of these at a time."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        concurrency: int = 1,
        attempts: int = ATTEMPTS,
        dead_after_s: float = DEAD_AFTER_S,
        stopping_grace_s: float = STOPPING_GRACE_S,
    ) -> None:
        """
        Open the queue; its tables are made or brought up to date. Nothing is taken before ``start``.

        Args:
            engine: Shared with the stores, so that a task and its job commit together.
            concurrency: Jobs done at the same time by this process.
            attempts: After so many deaths of the process in the middle of a job it is given up.
            dead_after_s: A process on another machine is dead when it has not been heard of for so long.
            stopping_grace_s: How long ``stop`` waits for running steps to end.
        """
        quieten()
        DBOS.migrate(engine.url.render_as_string(hide_password=False), schema=SCHEMA)
        self._engine = engine
        self._concurrency = concurrency
        self._attempts = attempts
        self._stopping_grace_s = stopping_grace_s
        self._client = DBOSClient(
            system_database_engine=engine,
            dbos_system_schema=SCHEMA,
            serializer=JsonSerializer(),
            application_name=APPLICATION,
        )
        is_alone = engine.dialect.name == "sqlite"
        self._heartbeats = None if is_alone else Heartbeats(engine, dead_after_s=dead_after_s)
        self._places = Places(engine, schema=None if is_alone else SCHEMA)
        self._life: Life | None = None

    def enqueue(
        self, task_id: TaskId, *, transaction: object, attempt: int = 1, queue: Queue = "indexing"
    ) -> None:
        """
        Queue an attempt at a task inside a transaction of the stores; once, however often it is asked.

        Raises:
            TypeError: The handle is not a connection to this database.
        """
        if not isinstance(transaction, sa.Connection):
            raise TypeError(f"a connection is due, not {type(transaction).__name__}")
        job_id = Attempt(task_id, attempt).job_id
        self._client.enqueue_in_transaction(
            transaction,
            {
                "workflow_name": WORKFLOW,
                "queue_name": queue,
                "workflow_id": job_id,
                "app_version": APPLICATION_VERSION,
            },
            job_id,
        )

    def start(self, work: Work) -> None:
        """
        Take jobs until ``stop``, in threads of our own; unfinished ones of earlier lives too.

        Raises:
            RuntimeError: It was started already.
        """
        if self._life is not None:
            raise RuntimeError("the queue is being worked on already")
        self._life = Life(
            self._client,
            work,
            attempts=self._attempts,
            tend=lambda worker: Tending(
                self._client, self._heartbeats, worker=worker, slots=self._concurrency
            ),
        )
        self._life.begin(self._engine, concurrency=self._concurrency)

    def cancel(self, task_id: TaskId, *, attempt: int = 1) -> None:
        """Make sure no further step of the job starts. Unknown ones are ignored."""
        self._client.cancel_workflow(Attempt(task_id, attempt).job_id)

    def unattended(self, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
        """Return those of some attempts that nobody does nor will do: their jobs ended, or are not there."""
        return self._places.unattended(attempts)

    def line(self, attempts: Sequence[Attempt]) -> Line:
        """Return where the jobs of some attempts stand, and how many workers live."""
        return self._places.line(attempts, slots=self._slots())

    def _slots(self) -> int:
        if self._heartbeats is not None:
            return self._heartbeats.slots()
        return 0 if self._life is None else self._concurrency

    def exhausted(self) -> Sequence[Attempt]:
        """
        Return attempts whose jobs were put aside: the process died even while it wanted to give them up.

        Jobs that took it down too often are told so before, by ``WorkerLost`` from their first step.
        """
        spent = self._client.list_workflows(status=SPENT, name=WORKFLOW, load_input=False, load_output=False)
        return [Attempt.of_job(workflow.workflow_id) for workflow in spent]

    def waiting(self) -> int:
        """Return how many jobs of indexing are queued or running."""
        return self._places.count()

    def wind_down(self) -> None:
        """Begin no further step; running ones get as long as ``stop`` is away."""
        if self._life is not None:
            self._life.wind_down()

    def stop(self) -> None:
        """Take no further job and leave running ones to a later start."""
        life, self._life = self._life, None
        if life is not None:
            life.end(grace_s=self._stopping_grace_s)
