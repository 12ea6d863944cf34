"""Tasks in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.request_headers import RequestHeaders
from kinodex.domain.tasks import Failure, Task, TaskStatus, VideoSource
from kinodex.domain.videos import MetadataValue
from kinodex.stores.sql.conditions import Field, metadata_rows
from kinodex.stores.sql.lists import page_of
from kinodex.stores.sql.tables import step_runs, task_metadata, tasks

FINAL = [status.value for status in TaskStatus if status.is_final]

FIELDS: Mapping[str, Field] = {
    name: tasks.c[name]
    for name in (
        "id",
        "index_id",
        "filename",
        "duration_s",
        "width_px",
        "height_px",
        "created_at",
        "updated_at",
        "estimated_ready_at",
        "status",
    )
}

_PLAIN = (
    "id",
    "index_id",
    "video_id",
    "filename",
    "generation",
    "created_at",
    "updated_at",
    "estimated_ready_at",
    "language",
    "transcript_blob",
    "transcript_url",
    "keep_stream",
    "duration_s",
    "width_px",
    "height_px",
    "size_bytes",
    "step",
    "progress",
    "request_id",
    "asset_id",
    "attempt",
    "key_id",
    "waits_for",
    "received_bytes",
)
"""Columns that are attributes of a task as they are."""


@dataclass(frozen=True, slots=True)
class SqlTaskStore:
    """The tasks as one transaction sees them."""

    connection: sa.Connection

    def add(self, task: Task) -> None:
        """Store a new task."""
        self.connection.execute(sa.insert(tasks).values(_row(task)))
        self._add_metadata(task)

    def get(self, task_id: TaskId) -> Task | None:
        """Return a task, or ``None``."""
        return self._one(tasks.c.id == task_id)

    def of_video(self, video_id: VideoId) -> Task | None:
        """Return the task that made a video, or ``None``."""
        return self._one(tasks.c.video_id == video_id)

    def of_index(self, index_id: IndexId) -> Sequence[Task]:
        """Return all tasks of an index."""
        query = sa.select(tasks).where(tasks.c.index_id == index_id)
        return [task_of(row) for row in self.connection.execute(query)]

    def replace(self, task: Task) -> bool:
        """Overwrite a task that is there and not final yet; one statement, so nothing comes between."""
        here = sa.and_(tasks.c.id == task.id, tasks.c.status.not_in(FINAL), tasks.c.attempt == task.attempt)
        return self.connection.execute(sa.update(tasks).where(here).values(_row(task))).rowcount == 1

    def reopen(self, task: Task) -> bool:
        """Overwrite a failed task of the attempt before; one statement, so two retries make one attempt."""
        here = sa.and_(
            tasks.c.id == task.id,
            tasks.c.status == TaskStatus.FAILED.value,
            tasks.c.attempt == task.attempt - 1,
        )
        return self.connection.execute(sa.update(tasks).where(here).values(_row(task))).rowcount == 1

    def note_wait(self, task: Task, reason: str | None) -> None:
        """Say what the work on an attempt waits for; nothing if the task ended or is another attempt's."""
        here = sa.and_(tasks.c.id == task.id, tasks.c.status.not_in(FINAL), tasks.c.attempt == task.attempt)
        self.connection.execute(sa.update(tasks).where(here).values(waits_for=reason))

    def list(self, listing: Listing) -> Page[Task]:
        """Return a page of tasks."""
        return page_of(self.connection, sa.select(tasks), listing, fields=FIELDS, item=task_of)

    def unfinished(self, *, limit: int | None = None) -> Sequence[Task]:
        """Return tasks that are neither ready nor failed, oldest first."""
        open_ones = [status.value for status in TaskStatus if not status.is_final]
        query = sa.select(tasks).where(tasks.c.status.in_(open_ones)).order_by(tasks.c.created_at, tasks.c.id)
        return [task_of(row) for row in self.connection.execute(query.limit(limit))]

    def changed(self, *, since: datetime, limit: int) -> Sequence[Task]:
        """Return the tasks that changed last, newest change first."""
        query = sa.select(tasks).where(tasks.c.updated_at >= since).order_by(tasks.c.updated_at.desc())
        return [task_of(row) for row in self.connection.execute(query.limit(limit))]

    def unfinished_attempts(self, *, after: TaskId | None, limit: int) -> Sequence[tuple[TaskId, int]]:
        """Return ids and attempts of at most so many unfinished tasks, by id, from one on."""
        open_ones = [status.value for status in TaskStatus if not status.is_final]
        query = sa.select(tasks.c.id, tasks.c.attempt).where(tasks.c.status.in_(open_ones))
        if after is not None:
            query = query.where(tasks.c.id > after)
        rows = self.connection.execute(query.order_by(tasks.c.id).limit(limit))
        return [(TaskId(row.id), row.attempt) for row in rows]

    def count_by_status(self, index_id: IndexId | None) -> Mapping[TaskStatus, int]:
        """Count the tasks of one index, or of all."""
        query = sa.select(tasks.c.status, sa.func.count()).group_by(tasks.c.status)
        if index_id is not None:
            query = query.where(tasks.c.index_id == index_id)
        return {TaskStatus(row[0]): row[1] for row in self.connection.execute(query)}

    def count_unfinished(self, key_id: KeyId | None) -> int:
        """Count the tasks that are neither ready nor failed, of one key or of all."""
        open_ones = [status.value for status in TaskStatus if not status.is_final]
        query = sa.select(sa.func.count()).where(tasks.c.status.in_(open_ones))
        if key_id is not None:
            query = query.where(tasks.c.key_id == key_id)
        return self.connection.execute(query).scalar_one()

    def delete(self, task_id: TaskId) -> None:
        """Remove a task and what is noted of its steps."""
        self.connection.execute(sa.delete(step_runs).where(step_runs.c.task_id == task_id))
        self.connection.execute(sa.delete(tasks).where(tasks.c.id == task_id))

    def describe(self, task: Task) -> None:
        """Overwrite the user's metadata and ``updated_at`` of a task, whatever its status."""
        change = {"user_metadata": task.user_metadata, "updated_at": task.updated_at}
        self.connection.execute(sa.update(tasks).where(tasks.c.id == task.id).values(change))
        self.connection.execute(sa.delete(task_metadata).where(task_metadata.c.task_id == task.id))
        self._add_metadata(task)

    def _add_metadata(self, task: Task) -> None:
        rows = metadata_rows(task_metadata.c.task_id, task.id, dict(task.user_metadata))
        if rows:
            self.connection.execute(sa.insert(task_metadata), rows)

    def _one(self, condition: sa.ColumnElement[bool]) -> Task | None:
        row = self.connection.execute(sa.select(tasks).where(condition)).first()
        return None if row is None else task_of(row)


def _row(task: Task) -> dict[str, object]:
    failure = task.failure
    return {
        **{name: getattr(task, name) for name in _PLAIN},
        "status": task.status.value,
        "url": task.source.url,
        "upload_blob": task.source.upload_blob,
        "url_headers": task.source.headers or None,
        "url_is_incomplete": task.source.is_incomplete,
        "user_metadata": task.user_metadata,
        "failure_code": None if failure is None else failure.code,
        "failure_message": None if failure is None else failure.message,
    }


def task_of(row: sa.Row[Any]) -> Task:
    """Return the task a row of its table holds."""
    return Task(
        **{name: getattr(row, name) for name in _PLAIN},
        status=TaskStatus(row.status),
        source=VideoSource(
            url=row.url,
            upload_blob=row.upload_blob,
            headers=msgspec.convert(row.url_headers or (), RequestHeaders),
            is_incomplete=row.url_is_incomplete,
        ),
        user_metadata=msgspec.convert(row.user_metadata, tuple[tuple[str, MetadataValue], ...]),
        failure=None if row.failure_code is None else Failure(row.failure_code, row.failure_message),
    )
