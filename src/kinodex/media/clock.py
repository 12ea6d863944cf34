"""The one clock of a video: presentation seconds from its first shown picture, strictly rising."""

from dataclasses import dataclass, field

SMALLEST_STEP_S = 0.001
"""Between two frames that claim the same instant."""

DISCONTINUITY_S = 1.0
"""A step back by more than this starts a new time line, as in joined transport streams."""

_DECIMALS = 6  # microseconds, as in libav


@dataclass(slots=True)
class PresentationClock:
    """
    Turns time stamps as they stand in the file into seconds from the first picture.

    ``origin_s`` is the file's time of the first picture, ``step_s`` the usual time between two.
    """

    origin_s: float
    step_s: float
    last_s: float = field(default=-1.0, init=False)
    _shift_s: float = field(default=0.0, init=False)

    def place(self, stamp_s: float) -> float:
        """Return when something with this stamp would be shown, without going there."""
        return stamp_s - self.origin_s + self._shift_s

    def at(self, stamp_s: float | None) -> float:
        """Return when the next frame is shown; one without a stamp follows the last at the usual step."""
        usual_s = self.last_s + self.step_s if self.last_s >= 0 else 0.0
        at_s = usual_s if stamp_s is None else self.place(stamp_s)
        if at_s < self.last_s - DISCONTINUITY_S:
            self._shift_s += usual_s - at_s
            at_s = usual_s
        self.last_s = round(max(at_s, self.last_s + SMALLEST_STEP_S, 0.0), _DECIMALS)
        return self.last_s
