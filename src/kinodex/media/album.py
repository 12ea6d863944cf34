"""Which pictures are kept: some candidates are taken on the way, sorted into shots once these are certain."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from kinodex.domain.arrays import Frame
from kinodex.domain.timeline import Shot, Span
from kinodex.media.look import NEW_ABOVE, Look, difference
from kinodex.media.transitions import SHORTEST_SHOT_S, Boundary

SAMPLE_FPS = 1.0
"""
How often the picture is looked at.

A searched segment lasts 2-10 s, so each has several looks; twice as many would cost a tenth of the decoding
of a small video, and every kept picture some 50 ms of the engines. What is shown for less than a second at
a cut is caught by the pictures taken after jumps.
"""

LONGEST_STILL_S = 4.0
"""A picture that does not change is kept again after this long, so that no stretch is without one."""

AFTER_JUMP_S = 0.2
"""A shot's first frames are often blended or coarse; its picture is taken this much later."""

LONGEST_HALF_S = 1.0
"""The longest half of a gradual boundary: nearer to what is not settled, nothing is decided."""

_SHORTEST_APART_S = 0.9 / SAMPLE_FPS
_TOLERANCE_S = 1e-6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that may be kept; ``is_edge`` says that it is the first frame after a jump."""

    at_s: float
    picture: Frame
    look: Look
    is_edge: bool = False


class Reason(Enum):
    """Why a frame may become a candidate."""

    NONE = "nothing to look at"
    SAMPLE = "it is time to look; to be taken if it shows something new"
    SETTLED = "a jump is over; to be taken in any case"
    EDGE = "the first frame after a jump; to be taken, in case the shot has no other"


class Timing:
    """Says when to look: at every whole 1/``SAMPLE_FPS`` s, at a jump, and a little after it."""

    def __init__(self) -> None:
        self._next_sample = 0
        self._last_s = 0.0
        self._after_jump_s: float | None = None

    def reason(self, at_s: float, *, has_jumped: bool) -> Reason:
        """Return why to look at the next frame; called for every one."""
        is_due = self._is_due(at_s)
        is_sparse, self._last_s = at_s - self._last_s >= AFTER_JUMP_S, at_s
        if has_jumped and is_sparse:  # frames are so far apart that a shot's first is as good as any
            return Reason.SETTLED
        if self._after_jump_s is not None and at_s >= self._after_jump_s - _TOLERANCE_S:
            self._after_jump_s = None
            return Reason.SETTLED
        if has_jumped and self._after_jump_s is None:
            self._after_jump_s = at_s + AFTER_JUMP_S
            return Reason.EDGE
        return Reason.SAMPLE if is_due else Reason.NONE

    def _is_due(self, at_s: float) -> bool:
        """Return whether this is the first frame at or after the next sampling time."""
        if at_s * SAMPLE_FPS < self._next_sample - _TOLERANCE_S:
            return False
        self._next_sample = int(at_s * SAMPLE_FPS + _TOLERANCE_S) + 1
        return True


class Novelty:
    """Tells whether a look is new against the last one that was."""

    def __init__(self) -> None:
        self._last: Look | None = None
        self._last_s = 0.0

    def is_new(self, at_s: float, look: Look) -> bool:
        """Return whether a picture shows something new, or the last one is old."""
        if self._last is None or at_s - self._last_s >= LONGEST_STILL_S - _TOLERANCE_S:
            return True
        return difference(self._last, look) > NEW_ABOVE

    def remember(self, at_s: float, look: Look) -> None:
        """Take a look as the one to compare with."""
        self._last, self._last_s = look, at_s

    def forget(self) -> None:
        """Start afresh: whatever comes next is new."""
        self._last = None

    def age_s(self, at_s: float) -> float:
        """Return how long ago the last look was remembered; endless before the first."""
        return at_s - self._last_s if self._last is not None else float("inf")


class PictureSink(Protocol):
    """Where kept pictures go."""

    def keep(self, picture: Frame, *, at_s: float, shot: int) -> None:
        """Store a picture; called in time order."""
        ...


@dataclass(slots=True)
class _OpenShot:
    start_s: float
    kept: int = 0
    spares: list[Candidate] = field(default_factory=list)


class Album:
    """
    Sorts candidates into shots and keeps those that show something new, at least one for each shot.

    A boundary behind which no picture could be had is not one: every shot can be looked at.
    """

    def __init__(self, sink: PictureSink) -> None:
        self.shots: list[Shot] = []
        self._sink = sink
        self._waiting: deque[Candidate] = deque()
        self._open = _OpenShot(0.0)
        self._novelty = Novelty()
        self._last_boundary = Boundary(-LONGEST_STILL_S)

    def add(self, candidate: Candidate) -> None:
        """Take a candidate; times rise."""
        self._waiting.append(candidate)

    def settle(self, boundaries: list[Boundary], *, until_s: float) -> None:
        """Decide about everything well before ``until_s``, where no further boundary will be found."""
        for boundary in boundaries:
            self._sort_before(boundary.at_s, ending=boundary)
            self._close(boundary.at_s)
            self._last_boundary = boundary
        self._sort_before(until_s - LONGEST_HALF_S)

    def finish(self, end_s: float) -> None:
        """Decide about the rest of a video that ends at ``end_s``."""
        self._sort_before(float("inf"))
        self._keep_spare()
        self.shots.append(Shot(len(self.shots), Span(self._open.start_s, end_s)))

    def _sort_before(self, before_s: float, *, ending: Boundary | None = None) -> None:
        while self._waiting and self._waiting[0].at_s < before_s:
            candidate = self._waiting.popleft()
            if candidate.is_edge or self._is_in_transition(candidate.at_s, ending):
                self._spare(candidate)
            else:
                self._consider(candidate)

    def _is_in_transition(self, at_s: float, ending: Boundary | None) -> bool:
        near = (self._last_boundary, ending) if ending else (self._last_boundary,)
        return any(abs(at_s - boundary.at_s) < boundary.half_s for boundary in near)

    def _spare(self, candidate: Candidate) -> None:
        if not self._open.kept:
            self._open.spares.append(candidate)

    def _consider(self, candidate: Candidate) -> None:
        is_first = not self._open.kept
        is_apart = self._novelty.age_s(candidate.at_s) >= _SHORTEST_APART_S
        if is_first or (is_apart and self._novelty.is_new(candidate.at_s, candidate.look)):
            self._keep(candidate)

    def _keep(self, candidate: Candidate) -> None:
        self._sink.keep(candidate.picture, at_s=candidate.at_s, shot=len(self.shots))
        self._novelty.remember(candidate.at_s, candidate.look)
        self._open.kept += 1
        self._open.spares.clear()

    def _keep_spare(self) -> None:
        spares = self._open.spares
        if spares and not self._open.kept:
            self._keep(spares[len(spares) // 2])

    def _close(self, at_s: float) -> None:
        self._keep_spare()
        if not self._open.kept or at_s - self._open.start_s < SHORTEST_SHOT_S:
            return
        self.shots.append(Shot(len(self.shots), Span(self._open.start_s, at_s)))
        self._open = _OpenShot(at_s)
        self._novelty.forget()
