"""Events that must be told, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kinodex.domain.events import Event
from kinodex.domain.webhooks import DeliveryStatus
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import outbox, webhook_deliveries, webhooks


@dataclass(frozen=True, slots=True)
class SqlOutboxStore:
    """The events as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, event: Event) -> None:
        """
        Store an event and queue it for each enabled webhook that wants it, in this transaction.

        A second event with the same id is ignored.
        """
        # Positions must become visible in their order, or a reader passes one that commits late.
        self.dialect.serialize(self.connection, "outbox")
        row = {"id": event.id, "type": event.type, "created_at": event.created_at, "data": event.data}
        insert = self.dialect.insert(outbox).values(row)
        added = insert.on_conflict_do_nothing(index_elements=["id"]).returning(outbox.c.id)
        if self.connection.execute(added).first() is not None:
            self._queue(event)

    def list(self, *, after: str | None, limit: int) -> Sequence[Event]:
        """Return events in the order they were stored, those after the one with this id."""
        query = sa.select(outbox).order_by(outbox.c.position).limit(limit)
        if after is not None:
            last = sa.select(outbox.c.position).where(outbox.c.id == after).scalar_subquery()
            query = query.where(outbox.c.position > last)
        return [event_of(row, at=row.created_at) for row in self.connection.execute(query)]

    def get(self, event_id: str) -> Event | None:
        """Return an event, or ``None``."""
        row = self.connection.execute(sa.select(outbox).where(outbox.c.id == event_id)).one_or_none()
        return None if row is None else event_of(row, at=row.created_at)

    def newest(self) -> Event | None:
        """Return the event stored last, or ``None`` if there is none."""
        query = sa.select(outbox).order_by(outbox.c.position.desc()).limit(1)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else event_of(row, at=row.created_at)

    def remove_before(self, at: datetime, *, limit: int) -> int:
        """Remove the oldest events made before a time with their deliveries; the newest stays always."""
        newest = sa.select(sa.func.max(outbox.c.position)).scalar_subquery()
        old = (
            sa.select(outbox.c.position)
            .where(outbox.c.created_at < at, outbox.c.position < newest)
            .order_by(outbox.c.position)
            .limit(limit)
        )
        return self.connection.execute(sa.delete(outbox).where(outbox.c.position.in_(old))).rowcount

    def _queue(self, event: Event) -> None:
        query = sa.select(webhooks.c.id, webhooks.c.events).where(webhooks.c.enabled)
        rows = [
            {**pending(event.created_at), "webhook_id": row.id, "event_id": event.id}
            for row in self.connection.execute(query)
            if event.type in row.events
        ]
        if rows:
            self.connection.execute(sa.insert(webhook_deliveries), rows)


def pending(at: datetime) -> dict[str, Any]:
    """Return the columns of a delivery that waits for its first attempt."""
    return {
        "status": DeliveryStatus.PENDING,
        "is_test": False,
        "created_at": at,
        "due_at": at,
        "attempts": 0,
        "tries": 0,
    }


def event_of(row: sa.Row[Any], *, at: datetime) -> Event:
    """Return the event of a row of the outbox, or of a row with its columns, made at a time."""
    return Event(id=row.id, type=row.type, created_at=at, data=row.data)
