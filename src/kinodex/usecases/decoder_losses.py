"""A file that takes its decoding process down gets one more try, across restarts, and no third."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from kinodex.domain.clock import now
from kinodex.domain.errors import DecoderLost
from kinodex.domain.ids import TaskId
from kinodex.stores.protocols import Records

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

MOST_LOSSES = 2
"""Once may be the machine's fault: memory was short, others were busy."""

LOSSES = "decoder_losses"
"""Stands among the attempts of steps, where a restart finds it again; it is no step of the work."""


class DecoderLosses:
    """Counts the decoding processes that one task has lost, in the database."""

    def __init__(self, records: Records, task_id: TaskId) -> None:
        self._records = records
        self._task_id = task_id

    def bear(self, work: Callable[[], Result]) -> Result:
        """
        Return what some work with the decoder returns, beginning again if its process is lost.

        Raises:
            DecoderLost: It was lost for the second time, counted over all steps and all restarts.
        """
        while True:
            self._refuse_if_spent()
            try:
                return work()
            except DecoderLost as loss:
                self._count(loss)
                if self._counted() >= MOST_LOSSES:
                    raise DecoderLost(loss.reason, tries=self._counted()) from loss

    def _refuse_if_spent(self) -> None:
        """Refuse a file whose second loss was counted just before the server stopped."""
        lost = self._counted()
        if lost >= MOST_LOSSES:
            raise DecoderLost("the decoder died or hung on it", tries=lost)

    def _count(self, loss: DecoderLost) -> None:
        with self._records.write() as transaction:
            transaction.steps.started(self._task_id, LOSSES, now())
        log.warning("a decoding process was lost", reason=loss.reason, lost=self._counted())

    def _counted(self) -> int:
        with self._records.read() as transaction:
            steps = transaction.steps.of_task(self._task_id)
        return sum(step.attempts for step in steps if step.step == LOSSES)
