"""Indexing: the work behind a task, safe to kill at any point."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId, VideoId
from kinodex.domain.tasks import Failure, Task
from kinodex.jobs.protocols import Attempt, Checkpoints, Jobs
from kinodex.pipeline.folder import folder_name
from kinodex.stores.protocols import Transaction
from kinodex.usecases.indexing_steps import IndexingSteps, IndexingTools
from kinodex.usecases.publishing import record_failure
from kinodex.usecases.purging import Purging, keep_for_retry, purge_videos
from kinodex.usecases.task_control import is_canceled

LOOKED_AT_AT_ONCE = 500
"""Unfinished tasks: two short queries for each so many."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Indexing:
    """Turns the video of a task into something searchable."""

    tools: IndexingTools
    folders: Path
    purging: Purging
    keep_failed: timedelta = timedelta(hours=24)

    def run(self, task_id: TaskId, checkpoints: Checkpoints) -> None:
        """
        Do the work of a task that is not finished; a task that is gone or final is left alone.

        Raises:
            KinodexError: Why it cannot be done; the caller records it with ``fail``.
            TaskWithdrawn: The task was deleted meanwhile; nothing is left behind.
        """
        with self.tools.records.read() as transaction:
            task = transaction.tasks.get(task_id)
            index = transaction.indexes.get(task.index_id) if task is not None else None
        if task is None or index is None or task.status.is_final or task.attempt != checkpoints.attempt:
            return
        folder = self._folder(task)
        names = {"task_id": task.id, "video_id": task.video_id, "request_id": task.request_id}
        with structlog.contextvars.bound_contextvars(**names):
            try:
                steps = IndexingSteps(self.tools, task, index, folder=folder, checkpoints=checkpoints)
                steps.run()
            except errors.TaskWithdrawn:
                shutil.rmtree(folder, ignore_errors=True)
                self._discard_withdrawn(task)
                raise
            log.info("task ready")
        shutil.rmtree(folder, ignore_errors=True)

    def fail(self, task_id: TaskId, failure: Failure, *, attempt: int = 1, keep_bytes: bool = False) -> None:
        """
        Record why an attempt at a task failed and queue the event that says so, in one transaction.

        Args:
            task_id: The task; if it has ended or is at another attempt by now, nothing changes.
            failure: Why.
            attempt: The attempt that failed.
            keep_bytes: Keep the video for a retry, for ``keep_failed``: the fault is not its own.
        """
        with self.tools.records.write() as transaction:
            task = transaction.tasks.get(task_id)
            if task is None or task.status.is_final or task.attempt != attempt:
                return
            if keep_bytes and self.keep_failed:
                keep_for_retry(transaction, task.video_id, until=now() + self.keep_failed)
            else:
                purge_videos(transaction, [task.video_id], are_worked_on=False)
            record_failure(transaction, task, failure)
        log.warning("task failed", task_id=task_id, code=failure.code, reason=failure.message)
        shutil.rmtree(self._folder(task), ignore_errors=True)
        self.purging.soon()

    def note_wait(self, task_id: TaskId, reason: str, *, attempt: int) -> None:
        """Say what an attempt at a task waits for, until it makes progress again."""
        with self.tools.records.write() as transaction:
            task = transaction.tasks.get(task_id)
            if task is not None and task.attempt == attempt:
                transaction.tasks.note_wait(task, reason)

    def fail_unattended(self, jobs: Jobs) -> None:
        """
        Fail unfinished tasks whose job has ended or is not there: nobody would ever work on them.

        However many there are, so few are looked at at a time that nothing else is held up.
        """
        after: TaskId | None = None
        while attempts := self._unfinished(after):
            after = attempts[-1].task_id
            self._fail_lost(jobs.unattended(attempts))

    def _unfinished(self, after: TaskId | None) -> Sequence[Attempt]:
        with self.tools.records.read() as transaction:
            found = transaction.tasks.unfinished_attempts(after=after, limit=LOOKED_AT_AT_ONCE)
        return [Attempt(task_id, number) for task_id, number in found]

    def _fail_lost(self, lost: Sequence[Attempt]) -> None:
        for attempt in lost:
            sentence = "The work on this task ended without a result; the server's log may have the reason."
            failure = Failure("internal_server_error", sentence)
            self.fail(attempt.task_id, failure, attempt=attempt.number, keep_bytes=True)

    def sweep(self) -> None:
        """Remove working folders that no unfinished task needs: leftovers of crashes and of deleted tasks."""
        # Folders first: one that is made after this look belongs to a task that is there already.
        folders = list(self.folders.glob("*"))
        with self.tools.records.read() as transaction:
            superfluous = [folder for folder in folders if not self._is_needed(folder.name, transaction)]
        for folder in superfluous:
            shutil.rmtree(folder, ignore_errors=True)

    def _is_needed(self, folder: str, transaction: Transaction) -> bool:
        task = transaction.tasks.of_video(VideoId(folder.partition(".")[0]))
        return task is not None and not task.status.is_final and self._folder(task).name == folder

    def _folder(self, task: Task) -> Path:
        return self.folders / folder_name(task)

    def _discard_withdrawn(self, task: Task) -> None:
        """Remove what was written for a task after it was deleted or cancelled, and of no other."""
        with self.tools.records.write() as transaction:
            current = transaction.tasks.get(task.id)
            if current is None or is_canceled(current):
                purge_videos(transaction, [task.video_id], are_worked_on=False)
        self.purging.soon()
