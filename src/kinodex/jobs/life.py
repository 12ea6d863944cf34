"""
One working life of a process: from ``start`` to ``stop``, one executor of DBOS.

Jobs run in daemon threads, so that a process can end in the middle of a long step; the step runs again
in the next life.
"""

import contextvars
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig

from kinodex.domain.errors import TaskWithdrawn
from kinodex.jobs.checkpoints import DbosCheckpoints, SpentCheckpoints
from kinodex.jobs.interrupted import JobInterrupted
from kinodex.jobs.names import APPLICATION, APPLICATION_VERSION, POLLING_S, QUEUE, RECEIVING, WORKFLOW
from kinodex.jobs.plain import JsonSerializer
from kinodex.jobs.protocols import Attempt, Checkpoints, Work
from kinodex.jobs.tending import Tending

log = structlog.get_logger(__name__)

RECEIVED_AT_ONCE = 4
"""Assets fetched or looked at at the same time by one process: they wait for the network most of it."""
IDLE_S = 3600.0
NAP_S = 0.2
"""Pauses of parts of DBOS that have nothing to do here."""


class Life:
    """Takes jobs and does them."""

    def __init__(
        self,
        client: DBOSClient,
        work: Work,
        *,
        attempts: int,
        tend: Callable[[str], Tending],
    ) -> None:
        """
        Prepare to work; ``begin`` begins.

        Args:
            client: The queue.
            work: Does one job.
            attempts: After so many deaths in the middle of a job it is given up.
            tend: Makes what looks after the jobs of dead processes, for the id of this executor.
        """
        self._client = client
        self._work = work
        self._attempts = attempts
        self._id = secrets.token_hex(12)
        self._tending = tend(self._id)
        self._stopping = threading.Event()
        self._let_go: Future[None] = Future()
        self._running: set[Future[None]] = set()

    def begin(self, engine: sa.Engine, *, concurrency: int) -> None:
        """Take jobs from now on; those of dead processes at once."""
        for queue, at_once in ((QUEUE, concurrency), (RECEIVING, RECEIVED_AT_ONCE)):
            self._client.register_queue(
                queue,
                worker_concurrency=at_once,
                polling_interval_sec=POLLING_S,
                application_name=APPLICATION,
            )
        self._tending.announce()
        DBOS(config=_config(engine, self._id))
        self._register()
        DBOS.launch()
        self._tending.begin()

    def wind_down(self) -> None:
        """Begin no further step of a job."""
        self._stopping.set()

    def end(self, *, grace_s: float) -> None:
        """Take no further job; running ones get to the end of their step if that is near."""
        self._stopping.set()
        wait(set(self._running), timeout=grace_s)
        self._let_go.set_result(None)
        self._tending.end()
        DBOS.destroy(destroy_registry=True)
        self._hand_back()
        self._tending.retire()

    def check(self, job_id: str) -> None:
        """
        Return if this process may go on with a job.

        Raises:
            TaskWithdrawn: The job was cancelled.
            JobInterrupted: The process stops, or the job is another one's by now.
        """
        if self._stopping.is_set():
            raise JobInterrupted
        found = self._client.list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
        if not found or found[0].status == "CANCELLED":
            raise TaskWithdrawn
        if found[0].status != "PENDING" or found[0].executor_id != self._id:
            raise JobInterrupted

    def check_recording(self) -> None:
        """
        Return if the result of a step can still be recorded.

        Raises:
            JobInterrupted: The process has let go of its jobs.
        """
        if self._let_go.done():
            raise JobInterrupted

    def _register(self) -> None:
        # The dispatch after the last attempt says WorkerLost; what dies even then, DBOS puts aside.
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=self._attempts + 1)
        def perform(job_id: str) -> None:
            self._perform(job_id)

    def _perform(self, job_id: str) -> None:
        """Do one job; DBOS calls this in a thread of its own, in the context of the workflow."""
        done: Future[None] = Future()
        self._running.add(done)
        try:
            arguments = (self._do, job_id, self._checkpoints(job_id), done)
            context = contextvars.copy_context()
            threading.Thread(target=context.run, args=arguments, name=f"job-{job_id}", daemon=True).start()
            wait([done, self._let_go], return_when=FIRST_COMPLETED)
            if not done.done():
                raise JobInterrupted
            done.result()
        finally:
            self._running.discard(done)

    def _checkpoints(self, job_id: str) -> Checkpoints:
        self.check(job_id)
        status = self._client.list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)[0]
        attempts = status.recovery_attempts or 0
        if attempts > self._attempts:
            return SpentCheckpoints(self._attempts, Attempt.of_job(job_id).number)
        return DbosCheckpoints(job_id, client=self._client, ownership=self)

    def _do(self, job_id: str, checkpoints: Checkpoints, done: Future[None]) -> None:
        """Do the work and tell how it ended: nobody else sees what happens in this thread."""
        try:
            self._work(Attempt.of_job(job_id).task_id, checkpoints)
        except Exception:
            log.exception("job ended by an error it did not handle", job_id=job_id)
            done.set_result(None)
        except BaseException as interruption:  # noqa: BLE001  ours or the engine's own: the job goes on elsewhere
            log.info("job interrupted", job_id=job_id, by=type(interruption).__name__)
            done.set_exception(JobInterrupted())
        else:
            done.set_result(None)

    def _hand_back(self) -> None:
        """Queue what is left unfinished: a stop in good order is not a death of the job's making."""
        left = self._client.list_workflows(
            status="PENDING", executor_id=self._id, load_input=False, load_output=False
        )
        for workflow in left:
            self._client.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name or QUEUE)


def _config(engine: sa.Engine, executor: str) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        application_version=APPLICATION_VERSION,
        executor_id=executor,
        system_database_engine=engine,
        serializer=JsonSerializer(),
        run_migrations=False,
        log_level="WARNING",
        enable_otlp=False,
        scheduler_polling_interval_sec=IDLE_S,
        # It looks at nothing here, but a stop waits for its nap to end.
        notification_listener_polling_interval_sec=NAP_S,
    )
