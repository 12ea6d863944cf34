"""Events that must be told, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kinodex.domain.events import Event
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import outbox


@dataclass(frozen=True, slots=True)
class SqlOutboxStore:
    """The events as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, event: Event) -> None:
        """Store an event in this transaction; a second one with the same id is ignored."""
        # Positions must become visible in their order, or a reader passes one that commits late.
        self.dialect.serialize(self.connection, "outbox")
        row = {"id": event.id, "type": event.type, "created_at": event.created_at, "data": event.data}
        insert = self.dialect.insert(outbox).values(row)
        self.connection.execute(insert.on_conflict_do_nothing(index_elements=["id"]))

    def list(self, *, after: str | None, limit: int) -> Sequence[Event]:
        """Return events in the order they were stored, those after the one with this id."""
        query = sa.select(outbox).order_by(outbox.c.position).limit(limit)
        if after is not None:
            last = sa.select(outbox.c.position).where(outbox.c.id == after).scalar_subquery()
            query = query.where(outbox.c.position > last)
        return [_event(row) for row in self.connection.execute(query)]


def _event(row: sa.Row[Any]) -> Event:
    return Event(id=row.id, type=row.type, created_at=row.created_at, data=row.data)
