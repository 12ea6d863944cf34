"""What happens when, inside one video. Times are presentation seconds from the first shown picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, half open: ``[start_s, end_s)``."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def overlaps(self, other: "Span") -> bool:
        """Return whether the two share any instant."""
        return self.start_s < other.end_s and other.start_s < self.end_s


@dataclass(frozen=True, slots=True)
class Shot:
    """What one camera take shows, between two cuts."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True)
class Segment:
    """The span that is searched as one; 2-10 s where the shot is long enough, never crossing a shot."""

    number: int
    shot: int
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word; its times are estimates inside the utterance."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence or phrase somebody speaks."""

    span: Span
    text: str
    words: tuple[Word, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the shown picture, as shares of its width and height, each in [0, 1]."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ScreenText:
    """One line written in the picture and the time it stands there."""

    span: Span
    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """
    A picture kept from the decode pass.

    ``offset`` and ``length`` say where its JPEG lies in the frame pack, in bytes; width and height
    are those of the stored picture.
    """

    number: int
    at_s: float
    shot: int
    offset: int
    length: int
    width_px: int
    height_px: int
