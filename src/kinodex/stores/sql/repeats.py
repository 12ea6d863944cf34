"""Requests that may come again, in SQL."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kinodex.domain.repeats import KeptAnswer, Repeatable
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import repeatable_requests as table


@dataclass(frozen=True, slots=True)
class SqlRepeatStore:
    """The requests as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def lock(self, repeat_id: str) -> None:
        """Let no other transaction look at this request until this one ends."""
        self.dialect.serialize(self.connection, f"repeat {repeat_id}")

    def get(self, repeat_id: str) -> Repeatable | None:
        """Return what is remembered, or ``None``."""
        row = self.connection.execute(sa.select(table).where(table.c.id == repeat_id)).one_or_none()
        return None if row is None else _repeatable(row)

    def put(self, repeat: Repeatable) -> None:
        """Remember a request, in place of what was remembered of it."""
        row = asdict(repeat)
        row.pop("answer")
        answer = asdict(repeat.answer) if repeat.answer else dict.fromkeys(("status", "content_type", "body"))
        insert = self.dialect.insert(table).values(row | answer)
        changed = {name: insert.excluded[name] for name in row | answer if name != "id"}
        self.connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed))

    def beat(self, repeat_id: str) -> None:
        """Show that somebody works on a request."""
        up = sa.update(table).where(table.c.id == repeat_id).values(beats=table.c.beats + 1)
        self.connection.execute(up)

    def reopen_running(self) -> None:
        """Declare all running requests ended without an answer: nobody works on them."""
        self.connection.execute(sa.update(table).where(table.c.state == "running").values(state="open"))

    def remove_older(self, at: datetime) -> None:
        """Forget requests that began before a time."""
        self.connection.execute(sa.delete(table).where(table.c.created_at < at))


def _repeatable(row: sa.Row[Any]) -> Repeatable:
    answer = KeptAnswer(row.status, row.content_type, bytes(row.body)) if row.status is not None else None
    return Repeatable(
        id=row.id,
        fingerprint=row.fingerprint,
        made_id=row.made_id,
        state=row.state,
        beats=row.beats,
        created_at=row.created_at,
        answer=answer,
    )
