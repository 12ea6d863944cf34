"""What a classification finds."""

from dataclasses import dataclass

from kinodex.domain.timeline import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassClip:
    """
    A stretch of a video in which a class shows.

    ``score`` is its highest, 0-100; ``option`` where that was found, ``at_s`` the instant that stands
    for it.
    """

    span: Span
    score: float
    option: str
    prompt: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMatch:
    """
    A class in a video.

    Attributes:
        name: Of the class.
        score: That it shows at all, 0-100: the highest of all instants, 0 where nothing speaks for it.
        average_score: Mean of the clips' scores, each weighed by its length; 0 where there are none.
        share: The probability behind ``score`` among those of all classes asked for, in [0, 1].
        duration_ratio: For which part of the video it shows, in [0, 1]: the clips of all prompts
            together, each instant counted once.
        clips: Best first.
    """

    name: str
    score: float
    average_score: float
    share: float
    duration_ratio: float
    clips: tuple[ClassClip, ...]
