"""Bytes that are to be removed, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kinodex.stores.protocols import Purge
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import purges

_ROWS_AT_ONCE = 1000


def _claimed_before_a_jump(again_at: datetime) -> sa.ColumnElement[bool]:
    """Claims are short: one that ends later than one made now was made before the clock was set back."""
    return sa.and_(purges.c.is_begun, purges.c.due_at > again_at)


@dataclass(frozen=True, slots=True)
class SqlPurgeStore:
    """The notes as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, prefixes: Sequence[str], *, due_at: datetime, until: datetime | None = None) -> None:
        """Note prefixes; of two notes on the same one, the earlier due time and the later end hold."""
        insert, old = self.dialect.insert(purges), purges.c
        new = insert.excluded
        upsert = insert.on_conflict_do_update(
            index_elements=["prefix"],
            set_={
                "due_at": sa.case((old.due_at < new.due_at, old.due_at), else_=new.due_at),
                "until": sa.case((old.until > new.until, old.until), else_=new.until),
                "asked": old.asked + 1,
            },
        )
        rows = [
            {"prefix": prefix, "due_at": due_at, "until": until or due_at, "asked": 1, "is_begun": False}
            for prefix in prefixes
        ]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            self.connection.execute(upsert, rows[start : start + _ROWS_AT_ONCE])

    def spare(self, prefix: str) -> bool:
        """Take a note back; False if there is none any more or the removal has begun."""
        untouched = sa.and_(purges.c.prefix == prefix, purges.c.is_begun.is_(False))
        return self.connection.execute(sa.delete(purges).where(untouched)).rowcount == 1

    def is_noted(self, prefix: str) -> bool:
        """Return whether there is a note on a prefix, begun or not."""
        query = sa.select(sa.func.count()).select_from(purges).where(purges.c.prefix == prefix)
        return self.connection.execute(query).scalar_one() > 0

    def claim(self, at: datetime, *, again_at: datetime, limit: int) -> Sequence[Purge]:
        """Begin with those that are due, the longest due first; rows others are claiming are passed over."""
        due = (
            sa.select(purges.c.prefix)
            .where(sa.or_(purges.c.due_at <= at, _claimed_before_a_jump(again_at)))
            .order_by(purges.c.due_at, purges.c.prefix)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            sa.update(purges)
            .where(purges.c.prefix.in_(due.scalar_subquery()))
            .values(due_at=again_at, is_begun=True)
            .returning(purges.c.prefix, purges.c.until, purges.c.asked)
        )
        return [
            Purge(prefix=row.prefix, until=row.until, asked=row.asked)
            for row in self.connection.execute(claim)
        ]

    def finish(self, purge: Purge) -> None:
        """Forget a claimed one whose bytes are gone, unless it was asked for again meanwhile."""
        this = sa.and_(purges.c.prefix == purge.prefix, purges.c.asked == purge.asked)
        self.connection.execute(sa.delete(purges).where(this))

    def prefixes(self) -> Sequence[str]:
        """Return all prefixes that are noted, in order."""
        return list(self.connection.execute(sa.select(purges.c.prefix).order_by(purges.c.prefix)).scalars())
