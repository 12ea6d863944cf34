"""PostgreSQL: many processes on many machines."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kinodex.domain.errors import StorageFull
from kinodex.stores.sql.dialects import TextMatch
from kinodex.stores.sql.tables import text_lines
from kinodex.stores.sql.words import Term

POOL_SIZE = 8
MOST_CONNECTIONS = 32
DISK_FULL = "53100"
"""SQLSTATE disk_full: PostgreSQL manual, appendix A, "PostgreSQL Error Codes"."""

BY_LENGTH = 1
"""Normalization of ``ts_rank_cd``: divide by 1 + the logarithm of the length of the line."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The database server, through psycopg."""

    def open(self, url: sa.URL) -> sa.Engine:
        """Return an engine that notices connections the server has closed."""
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=MOST_CONNECTIONS - POOL_SIZE,
            pool_pre_ping=True,
            hide_parameters=True,  # they may be secrets, and messages of errors are logged
            connect_args={"connect_timeout": 10, "application_name": "kinodex"},
        )

    def watch(self, url: sa.URL) -> None:
        """Return nothing: a question takes as long as an answer."""

    def read(self, engine: sa.Engine) -> sa.Engine:
        """Return the engine in an isolation where all queries see the same moment."""
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin_read(self, connection: sa.Connection) -> None:
        """Nothing to do: the driver begins with the first query."""

    def begin_write(self, connection: sa.Connection) -> None:
        """Nothing to do: the driver begins with the first query."""

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """Take an advisory lock until the transaction ends."""
        key = int.from_bytes(hashlib.sha256(f"kinodex {name}".encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def insert(self, table: sa.Table) -> postgresql.Insert:
        """Return an INSERT."""
        return postgresql.insert(table)

    def among(self, column: sa.ColumnElement[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
        """Return the condition with one array as its parameter."""
        return column == sa.any_(sa.cast(list(values), postgresql.ARRAY(sa.Text)))

    def searchable(self, tokens: Sequence[str], *, scope: str) -> str:
        """Return lexemes with their positions, and the scope without one: it is looked up, not ranked."""
        words = [f"{_lexeme(token)}:{position}" for position, token in enumerate(tokens, start=1)]
        return " ".join([_lexeme(scope), *words])

    def match_any(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines with any of the terms, ranked by cover density."""
        return _matching(" | ".join(map(_wanted, terms)), scope=scope)

    def match_phrase(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines with all terms in order, ranked by cover density."""
        return _matching(" <-> ".join(map(_wanted, terms)), scope=scope)

    def storage_full(
        self,
        error: sa.exc.DBAPIError,
        engine: sa.Engine,  # noqa: ARG002  the server's disk is far away
    ) -> StorageFull | None:
        """Return our error for SQLSTATE 53100; how much is free over there is not known."""
        if getattr(error.orig, "sqlstate", None) != DISK_FULL:
            return None
        return StorageFull(free_bytes=0, needed_bytes=1)

    def damage(self, connection: sa.Connection) -> Sequence[str]:  # noqa: ARG002  the protocol's
        """Nothing: a server looks after its own files (``pg_amcheck`` looks at them)."""
        return []


def _lexeme(token: str) -> str:
    """Return a quoted lexeme: tokens hold letters, digits and marks only, so nothing can end it early."""
    return f"'{token}'"


def _wanted(term: Term) -> str:
    return _lexeme(term.token) + (":*" if term.is_prefix else "")


def _matching(expression: str, *, scope: str) -> TextMatch:
    words = text_lines.c.words
    wanted = sa.cast(sa.literal(expression), postgresql.TSQUERY)
    in_scope = sa.cast(sa.literal(f"{_lexeme(scope)} & ({expression})"), postgresql.TSQUERY)
    return TextMatch(
        source=text_lines,
        condition=words.op("@@")(in_scope),
        rank=sa.func.ts_rank_cd(words, wanted, BY_LENGTH),
    )
