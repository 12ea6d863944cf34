"""
Looking after the queue beside the work: beats, jobs of dead processes, records of ended jobs.

Level-triggered: every round looks at all jobs under way, so a round that fails or dies is made up for by
the next one of any process.
"""

import threading
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient
from dbos import error as dbos_errors

from kinodex.jobs.heartbeats import Heartbeats
from kinodex.jobs.names import ENDED, PENDING, WORKFLOW

log = structlog.get_logger(__name__)

ROUND_S = 1.0
CLEANING_ROUNDS = 3600
CLEANED_AT_ONCE = 500
KEPT_FOR = timedelta(days=7)
"""How long an ended job is remembered, and with it that its task was queued."""


class Tending:
    """One thread that keeps this process known as alive and looks after what others left."""

    def __init__(
        self, client: DBOSClient, heartbeats: Heartbeats | None, *, worker: str, slots: int = 1
    ) -> None:
        """
        Prepare; ``announce`` and ``begin`` act.

        Args:
            client: The queue.
            heartbeats: Who is alive; ``None`` where this process is the only one by construction.
            worker: The name of this process among executors.
            slots: How many jobs this process does at the same time.
        """
        self._slots = slots
        self._client = client
        self._heartbeats = heartbeats
        self._worker = worker
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="tending", daemon=True)

    def announce(self) -> None:
        """Be known as alive before the first job is taken."""
        if self._heartbeats is not None:
            self._heartbeats.beat(self._worker, slots=self._slots)

    def begin(self) -> None:
        """Take over what dead processes left, and go on doing so."""
        self._take_over()
        self._thread.start()

    def end(self) -> None:
        """Stop looking after anything."""
        self._ending.set()
        self._thread.join()

    def retire(self) -> None:
        """Be known as gone."""
        if self._heartbeats is not None:
            self._heartbeats.forget(self._worker)

    def clean(self, *, kept_for: timedelta = KEPT_FOR) -> None:
        """Remove the records of jobs that ended long ago."""
        before = (datetime.now(UTC) - kept_for).isoformat()
        old = self._client.list_workflows(
            status=list(ENDED),
            name=WORKFLOW,
            completed_before=before,
            limit=CLEANED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if old:
            self._client.delete_workflows([workflow.workflow_id for workflow in old])

    def _rounds(self) -> None:
        number = 0
        while not self._ending.wait(ROUND_S):
            try:
                self._round(cleaning=number % CLEANING_ROUNDS == 0)
            except (sa.exc.SQLAlchemyError, dbos_errors.DBOSException) as error:
                log.warning("the queue could not be looked after", reason=str(error))
            number += 1

    def _round(self, *, cleaning: bool) -> None:
        self.announce()
        self._take_over()
        if cleaning:
            self.clean()
            if self._heartbeats is not None:
                self._heartbeats.forget_dead()

    def _take_over(self) -> None:
        """Queue again what processes had under way that are dead now; attempts stay counted."""
        under_way = self._client.list_workflows(
            status=PENDING, name=WORKFLOW, load_input=False, load_output=False
        )
        others = {job.executor_id for job in under_way if job.executor_id} - {self._worker}
        dead = list(others) if self._heartbeats is None else self._heartbeats.dead(others)
        if dead:
            log.info("jobs of dead processes taken over", processes=len(dead))
            DBOS._recover_pending_workflows(dead)  # noqa: SLF001  the library's own recovery, guarded by executor
