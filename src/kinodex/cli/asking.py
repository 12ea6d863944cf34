"""Judged queries put to a running server."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinodex.cli.client import Client
from kinodex.cli.failures import CommandFailed, Status
from kinodex.evaluation.judged import JudgedQuery
from kinodex.evaluation.runs import ALL_OPTIONS, Answer, Hit, Pass

SEARCHED = ("visual", "conversation", "text_in_video")
"""What an index can be searched by; logos are screen text again."""

_SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class Asker:
    """
    Asks a server.

    Attributes:
        client: The server.
        index: The index, as the API describes it.
        names: By id of a video, what the queries call it.
        folder: Where pictures of queries lie.
        limit: Hits asked for, 1-50.
    """

    client: Client
    index: Mapping[str, Any]
    names: Mapping[str, str]
    folder: Path
    limit: int

    def passes(self, queries: Sequence[JudgedQuery], *, each_option: bool) -> Iterator[tuple[str, int]]:
        """Yield the name of each pass there is to make, and how many queries it has."""
        yield ALL_OPTIONS, len(queries)
        if each_option:
            for option in self._options():
                yield option, sum(_can_use(query, option) for query in queries)

    def ask_all(self, queries: Sequence[JudgedQuery], name: str) -> Iterator[Answer]:
        """
        Yield the answers of one pass.

        Raises:
            CommandFailed: The server refuses a query.
        """
        for query in queries:
            if name == ALL_OPTIONS:
                yield self._ask(query, query.options or self._options())
            elif _can_use(query, name):
                yield self._ask(query, (name,))

    def _options(self) -> tuple[str, ...]:
        return tuple(each for each in SEARCHED if each in self.index["index_options"])

    def _ask(self, query: JudgedQuery, options: Sequence[str]) -> Answer:
        body: dict[str, Any] = {
            "index_id": self.index["_id"],
            "search_options": list(options),
            "threshold": "none",
            "page_limit": self.limit,
        }
        began = time.perf_counter()
        try:
            answer = self._send(query, body)
        except CommandFailed as error:
            raise CommandFailed(error.status, f"Query {query.id}: {error}") from error
        took_ms = (time.perf_counter() - began) * 1000
        return Answer(
            query=query.id,
            hits=tuple(self._hit(each) for each in answer["data"]),
            no_confident_match=answer["no_confident_match"],
            took_ms=round(took_ms, 2),
        )

    def _send(self, query: JudgedQuery, body: dict[str, Any]) -> Any:
        if query.picture is None:
            if query.exact:
                body["conversation_option"] = "exact_match"
            return self.client.post("/v1.1/search", {**body, "query": query.text})
        fields = {**body, "query_media_type": "image", "search_options": ["visual"]}
        if query.text:
            fields["query_text"] = query.text
        picture = self.folder / query.picture
        if not picture.is_file():
            raise CommandFailed(Status.USAGE, f"there is no picture {picture}.")
        return self.client.post_form("/v1.3/search", fields, files=[("query_media_file", picture)])

    def _hit(self, found: Mapping[str, Any]) -> Hit:
        video = found["video_id"]
        return Hit(
            video=self.names.get(video, video),
            start=found["start"],
            end=found["end"],
            score=found["score"],
            confidence=found["confidence"],
        )


def made_pass(name: str, answers: Sequence[Answer]) -> Pass:
    """Return the answers as a pass."""
    return Pass(name=name, answers=tuple(answers))


def names_of_videos(videos: Sequence[Mapping[str, Any]], queries: Sequence[JudgedQuery]) -> Mapping[str, str]:
    """
    Return, by id of a video, what queries call it: its id, or its file name.

    Raises:
        CommandFailed: Queries name videos that are not there, or by a name that several have.
    """
    of_name = Counter(video["metadata"]["filename"] for video in videos)
    ids = {video["_id"]: video["metadata"]["filename"] for video in videos}
    named = {place.video for query in queries for place in query.relevant}
    if missing := sorted(named - set(ids) - set(of_name)):
        shown = ", ".join(missing[:_SHOWN_NAMES])
        raise CommandFailed(
            Status.REFUSED,
            f"{len(missing)} of {len(named)} videos that the queries name are not in the index: {shown}.",
        )
    if several := sorted(name for name in named if of_name[name] > 1):
        raise CommandFailed(
            Status.REFUSED,
            f"The index holds {of_name[several[0]]} videos named {several[0]}: name them by their ids.",
        )
    return {video: video if video in named else filename for video, filename in ids.items()}


def _can_use(query: JudgedQuery, option: str) -> bool:
    """Return whether a query can be asked with one option alone."""
    return query.picture is None and (query.options is None or option in query.options)
