"""
Moments: the peaks of a video's curve of probability, each with the stretch around it.

A moment reaches from its peak as far as the curve stays above half of the peak; dips shorter than two
seconds do not end it. A second peak is a moment of its own if the curve falls to half of its odds
for two seconds in between: so a static scene is one moment, and a caption that stands for an hour does not
join everything that is shown meanwhile. (Odds, not probabilities: between .9 and .98 lies a factor of five.)
"""

from bisect import bisect
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.domain.timeline import Span
from kinodex.retrieval.fuse import Curve

SHORT_DIP_S = 2.0
LONG_MOMENT_S = 30.0
"""A stretch longer than this is tightened to where the curve is above half of the peak's odds."""
LONGEST_MOMENT_S = 60.0
CERTAIN = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Peak:
    """A stretch of one video and its highest probability."""

    span: Span
    probability: float


def cut_peaks(curve: Curve, *, least: float) -> list[Peak]:
    """
    Return the peaks of a curve, highest first; they do not overlap.

    Args:
        curve: Of one video.
        least: Peaks below are left out; above 0.
    """
    cutter = _Cutter(curve)
    for cell in _summits(curve.probability, least=least):
        cutter.try_cell(cell)
    return sorted(cutter.peaks, key=lambda peak: -peak.probability)


def _summits(probability: AnyArray, *, least: float) -> list[int]:
    """Return the cells no neighbour exceeds, highest first, earlier ones first among equals."""
    padded = np.concatenate(([0.0], probability, [0.0]))
    is_summit = (probability >= padded[:-2]) & (probability >= padded[2:]) & (probability >= least)
    cells = np.flatnonzero(is_summit)
    return [int(cell) for cell in cells[np.argsort(-probability[cells], kind="stable")]]


class _Cutter:
    """Takes cells of a curve, the highest first, and keeps the stretches around them."""

    def __init__(self, curve: Curve) -> None:
        self._bounds_s = curve.bounds_s
        self._lengths_s = np.diff(curve.bounds_s)
        self._probability = curve.probability
        self._odds = curve.probability / (1.0 - np.minimum(curve.probability, CERTAIN))
        self._taken: list[tuple[int, int]] = []  # first and last cell of each peak, in order of time
        self.peaks: list[Peak] = []

    def try_cell(self, cell: int) -> None:
        """Make a peak of this cell unless it belongs to one that is there."""
        place = bisect(self._taken, (cell, len(self._lengths_s)))
        low, high = -1, len(self._lengths_s)  # the nearest cells that are taken
        if place > 0:
            low = self._taken[place - 1][1]
            if low >= cell or not self._falls_between(low + 1, cell, cell):
                return
        if place < len(self._taken):
            high = self._taken[place][0]
            if not self._falls_between(cell + 1, high, cell):
                return
        first, last = self._stretch(cell, low, high)
        self._taken.insert(place, (first, last))
        # A higher cell that is no peak of its own, for want of a dip before the next one, may lie inside.
        highest = float(self._probability[first : last + 1].max())
        self.peaks.append(Peak(self._span(first, last), highest))

    def _falls_between(self, first: int, end: int, peak: int) -> bool:
        """Return whether the curve is at half of the peak's odds or less for long enough."""
        is_low = self._odds[first:end] <= self._odds[peak] / 2
        return float(self._lengths_s[first:end][is_low].sum()) >= SHORT_DIP_S

    def _stretch(self, peak: int, low: int, high: int) -> tuple[int, int]:
        """Return the first and last cell of a peak, between cells that are taken."""
        is_in = self._probability >= self._probability[peak] / 2
        first, last = self._reach(peak, low, is_in), self._reach(peak, high, is_in)
        if self._lasts_s(first, last) > LONG_MOMENT_S:
            is_in = self._odds > self._odds[peak] / 2
            first, last = self._reach(peak, low, is_in), self._reach(peak, high, is_in)
        return self._shortened(peak, first, last)

    def _reach(self, peak: int, wall: int, is_in: AnyArray) -> int:
        step = 1 if wall > peak else -1
        edge, dip_s = peak, 0.0
        for cell in range(peak + step, wall, step):
            if is_in[cell]:
                edge, dip_s = cell, 0.0
                continue
            dip_s += float(self._lengths_s[cell])
            if dip_s >= SHORT_DIP_S:
                break
        return edge

    def _shortened(self, peak: int, first: int, last: int) -> tuple[int, int]:
        """Grow from the peak towards the higher side until the moment is as long as it may be."""
        low, high = peak, peak
        while low > first or high < last:
            before = self._probability[low - 1] if low > first else -1.0
            after = self._probability[high + 1] if high < last else -1.0
            grown = (low - 1, high) if before > after else (low, high + 1)
            if self._lasts_s(*grown) > LONGEST_MOMENT_S:
                break
            low, high = grown
        return low, high

    def _lasts_s(self, first: int, last: int) -> float:
        return float(self._bounds_s[last + 1] - self._bounds_s[first])

    def _span(self, first: int, last: int) -> Span:
        start_s, end_s = float(self._bounds_s[first]), float(self._bounds_s[last + 1])
        # One caption may stand longer than a moment may last.
        return Span(start_s, min(end_s, start_s + LONGEST_MOMENT_S))
