"""Embedding tasks in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kinodex.domain.embeddings import EmbedStatus, EmbedTask, EmbedWanted
from kinodex.domain.ids import EmbedTaskId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.tasks import Failure
from kinodex.stores.sql.asset_tables import embed_tasks
from kinodex.stores.sql.conditions import Field
from kinodex.stores.sql.lists import page_of

_PLAIN = (
    "id",
    "family",
    "model_name",
    "filename",
    "created_at",
    "updated_at",
    "url",
    "duration_s",
    "request_id",
)

FIELDS: Mapping[str, Field] = {
    name: embed_tasks.c[name] for name in ("id", "family", "status", "created_at", "updated_at")
}


@dataclass(frozen=True, slots=True)
class SqlEmbedTaskStore:
    """The embedding tasks as one transaction sees them."""

    connection: sa.Connection

    def add(self, task: EmbedTask) -> None:
        """Store a new task."""
        self.connection.execute(sa.insert(embed_tasks).values(_row(task)))

    def get(self, task_id: EmbedTaskId) -> EmbedTask | None:
        """Return a task, or ``None``."""
        query = sa.select(embed_tasks).where(embed_tasks.c.id == task_id)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _task(row)

    def replace(self, task: EmbedTask) -> bool:
        """Overwrite a task that is being worked on; False if it has ended or is gone."""
        is_open = embed_tasks.c.status == EmbedStatus.PROCESSING.value
        change = sa.update(embed_tasks).where(embed_tasks.c.id == task.id, is_open).values(_row(task))
        return self.connection.execute(change).rowcount == 1

    def list(self, listing: Listing) -> Page[EmbedTask]:
        """Return a page of tasks."""
        return page_of(self.connection, sa.select(embed_tasks), listing, fields=FIELDS, item=_task)


def _row(task: EmbedTask) -> dict[str, object]:
    failure = task.failure
    return {
        **{name: getattr(task, name) for name in _PLAIN},
        "status": task.status.value,
        "wanted": task.wanted,
        "failure_code": None if failure is None else failure.code,
        "failure_message": None if failure is None else failure.message,
    }


def _task(row: sa.Row[Any]) -> EmbedTask:
    return EmbedTask(
        **{name: getattr(row, name) for name in _PLAIN},
        status=EmbedStatus(row.status),
        wanted=msgspec.convert(row.wanted, EmbedWanted),
        failure=None if row.failure_code is None else Failure(row.failure_code, row.failure_message),
    )
