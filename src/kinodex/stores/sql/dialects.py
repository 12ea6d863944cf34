"""What SQLite and PostgreSQL do differently; everything else is the same SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kinodex.domain.errors import StorageFull
from kinodex.stores.sql.watching import CommitWatch
from kinodex.stores.sql.words import Term

Insert = sqlite.Insert | postgresql.Insert
"""An INSERT that can say what happens on a conflict; both dialects spell it alike."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """How lines are found by word: where to select from, what must hold, and what ranks them."""

    source: sa.FromClause
    condition: sa.ColumnElement[bool]
    rank: sa.ColumnElement[float]


class Dialect(Protocol):
    """One kind of database."""

    def open(self, url: sa.URL) -> sa.Engine:
        """Return an engine whose connections are safe to work with."""
        ...

    def watch(self, url: sa.URL) -> CommitWatch | None:
        """Return what tells of commits, or ``None`` where that takes as long as reading."""
        ...

    def read(self, engine: sa.Engine) -> sa.Engine:
        """Return the engine for transactions that only read, each with one consistent view."""
        ...

    def begin_read(self, connection: sa.Connection) -> None:
        """Start the transaction of a reader."""
        ...

    def begin_write(self, connection: sa.Connection) -> None:
        """Start the transaction of a writer."""
        ...

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """Let no other transaction past the same point until this one ends."""
        ...

    def insert(self, table: sa.Table) -> Insert:
        """Return an INSERT."""
        ...

    def among(self, column: sa.ColumnElement[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
        """Return whether a column holds one of any number of values."""
        ...

    def searchable(self, tokens: Sequence[str], *, scope: str) -> str:
        """Return tokens as they are stored to be searched."""
        ...

    def match_any(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines of a scope with at least one of the terms."""
        ...

    def match_phrase(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines of a scope with all terms next to each other, in order."""
        ...

    def storage_full(self, error: sa.exc.DBAPIError, engine: sa.Engine) -> StorageFull | None:
        """Return our error if this one says that the disk is full."""
        ...

    def damage(self, connection: sa.Connection) -> Sequence[str]:
        """Return what the database finds wrong with its own files, one sentence each."""
        ...
