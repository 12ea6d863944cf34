"""A clue: one thing in a video that may be what a query means."""

from dataclasses import dataclass

from kinodex.domain.ids import VideoId
from kinodex.domain.timeline import Span
from kinodex.retrieval.channels import Channel
from kinodex.stores.protocols import TextLine

SHORTEST_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """
    One thing in a video that may be meant.

    ``at_s`` is the instant that stands for it; ``number`` the line or picture it is; ``engine`` who found
    it. ``line``, the ``words`` of it and those ``alike`` are there where it was found by words, else
    ``similarity`` is, and ``space``, the id of the space it was measured in.
    """

    video_id: VideoId
    channel: Channel
    probability: float
    span: Span
    at_s: float
    number: int
    engine: str
    similarity: float | None = None
    space: str | None = None
    line: TextLine | None = None
    words: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()


def clue_span(span: Span) -> Span:
    """
    Return a span to the hundredth of a second, and never empty.

    Stored vectors carry times in single precision: rounded, a line found by words and by meaning has one
    span.
    """
    start_s = round(span.start_s, 2)
    return Span(start_s, max(round(span.end_s, 2), round(start_s + SHORTEST_S, 2)))
