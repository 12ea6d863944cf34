"""Cancelling a task, and trying a failed one again."""

from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import KeyId, TaskId
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.jobs.protocols import Jobs
from kinodex.stores.protocols import BlobStore, Records, Transaction
from kinodex.usecases.blobs import source_key, transcript_key, video_prefix
from kinodex.usecases.decoder_losses import LOSSES
from kinodex.usecases.publishing import record_failure
from kinodex.usecases.purging import Purging, purge_videos

log = structlog.get_logger(__name__)


class CheckRoom(Protocol):
    """Refuses work that is too much."""

    def __call__(self, transaction: Transaction, key_id: KeyId | None) -> None:
        """Return if one more task may wait, or raise ``Overloaded``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskControl:
    """What a client does to tasks that are there already."""

    records: Records
    blobs: BlobStore
    jobs: Jobs
    purging: Purging
    check_room: CheckRoom

    def cancel(self, task_id: TaskId) -> Task:
        """
        End a task that has not ended: it is failed at once, and the work on it stops soon after.

        A task that was cancelled before stays so.

        Raises:
            NotFound: No such task.
            TaskNotCancelable: It has ended otherwise.
        """
        failure = Failure(errors.TaskCanceled.code, errors.TaskCanceled().message)
        with self.records.write() as transaction:
            task = _required(transaction, task_id)
            if is_canceled(task):
                return task
            if task.status.is_final:
                raise errors.TaskNotCancelable(task.status.value)
            record_failure(transaction, task, failure)
            purge_videos(transaction, [task.video_id], are_worked_on=task.step is not None)
            ended = _required(transaction, task_id)
        log.info("task canceled", task_id=task_id, attempt=task.attempt)
        self.jobs.cancel(task_id, attempt=task.attempt)
        self.purging.soon()
        return ended

    def retry(self, task_id: TaskId, *, key_id: KeyId | None = None) -> Task:
        """
        Try a failed task again, as its next attempt, under the same ids.

        Bytes that were kept are used; else the URL is fetched again.

        Raises:
            NotFound: No such task.
            TaskNotRetryable: It is not failed; of two retries at once, one is told so.
            SourceGone: The bytes are gone and cannot be fetched again.
            Overloaded: Too many tasks are waiting.
        """
        with self.records.write() as transaction:
            task = _required(transaction, task_id)
            if task.status is not TaskStatus.FAILED:
                raise errors.TaskNotRetryable(task.status.value)
            self.check_room(transaction, key_id)
            self._spare(transaction, task)
            again = self._again(task)
            if not transaction.tasks.reopen(again):
                raise errors.TaskNotRetryable("being retried")
            # A decoder that was lost may have been the machine's fault: the file has its two tries again.
            transaction.steps.forget(task_id, LOSSES)
            self.jobs.enqueue(task_id, transaction=transaction.handle, attempt=again.attempt)
        log.info("task is tried again", task_id=task_id, attempt=again.attempt)
        return again

    def _spare(self, transaction: Transaction, task: Task) -> None:
        """Keep what is left of the bytes: what the next attempt writes must not go with those of the last."""
        prefix = video_prefix(task.video_id)
        if not transaction.purges.spare(prefix) and transaction.purges.is_noted(prefix):
            raise errors.TaskNotRetryable("being cleaned up, which takes some seconds")

    def _again(self, task: Task) -> Task:
        is_here = self._is_here(source_key(task.video_id))
        if task.source.url is None and not is_here:
            raise errors.SourceGone("the bytes that were uploaded are gone; send the file again")
        if task.source.is_incomplete and not is_here:
            raise errors.SourceGone(
                "the secrets of its URL were removed when it ended; create a task with the URL again"
            )
        if task.transcript_blob is not None and not self._is_here(transcript_key(task.video_id)):
            raise errors.SourceGone("the transcript that was sent along is gone; create the task again")
        return replace(
            task,
            status=TaskStatus.PENDING if is_here else TaskStatus.UPLOADING,
            attempt=task.attempt + 1,
            failure=None,
            step=None,
            progress=0.0,
            waits_for=None,
            received_bytes=None,
            updated_at=now(),
        )

    def _is_here(self, key: str) -> bool:
        return self.blobs.size(key) is not None


def is_canceled(task: Task) -> bool:
    """Return whether a task was ended by a cancel."""
    return task.failure is not None and task.failure.code == errors.TaskCanceled.code


def _required(transaction: Transaction, task_id: TaskId) -> Task:
    task = transaction.tasks.get(task_id)
    if task is None:
        raise errors.NotFound("task", task_id)
    return task
