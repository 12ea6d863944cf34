"""What a search finds."""

from dataclasses import dataclass
from enum import StrEnum

from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Box, Span


class Confidence(StrEnum):
    """A score in words."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    One reason why a moment matched.

    ``how`` is ``lexical``, ``semantic``, ``words_to_picture`` or ``picture_to_picture``;
    ``probability`` is calibrated, in [0, 1]; ``engine`` says who found it. ``similar_words`` were probably
    read wrong from the picture: (as asked for, as read). ``at_s`` is the time of the
    picture that was compared, ``space`` the id of the vector space it was compared in.
    """

    modality: Modality
    how: str
    probability: float
    span: Span
    engine: str
    text: str | None = None
    matched_words: tuple[str, ...] = ()
    similar_words: tuple[tuple[str, str], ...] = ()
    box: Box | None = None
    similarity: float | None = None
    at_s: float | None = None
    space: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPart:
    """
    One part of a combined query in a moment: where it matched, and how likely.

    ``query`` is the part as people write it. ``is_against`` says that it was to be left out, and was not
    sure enough to do so.
    """

    query: str
    span: Span
    probability: float
    is_against: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    Neighbouring matches of one video, merged.

    ``score`` is 0-100; ``best_frame_s`` is the time of the picture that stands for the moment;
    ``evidence`` is sorted by falling probability and never empty. ``parts`` are those of a combined query.
    """

    video_id: VideoId
    span: Span
    score: float
    confidence: Confidence
    best_frame_s: float
    evidence: tuple[Evidence, ...]
    options: tuple[str, ...]
    parts: tuple[MatchedPart, ...] = ()
