"""Spoken and written lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Box, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """An utterance or a line of screen text; ``number`` counts them within video and modality from 0."""

    video_id: VideoId
    modality: Modality
    number: int
    span: Span
    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class TextHit:
    """
    A line that holds words of a query.

    ``rank`` is BM25 or its like, higher is better, comparable within one answer only;
    ``coverage`` the share of the query's words it holds, in [0, 1]; ``words`` are those words. ``alike``
    names words of the query that a line of screen text holds with letters wrong, as (asked, found), without
    case and accents; a line without any of the words as they are comes after all that have one.
    """

    line: TextLine
    rank: float
    coverage: float
    words: tuple[str, ...]
    alike: tuple[tuple[str, str], ...] = ()


class TextStore(Protocol):
    """Spoken and written lines, searchable by word. Case, accents and width of letters do not matter."""

    def add(self, index_id: IndexId, lines: Sequence[TextLine]) -> None:
        """Store the lines of a video and make them searchable in the same transaction."""
        ...

    def lines(self, video_id: VideoId, modality: Modality, span: Span | None = None) -> Sequence[TextLine]:
        """Return the lines of a video in order of time, those that overlap the span if one is given."""
        ...

    def find(
        self,
        index_id: IndexId,
        query: str,
        *,
        modality: Modality,
        exact: bool,
        videos: Sequence[VideoId] | None,
        limit: int,
    ) -> Sequence[TextHit]:
        """
        Return the best lines for a query, best first.

        Args:
            index_id: Where to look.
            query: Words; punctuation is ignored.
            modality: ``SPEECH`` or ``SCREEN_TEXT``.
            exact: All words, next to each other, in this order; else any of them, in screen text also
                where a few letters are wrong.
            videos: Only in these; ``None`` for all. An empty sequence finds nothing.
            limit: At most so many lines, >= 1. The restriction to videos comes before this cut.
        """
        ...
