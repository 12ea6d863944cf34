"""
SQLite: one file, one process, write-ahead log.

The settings follow from killing it: a commit that was told is on the disk (``synchronous=FULL``), a writer
takes its lock at the start (``BEGIN IMMEDIATE``), and waits for others instead of failing.
"""

import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kinodex.domain.errors import StorageFull
from kinodex.stores.sql.dialects import TextMatch
from kinodex.stores.sql.tables import text_lines
from kinodex.stores.sql.watching import CommitWatch
from kinodex.stores.sql.words import Term

BUSY_TIMEOUT_MS = 30_000
WITH_SUBSECONDS = (3, 42, 0)
"""The first version whose ``unixepoch`` takes ``'subsec'`` (https://www.sqlite.org/releaselog/3_42_0.html)."""

POOL_SIZE = 16
MOST_CONNECTIONS = 64

text_words = sa.table("text_words", sa.column("rowid"), sa.column("text_words"))
"""The FTS5 index over ``text_lines``; triggers keep it in step."""


@dataclass(frozen=True, slots=True)
class Sqlite:
    """The embedded database."""

    def open(self, url: sa.URL) -> sa.Engine:
        """Return an engine; the folder of the file is made, and the file is its owner's only."""
        if not url.database or url.database == ":memory:":
            raise ValueError("SQLite needs a file: sqlite:////folder/kinodex.db")
        _make_file(Path(url.database).absolute())
        engine = sa.create_engine(
            url.set(drivername="sqlite"),
            pool_size=POOL_SIZE,
            max_overflow=MOST_CONNECTIONS - POOL_SIZE,
            hide_parameters=True,  # they may be secrets, and messages of errors are logged
        )
        sa.event.listen(engine, "connect", _prepare)
        return engine

    def watch(self, url: sa.URL) -> CommitWatch | None:
        """Return a connection of its own to the file."""
        return None if url.database is None else CommitWatch(Path(url.database).absolute())

    def read(self, engine: sa.Engine) -> sa.Engine:
        """Return the engine itself: ``begin_read`` does what is needed."""
        return engine

    def begin_read(self, connection: sa.Connection) -> None:
        """Fix one view of the database from the first query on; the driver begins for writes only."""
        connection.exec_driver_sql("BEGIN")

    def begin_write(self, connection: sa.Connection) -> None:
        """Take the one write lock now: what is read next cannot change before it is written."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """Writers stand in line already."""

    def insert(self, table: sa.Table) -> sqlite.Insert:
        """Return an INSERT."""
        return sqlite.insert(table)

    def among(self, column: sa.ColumnElement[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
        """Return the condition as one JSON parameter: the number of parameters has a limit."""
        each = sa.func.json_each(msgspec.json.encode(list(values)).decode())
        return column.in_(sa.select(sa.column("value")).select_from(each))

    def searchable(self, tokens: Sequence[str], *, scope: str) -> str:  # noqa: ARG002  has its own column
        """Return the tokens with blanks between, as the ``ascii`` tokenizer of FTS5 takes them apart."""
        return " ".join(tokens)

    def match_any(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines with any of the terms, ranked by BM25."""
        return _matching(" OR ".join(_quoted([term]) for term in terms), scope=scope)

    def match_phrase(self, terms: Sequence[Term], *, scope: str) -> TextMatch:
        """Find lines with all terms in order, ranked by BM25."""
        return _matching(_quoted(terms), scope=scope)

    def storage_full(self, error: sa.exc.DBAPIError, engine: sa.Engine) -> StorageFull | None:
        """Return our error for SQLITE_FULL."""
        if getattr(error.orig, "sqlite_errorname", None) != "SQLITE_FULL" or engine.url.database is None:
            return None
        free = shutil.disk_usage(Path(engine.url.database).absolute().parent).free
        return StorageFull(free_bytes=free, needed_bytes=free + 1)

    def damage(self, connection: sa.Connection) -> Sequence[str]:
        """Ask SQLite to look through its pages and indexes, and FTS5 to compare its index with the lines."""
        pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        sentences = [f"SQLite says: {line}." for line in pages if line != "ok"]
        try:
            check = "INSERT INTO text_words(text_words, rank) VALUES ('integrity-check', 1)"
            connection.exec_driver_sql(check)
        except sa.exc.DatabaseError as error:
            sentences.append(f"The index of words does not match the lines: {error.orig}.")
        return sentences


def _make_file(path: Path) -> None:
    """Make an empty database; what SQLite puts beside it gets the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)


def _prepare(connection: Any, _record: Any) -> None:
    # The driver's own way of beginning, as the queue in the same database expects it: before a write.
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What a task forgets at its end is overwritten: it may have been a secret.
    connection.execute("PRAGMA secure_delete=ON")
    if sqlite3.sqlite_version_info < WITH_SUBSECONDS:
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float:
    """Return the time as newer versions do: from Python 3.12 on the queue in this database asks for it."""
    if modifier != "subsec":
        raise ValueError(f"unixepoch knows 'subsec' here, not {modifier!r}")
    return time.time()


def _quoted(terms: Sequence[Term]) -> str:
    """Return an FTS5 string: tokens hold letters, digits and marks only, so nothing can end it early."""
    words = " ".join(term.token for term in terms)
    return f'"{words}"{"*" if terms[-1].is_prefix else ""}'


def _matching(expression: str, *, scope: str) -> TextMatch:
    query = f'scope : "{scope}" AND words : ({expression})'
    index = text_words.c.text_words
    return TextMatch(
        source=text_lines.join(text_words, text_words.c.rowid == text_lines.c.id),
        condition=index.op("MATCH")(query),
        # Weights of the columns words and scope; SQLite's BM25 is lower for better.
        rank=-sa.func.bm25(sa.literal_column("text_words"), 1.0, 0.0),
    )
