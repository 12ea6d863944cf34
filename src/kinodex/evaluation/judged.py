"""Judged queries: what is asked, and the moments that answer it; one JSON object a line."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from kinodex.domain.timeline import Span


class QueriesUnreadable(Exception):
    """A file of judged queries is not one; the message names the line."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A stretch of a video that answers a query.

    ``video`` is the file name or the id of the video; ``start`` and ``end`` are seconds; ``grade`` says how
    well it answers, 1 or more.
    """

    video: str
    start: float
    end: float
    grade: int = 1

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


class JudgedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    A query and its true moments.

    Attributes:
        id: Its name, once in a file.
        kind: What it is asked by, e.g. ``said``; reports have a line for each kind.
        text: What is looked for, in words.
        picture: Path of a picture to look for, beside the file of the queries; text may stand beside it.
        options: Search options; ``None`` for all the index has.
        exact: Whether spoken words must stand as written.
        relevant: Every moment that answers it; none for a query that nothing answers.
    """

    id: str
    kind: str = "query"
    text: str | None = None
    picture: str | None = None
    options: tuple[str, ...] | None = None
    exact: bool = False
    relevant: tuple[Place, ...] = ()

    @property
    def is_answerable(self) -> bool:
        """Whether anything answers it."""
        return bool(self.relevant)


def read_queries(path: Path) -> tuple[Sequence[JudgedQuery], str]:
    """
    Return the queries of a file and the SHA-256 of its bytes; empty lines are passed over.

    Raises:
        QueriesUnreadable: The file cannot be read, a line is no judged query, or an id stands twice.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QueriesUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    queries: dict[str, JudgedQuery] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            query = msgspec.json.decode(line, type=JudgedQuery)
            _check(query, queries)
        except (msgspec.MsgspecError, ValueError) as error:
            raise QueriesUnreadable(f"{path}, line {number}: {error}.") from error
        queries[query.id] = query
    if not queries:
        raise QueriesUnreadable(f"{path} holds no queries.")
    return list(queries.values()), sha256(content).hexdigest()


def write_queries(queries: Sequence[JudgedQuery], path: Path) -> None:
    """Write queries as they are read."""
    path.write_bytes(b"".join(msgspec.json.encode(query) + b"\n" for query in queries))


def _check(query: JudgedQuery, before: dict[str, JudgedQuery]) -> None:
    """Raise ValueError for a query that cannot be asked or judged."""
    if query.id in before:
        raise ValueError(f"the id {query.id!r} stands twice")
    if not (query.text or "").strip() and query.picture is None:
        raise ValueError(f"{query.id!r} has neither text nor picture")
    for place in query.relevant:
        if not 0 <= place.start < place.end:
            raise ValueError(f"{query.id!r} has a moment from {place.start:g} s to {place.end:g} s")
        if place.grade < 1:
            raise ValueError(f"{query.id!r} has a moment of grade {place.grade}; the least is 1")
