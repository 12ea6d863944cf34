"""The finished steps of one job, kept by DBOS."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec
from dbos import DBOS, DBOSClient
from dbos import error as dbos_errors

from kinodex.domain.errors import TaskWithdrawn, WorkerLost
from kinodex.jobs.protocols import Attempt

Result = TypeVar("Result")

RETRY_MARK = "#"
"""What follows it in a name counts tries; they all are one step."""


class Ownership(Protocol):
    """Whether this process may go on with a job."""

    def check(self, job_id: str) -> None:
        """
        Return if it may.

        Raises:
            TaskWithdrawn: The job was cancelled.
            JobInterrupted: The process stops, or the job is another one's by now.
        """
        ...

    def check_recording(self) -> None:
        """
        Return if the result of a step can still be recorded: a little longer than steps may begin.

        Raises:
            JobInterrupted: The process has let go of its jobs.
        """
        ...


class DbosCheckpoints:
    """
    Remembers the finished steps of one job by name.

    DBOS itself goes by the order of steps and would replay errors. So a step runs outside of DBOS, and
    only its result is recorded, as a step that did nothing else; a failed one leaves no trace. Recording
    fails where the job has another owner by now.
    """

    def __init__(self, job_id: str, *, client: DBOSClient, ownership: Ownership) -> None:
        """Read what earlier lives have finished; to be called inside the workflow of the job."""
        self._job_id = job_id
        self._ownership = ownership
        self._recorded: dict[str, str] = {}
        for step in client.list_workflow_steps(job_id):
            # Taken from DBOS in its order, so that what is recorded next gets the next place.
            name = step["function_name"]
            self._recorded[name] = DBOS.run_step({"name": name}, _lost)

    @property
    def attempt(self) -> int:
        """Which attempt at its task the job is, from 1."""
        return Attempt.of_job(self._job_id).number

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """
        Run a step, or return what it returned when it finished in an earlier life.

        Raises:
            TaskWithdrawn: The job was cancelled.
        """
        name = name.partition(RETRY_MARK)[0]
        if name not in self._recorded:
            self._recorded[name] = self._run(name, step)
        result: Result = msgspec.json.decode(self._recorded[name])
        return result

    def _run(self, name: str, step: Callable[[], object]) -> str:
        self._ownership.check(self._job_id)
        try:
            result = msgspec.json.encode(step()).decode()
        except Exception:
            # An error counts only while the job is ours: a stopping process breaks steps.
            self._ownership.check(self._job_id)
            raise
        return self._recorded_as(name, result)

    def _recorded_as(self, name: str, result: str) -> str:
        """Record a result; DBOS refuses if the job has another owner by now."""
        self._ownership.check_recording()
        try:
            return DBOS.run_step({"name": name}, lambda: result)
        except dbos_errors.DBOSWorkflowCancelledError as error:
            raise TaskWithdrawn from error
        except dbos_errors.DBOSException:
            self._ownership.check_recording()
            raise


class SpentCheckpoints:
    """What a job gets that has taken the process down too often: its first step says so."""

    def __init__(self, lives: int, attempt: int = 1) -> None:
        """Remember how many lives it took, and which attempt at its task it is."""
        self._lives = lives
        self.attempt = attempt

    def run(self, name: str, step: Callable[[], Result]) -> Result:  # noqa: ARG002  the protocol's
        """
        Run nothing.

        Raises:
            WorkerLost: Always.
        """
        raise WorkerLost(self._lives)


def _lost() -> str:
    raise AssertionError("a step that is listed as recorded is not recorded")
