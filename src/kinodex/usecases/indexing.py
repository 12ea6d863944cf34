"""Indexing: the work behind a task, safe to kill at any point."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import structlog

from kinodex.domain import errors
from kinodex.domain.ids import TaskId, VideoId
from kinodex.domain.tasks import Failure
from kinodex.jobs.protocols import Checkpoints
from kinodex.usecases.indexing_steps import IndexingSteps, IndexingTools
from kinodex.usecases.publishing import record_failure
from kinodex.usecases.purging import Purging, purge_videos

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Indexing:
    """Turns the video of a task into something searchable."""

    tools: IndexingTools
    folders: Path
    purging: Purging

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
        if task is None or index is None or task.status.is_final:
            return
        names = {"task_id": task.id, "video_id": task.video_id, "request_id": task.request_id}
        with structlog.contextvars.bound_contextvars(**names):
            try:
                steps = IndexingSteps(
                    self.tools, task, index, folder=self.folders / task.video_id, checkpoints=checkpoints
                )
                steps.run()
            except errors.TaskWithdrawn:
                self._discard(task.video_id)
                raise
            log.info("task ready")
        shutil.rmtree(self.folders / task.video_id, ignore_errors=True)

    def fail(self, task_id: TaskId, failure: Failure) -> None:
        """Record why a task failed and queue the event that says so, in one transaction."""
        with self.tools.records.write() as transaction:
            task = transaction.tasks.get(task_id)
            if task is None or task.status.is_final:
                return
            record_failure(transaction, task, failure)
            purge_videos(transaction, [task.video_id], are_worked_on=False)
        log.warning("task failed", task_id=task_id, code=failure.code, reason=failure.message)
        shutil.rmtree(self.folders / task.video_id, ignore_errors=True)
        self.purging.soon()

    def sweep(self) -> None:
        """Remove working folders that no unfinished task needs: leftovers of crashes and of deleted tasks."""
        # Folders first: one that is made after this look belongs to a task that is there already.
        folders = list(self.folders.glob("*"))
        with self.tools.records.read() as transaction:
            needed = {task.video_id for task in transaction.tasks.unfinished()}
        for folder in folders:
            if folder.name not in needed:
                shutil.rmtree(folder, ignore_errors=True)

    def _discard(self, video_id: VideoId) -> None:
        """Remove what was written for a task after its deletion had its bytes removed."""
        with self.tools.records.write() as transaction:
            purge_videos(transaction, [video_id], are_worked_on=False)
        shutil.rmtree(self.folders / video_id, ignore_errors=True)
        self.purging.soon()
