"""A run: what a server answered to judged queries, kept in a file of its own."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec
from msgspec.structs import replace

from kinodex.domain.timeline import Span
from kinodex.evaluation.judged import JudgedQuery

FORMAT = 1

ALL_OPTIONS = "all"
"""The pass in which every query is asked with its own options, or with all of the index."""


class RunUnreadable(Exception):
    """A file is not a run."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A moment that was answered; ``video`` as the queries name it, ``start`` and ``end`` in seconds."""

    video: str
    start: float
    end: float
    score: float
    confidence: str

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a query: hits in their order, and whether the server trusts none of them."""

    query: str
    hits: tuple[Hit, ...]
    no_confident_match: bool
    took_ms: float


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """All queries asked in one way: with all options, or with the one it is named for."""

    name: str
    answers: tuple[Answer, ...]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a server answered.

    Attributes:
        name: What people call this configuration.
        made_at: When, as ISO 8601 in UTC.
        server: Address of the server.
        index: Id of the index.
        videos: How many videos it held.
        engines: The engine of each role.
        queries_sha256: Of the file of the queries.
        limit: Hits asked for, at most.
        queries: The queries themselves, so that a report needs this file alone.
        passes: The first is that of all options.
    """

    name: str
    made_at: str
    server: str
    index: str
    videos: int
    engines: Mapping[str, str]
    queries_sha256: str
    limit: int
    queries: tuple[JudgedQuery, ...]
    passes: tuple[Pass, ...]
    format: int = FORMAT

    @property
    def of_id(self) -> Mapping[str, JudgedQuery]:
        """The queries by their ids."""
        return {query.id: query for query in self.queries}

    def answers(self, name: str = ALL_OPTIONS) -> Sequence[Answer]:
        """
        Return the answers of a pass.

        Raises:
            RunUnreadable: There is no such pass.
        """
        for each in self.passes:
            if each.name == name:
                return each.answers
        names = ", ".join(each.name for each in self.passes)
        raise RunUnreadable(f"The run {self.name} has no pass {name}; it has {names}.")

    def only(self, ids: AbstractSet[str]) -> "Run":
        """Return the run with some of its queries alone."""
        return replace(
            self,
            queries=tuple(query for query in self.queries if query.id in ids),
            passes=tuple(
                replace(each, answers=tuple(answer for answer in each.answers if answer.query in ids))
                for each in self.passes
            ),
        )


def write_run(run: Run, path: Path) -> None:
    """Write a run as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def read_run(path: Path) -> Run:
    """
    Return the run in a file.

    Raises:
        RunUnreadable: It cannot be read, or is no run of this format.
    """
    try:
        run = msgspec.json.decode(path.read_bytes(), type=Run)
    except OSError as error:
        raise RunUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise RunUnreadable(f"{path} is no run: {error}.") from error
    if run.format != FORMAT:
        raise RunUnreadable(f"{path} has the format {run.format}; this version reads {FORMAT}.")
    asked = run.of_id
    if unknown := {answer.query for each in run.passes for answer in each.answers} - set(asked):
        raise RunUnreadable(f"{path} answers queries it does not hold, such as {min(unknown)}.")
    return run
