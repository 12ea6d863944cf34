"""From lines on pictures to lines with a time: the same line on following pictures is one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from kinodex.domain.timeline import Box, ScreenText, Span

_ALIKE = 0.8
_SURE = 0.97
_OVERLAP = 0.5
_LONGEST_GAP_S = 2.0
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line on one picture."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Track:
    """
    A line followed so far.

    Attributes:
        best: The reading with the highest confidence.
        last: The latest one: boxes are compared with it, for a line may drift.
        span: From the first picture it is on to the last.
        shot: Shot of the last picture it is on.
        missed: Pictures since then.
    """

    best: SeenLine
    last: SeenLine
    span: Span
    shot: int
    missed: int = 0

    def as_screen_text(self) -> ScreenText:
        """Return it as a line that left the screen."""
        return ScreenText(self.span, self.best.text, self.best.box, self.best.confidence)


@dataclass(frozen=True, slots=True)
class Followed:
    """The tracks still open, those on the picture first, and the lines that left the screen."""

    open: tuple[Track, ...]
    gone: tuple[ScreenText, ...]


def follow(tracks: Sequence[Track], lines: Sequence[SeenLine], *, span: Span, shot: int) -> Followed:
    """
    Return what becomes of the tracks when the next picture shows these lines.

    A line missing on one picture may come back on the next, if that is within the same shot and no more
    than two seconds were missed; a reader overlooks a line now and then.

    Args:
        tracks: Those open so far.
        lines: On this picture, in reading order.
        span: The time the picture stands for; begins where the picture before ended, or later.
        shot: The picture's shot.
    """
    waiting = [track for track in tracks if _may_go_on(track, span=span, shot=shot)]
    gone = [track.as_screen_text() for track in tracks if track not in waiting]
    going_on = []
    for line in lines:
        match = _best_match(line, waiting)
        if match is None:
            going_on.append(Track(line, line, span, shot))
        else:
            waiting.remove(match)
            going_on.append(_extended(match, line, span=span, shot=shot))
    missed = [replace(track, missed=track.missed + 1) for track in waiting]
    gone.extend(track.as_screen_text() for track in missed if track.missed > 1)
    return Followed((*going_on, *(track for track in missed if track.missed <= 1)), tuple(gone))


def _may_go_on(track: Track, *, span: Span, shot: int) -> bool:
    is_near = span.start_s - track.span.end_s <= _LONGEST_GAP_S
    return is_near and (track.missed == 0 or track.shot == shot)


def _extended(track: Track, line: SeenLine, *, span: Span, shot: int) -> Track:
    best = line if line.confidence > track.best.confidence else track.best
    return Track(best, line, Span(track.span.start_s, max(track.span.end_s, span.end_s)), shot)


def _best_match(line: SeenLine, tracks: Sequence[Track]) -> Track | None:
    alike = [track for track in tracks if is_same_line(track.last, line)]
    return max(alike, key=lambda track: overlap(track.last.box, line.box), default=None)


def is_same_line(one: SeenLine, other: SeenLine) -> bool:
    """
    Return whether two readings are of the same line: at the same place, saying nearly the same.

    Numbers must be equal, for a score and a clock change by one digit; and two readings that are both
    sure and yet differ are two lines ("Part I", "Part II").
    """
    if overlap(one.box, other.box) < _OVERLAP:
        return False
    first, second = _plain(one.text), _plain(other.text)
    if first == second:
        return True
    if _DIGITS.findall(first) != _DIGITS.findall(second) or min(one.confidence, other.confidence) >= _SURE:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that the other covers."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(0.0, width) * max(0.0, height) / smaller if smaller > 0 else 0.0
