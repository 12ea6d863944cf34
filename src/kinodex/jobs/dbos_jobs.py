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
from kinodex.jobs.names import APPLICATION, APPLICATION_VERSION, QUEUE, SPENT, WAITING, WORKFLOW
from kinodex.jobs.plain import JsonSerializer, quieten
from kinodex.jobs.protocols import Queue, Work
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
        self._statuses = _statuses(None if is_alone else SCHEMA)
        self._life: Life | None = None

    def enqueue(self, task_id: TaskId, *, transaction: object, queue: Queue = "indexing") -> None:
        """
        Queue the work of a task inside a transaction of the stores; once, however often it is asked.

        Raises:
            TypeError: The handle is not a connection to this database.
        """
        if not isinstance(transaction, sa.Connection):
            raise TypeError(f"a connection is due, not {type(transaction).__name__}")
        self._client.enqueue_in_transaction(
            transaction,
            {
                "workflow_name": WORKFLOW,
                "queue_name": queue,
                "workflow_id": task_id,
                "app_version": APPLICATION_VERSION,
            },
            task_id,
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
            tend=lambda worker: Tending(self._client, self._heartbeats, worker=worker),
        )
        self._life.begin(self._engine, concurrency=self._concurrency)

    def cancel(self, task_id: TaskId) -> None:
        """Make sure no further step of the task's job starts. Unknown ids are ignored."""
        self._client.cancel_workflow(task_id)

    def exhausted(self) -> Sequence[TaskId]:
        """
        Return tasks whose jobs were put aside: the process died even while it wanted to give them up.

        Jobs that took it down too often are told so before, by ``WorkerLost`` from their first step.
        """
        spent = self._client.list_workflows(status=SPENT, name=WORKFLOW, load_input=False, load_output=False)
        return [TaskId(workflow.workflow_id) for workflow in spent]

    def waiting(self) -> int:
        """Return how many jobs of indexing are queued or running."""
        status = self._statuses.c
        count = sa.select(sa.func.count()).where(status.queue_name == QUEUE, status.status.in_(WAITING))
        with self._engine.connect() as connection:
            return connection.execute(count).scalar_one()

    def stop(self) -> None:
        """Take no further job and leave running ones to a later start."""
        if self._life is not None:
            self._life.end(grace_s=self._stopping_grace_s)
            self._life = None


def _statuses(schema: str | None) -> sa.TableClause:
    """Return the table of jobs: counting them there costs nothing, listing them does."""
    return sa.table("workflow_status", sa.column("queue_name"), sa.column("status"), schema=schema)
