"""Tell the record of a task how its work goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog

from kinodex.domain import errors, lifelines
from kinodex.domain.clock import now
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.stores.protocols import Records, Transaction
from kinodex.usecases.estimates import progress_of

log = structlog.get_logger(__name__)

WRITE_EVERY_S = 1.0
"""A client polls once a second; writing more often costs and shows nothing."""
_ORDER = tuple(TaskStatus)


class Reporter:
    """
    Writes status, step and progress of one task.

    Each write makes sure the task is still there: ``TaskWithdrawn`` ends the work of a deleted one.
    """

    def __init__(self, records: Records, task: Task) -> None:
        self._records = records
        self._task_id = task.id
        self._attempt = task.attempt
        self._duration_s = task.duration_s
        self._size_bytes = task.size_bytes
        self._step = ""
        self._rates: dict[str, float] = {}
        self._received_bytes: int | None = None
        self._written_at = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step and note its attempts, its seconds and the progress at both ends."""
        self._step, began = name, time.monotonic()
        lifelines.works_on(video_s=self._duration_s, size_bytes=self._size_bytes)
        with self._records.write() as transaction:
            self._rates = dict(transaction.steps.rates())
            transaction.steps.started(self._task_id, name, now())
            self._write_progress(transaction, 0.0)
        yield
        seconds = time.monotonic() - began
        with self._records.write() as transaction:
            transaction.steps.finished(self._task_id, name, seconds=seconds, video_s=self._duration_s)
            self._write_progress(transaction, 1.0)
        log.info("step done", step=name, seconds=round(seconds, 3), video_s=self._duration_s)

    def progress(self, share: float) -> None:
        """Note the share of the current step that is done, in [0, 1], about once a second."""
        if time.monotonic() - self._written_at < WRITE_EVERY_S:
            return
        with self._records.write() as transaction:
            self._write_progress(transaction, share)

    def received(self, size_bytes: int) -> None:
        """Note how much of the file is here; it is written with the progress."""
        self._received_bytes = size_bytes

    def waits_for(self, reason: str) -> None:
        """Say what the work waits for, until it makes progress again; about once a second."""
        if time.monotonic() - self._written_at < WRITE_EVERY_S:
            return
        self._written_at = time.monotonic()
        with self._records.write() as transaction:
            task = self.require(transaction)
            transaction.tasks.note_wait(task, reason)

    def note(self, note: str) -> None:
        """Note for people what is special about the current step."""
        with self._records.write() as transaction:
            transaction.steps.note(self._task_id, self._step, note)

    def move_to(self, status: TaskStatus) -> None:
        """Change the status, forwards only: a step that runs again after a crash does not go back."""
        with self._records.write() as transaction:
            task = self.require(transaction)
            if _ORDER.index(status) > _ORDER.index(task.status):
                self._replace(transaction, replace(task, status=status, updated_at=now()))

    def update(self, **facts: Any) -> None:
        """Fill in what was measured: fields of the task by name."""
        self._duration_s = facts.get("duration_s", self._duration_s)
        self._size_bytes = facts.get("size_bytes", self._size_bytes)
        lifelines.works_on(video_s=self._duration_s, size_bytes=self._size_bytes)
        with self._records.write() as transaction:
            task = self.require(transaction)
            self._replace(transaction, replace(task, updated_at=now(), **facts))

    def _write_progress(self, transaction: Transaction, share: float) -> None:
        self._written_at = time.monotonic()
        task = self.require(transaction)
        if task.status.is_final:  # the last step ends after the task did
            return
        done = progress_of(self._step, share, rates=self._rates)
        here = task.received_bytes if self._received_bytes is None else self._received_bytes
        task = replace(task, step=self._step, progress=max(task.progress, done), received_bytes=here)
        self._replace(transaction, replace(task, waits_for=None))

    def require(self, transaction: Transaction) -> Task:
        """
        Return the task as it stands now.

        Raises:
            TaskWithdrawn: It is gone, was cancelled, or is at another attempt by now.
            StepTimedOut: The step this thread works on was told to end.
        """
        lifelines.check()
        task = transaction.tasks.get(self._task_id)
        if task is None or task.attempt != self._attempt or task.status is TaskStatus.FAILED:
            raise errors.TaskWithdrawn
        return task

    def _replace(self, transaction: Transaction, task: Task) -> None:
        if not transaction.tasks.replace(task):
            raise errors.TaskWithdrawn
