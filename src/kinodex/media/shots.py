"""Shots, found while the frames go by: a few seconds of signatures are held, never the whole video."""

import numpy as np

from kinodex.media.signature import Signature
from kinodex.media.transitions import SHORTEST_SHOT_S, Boundary, find_boundaries

SETTLED_AT_ONCE_S = 12.0
"""How much is decided together: longer costs memory, shorter looks at the margins more often."""

MARGIN_S = 2.5
"""What must be seen to both sides of a decision: the longest dissolve or black run that is judged whole."""

SHORTEST_STEP_S = 1 / 31
"""Frames nearer than this to the last are passed over: above 30 a second nothing more is to be seen."""

SMALLEST_JUMP_LEVELS = 6.0
JUMP_RATIO = 2.0
_WEIGHT_OF_NEWEST = 0.1


class JumpWatch:
    """
    Tells at once which frames may begin a shot, by comparing with the frames before only.

    It errs on the side of yes: a cut is confirmed later, and a picture of its first frames is needed now.
    """

    def __init__(self) -> None:
        self._last: Signature | None = None
        self._usual_levels = 0.0

    def see(self, signature: Signature) -> bool:
        """Return whether a frame differs abruptly from the one before."""
        last, self._last = self._last, signature
        if last is None:
            return False
        apart = np.maximum(signature, last) - np.minimum(signature, last)
        levels = int(apart.sum()) / apart.size
        ceiling = JUMP_RATIO * (self._usual_levels + 1)
        self._usual_levels += _WEIGHT_OF_NEWEST * (min(levels, ceiling) - self._usual_levels)
        return levels >= max(SMALLEST_JUMP_LEVELS, ceiling)


class ShotFinder:
    """
    Takes signatures in time order and gives boundaries, some seconds later, in time order.

    ``settled_s`` is the time before which no further boundary will be found.
    """

    def __init__(self) -> None:
        self.settled_s = 0.0
        self._watch = JumpWatch()
        self._times: list[float] = []
        self._signatures: list[Signature] = []
        self._jumps: list[float] = []
        self._last_boundary_s = 0.0

    def wants(self, at_s: float) -> bool:
        """Return whether a frame at this time is far enough from the last to be worth a signature."""
        return not self._times or at_s - self._times[-1] >= SHORTEST_STEP_S

    def add(self, at_s: float, signature: Signature) -> bool:
        """Take the next signature and return whether a shot may begin with it."""
        has_jumped = self._watch.see(signature)
        self._times.append(at_s)
        self._signatures.append(signature)
        if has_jumped:
            self._jumps.append(at_s)
        return has_jumped

    def settle(self) -> list[Boundary]:
        """Return the boundaries that have become certain since the last call."""
        if not self._times or self._times[-1] - self.settled_s < SETTLED_AT_ONCE_S + MARGIN_S:
            return []
        return self._decide(self._times[-1] - MARGIN_S)

    def finish(self, end_s: float) -> list[Boundary]:
        """Return the remaining boundaries of a video that ends at ``end_s``."""
        found = self._decide(max(end_s, self.settled_s))
        return [boundary for boundary in found if end_s - boundary.at_s >= SHORTEST_SHOT_S]

    def _decide(self, until_s: float) -> list[Boundary]:
        times = np.array(self._times)
        near = [at_s for at_s in self._jumps if at_s < until_s + SHORTEST_SHOT_S]
        jumps = np.searchsorted(times, [at_s for at_s in near if at_s >= self.settled_s - SHORTEST_SHOT_S])
        signatures = np.stack(self._signatures) if self._signatures else np.empty((0, 3, 18, 32), np.uint8)
        found = find_boundaries(times, signatures, jumps=[place for place in jumps.tolist() if place])
        settled = [one for one in found if self.settled_s <= one.at_s < until_s and self._is_apart(one)]
        self._forget(until_s - MARGIN_S)
        self.settled_s = until_s
        return settled

    def _is_apart(self, boundary: Boundary) -> bool:
        if boundary.at_s - self._last_boundary_s < SHORTEST_SHOT_S:
            return False
        self._last_boundary_s = boundary.at_s
        return True

    def _forget(self, before_s: float) -> None:
        first = int(np.searchsorted(self._times, before_s))
        del self._times[:first], self._signatures[:first]
        self._jumps = [at_s for at_s in self._jumps if at_s >= before_s]
