"""
Where one shot ends and the next begins, in a window of signatures.

Three kinds of transition are told apart:

* A *cut* changes both the grid and the histogram abruptly, each measured against what changes in the half
  second around. Motion moves the grid and hardly the histogram; only a cut moves both far. Pictures alike
  on both sides mean a flash, not a cut.
* A *dissolve* is a straight line: the picture halfway is the mean of those before and after, and has less
  contrast than either. Motion is not; a change of light is, but keeps the pattern of light and dark.
* A *fade* passes through a picture without any pattern. A short one is one boundary in its middle; a long
  one is a shot of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinodex.media.signature import COLUMNS, COMPONENTS, ROWS

SHORTEST_SHOT_S = 0.4
"""Two boundaries nearer than this are one: shorter shots can neither be searched nor watched."""

Signatures = NDArray[np.uint8]
"""A run of signatures: shape ``(n, 3, 18, 32)``."""

Floats = NDArray[np.float64]

_Coarse = NDArray[np.float32]

_CELLS = ROWS * COLUMNS

# Cuts. Among 86 composed ones all but one reach a ratio of 9; flashes aside, nothing else exceeds 8.
_AROUND_S = 0.5
_AROUND_FRAMES = 3  # where frames are far apart in time, this many to each side all the same,
_FARTHEST_S = 1.5  # but none farther than this,
_UNKNOWN_STEP = 4.0  # and with none at all much motion is taken for granted
_SMALLEST_RATIO = 9.0
_FLASH_S = 0.35
_BINS = 32

# Dissolves, looked for on a coarser grid in space and time.
_STEP_S = 0.1
_MOST_STEPS_PER_FRAME = 4
_HALF_STEPS = (3, 5, 8)
_APART_S = 0.8
_SMALLEST_DISSOLVE = 9.0
_LARGEST_DIP = 0.86
_AROUND_STEPS = 15
_CALM_SHARE = 0.3
_SMALLEST_PEAK = 1.4
_STRAIGHT = 0.46
_SAME_PATTERN = 0.65
_CELL_CHANGED = 4.0
_MOST_CELLS = 0.6

# Fades.
_FLAT = 5.0
_WIDEST_FLAT = 80
_OWN_SHOT_S = 1.5
_FADE_REACH_S = 0.3
_RAMP_S = 1.2


@dataclass(frozen=True, slots=True)
class Boundary:
    """The instant between two shots; a gradual one also changes the picture ``half_s`` to both sides."""

    at_s: float
    half_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    boundary: Boundary
    strength: float


def find_boundaries(times: Floats, signatures: Signatures, *, jumps: Sequence[int]) -> list[Boundary]:
    """
    Return the boundaries inside a window, in time order.

    Args:
        times: Presentation seconds, strictly rising, shape ``(n,)``.
        signatures: One for each time.
        jumps: Places of the frames that differ abruptly from the one before; only there can a cut be.
    """
    if len(times) <= 1:
        return []
    fades = _fades(times, signatures)
    cuts = _strongest(_cuts(times, signatures, jumps), apart_s=SHORTEST_SHOT_S)
    found = fades + [cut for cut in cuts if _is_clear(cut, fades, _FADE_REACH_S)]
    gradual = _strongest(_dissolves(times, signatures), apart_s=_APART_S)
    found += [one for one in gradual if _is_clear(one, found, one.half_s) and _is_clear(one, fades, _RAMP_S)]
    return sorted(found, key=lambda boundary: boundary.at_s)


def _strongest(candidates: Iterator[_Candidate], *, apart_s: float) -> list[Boundary]:
    kept: list[Boundary] = []
    for candidate in sorted(candidates, key=lambda one: -one.strength):
        if all(abs(candidate.boundary.at_s - other.at_s) >= apart_s for other in kept):
            kept.append(candidate.boundary)
    return kept


def _is_clear(boundary: Boundary, others: list[Boundary], reach_s: float) -> bool:
    return all(abs(boundary.at_s - other.at_s) > other.half_s + reach_s for other in others)


# --- cuts --------------------------------------------------------------------------------------


def _cuts(times: Floats, signatures: Signatures, jumps: Sequence[int]) -> Iterator[_Candidate]:
    for place in jumps:
        first, last = _around(times, place, _AROUND_S, frames=_AROUND_FRAMES)
        run = signatures[first:last]
        here = place - first
        ratio = _relative(_grid_steps(run), here) * _relative(_histogram_steps(run), here)
        if ratio >= _SMALLEST_RATIO and not _is_flash(times, signatures, place):
            yield _Candidate(Boundary(float(times[place])), ratio)


def _around(times: Floats, place: int, reach_s: float, *, frames: int) -> tuple[int, int]:
    """Return the run of places near one in time, at least ``frames`` and one more before it and after it."""
    first = int(np.searchsorted(times, times[place] - reach_s))
    last = int(np.searchsorted(times, times[place] + reach_s, side="right"))
    first, last = min(first, place - frames - 1), max(last, place + frames + 1)
    within = np.flatnonzero(np.abs(times - times[place]) <= _FARTHEST_S)
    return max(int(within[0]) - 1, first, 0), min(int(within[-1]) + 1, last)


def _grid_steps(run: Signatures) -> Floats:
    """Return how far each signature is from the one before, in levels."""
    steps: Floats = np.abs(np.diff(run.astype(np.int16), axis=0)).mean(axis=(1, 2, 3))
    return steps


def _histogram_steps(run: Signatures) -> Floats:
    """Return how far the levels of each signature must be moved to become those of the one before."""
    count = len(run) * COMPONENTS
    bins = (run.reshape(count, _CELLS) // (256 // _BINS)).astype(np.intp)
    bins += np.arange(count)[:, None] * _BINS
    histograms = np.bincount(bins.ravel(), minlength=count * _BINS).reshape(len(run), COMPONENTS, _BINS)
    shares = np.cumsum(histograms, axis=2) / _CELLS
    steps: Floats = np.abs(np.diff(shares, axis=0)).sum(axis=2).mean(axis=1) * (256 // _BINS)
    return steps


def _relative(steps: Floats, place: int) -> float:
    """
    Return the step into ``place`` as a multiple of the steps around it.

    The largest of the others is left out: a second cut nearby must not hide this one.
    """
    others = np.sort(np.delete(steps, place - 1))
    usual = others[: max(1, len(others) - 1)].mean() if len(others) else _UNKNOWN_STEP
    return float(steps[place - 1] / (usual + 0.7))


def _is_flash(times: Floats, signatures: Signatures, place: int) -> bool:
    """Return whether the picture soon is again what it was, or was already what it becomes."""
    first, last = _around(times, place, _FLASH_S, frames=0)
    pictures = signatures[first:last].astype(np.int16)
    here = place - first
    before, after = pictures[here - 1], pictures[here]
    alike = np.abs(after - before).mean() / 2
    later = np.abs(pictures[here + 1 :] - before).mean(axis=(1, 2, 3))
    earlier = np.abs(pictures[: here - 1] - after).mean(axis=(1, 2, 3))
    return bool(np.any(later < alike) or np.any(earlier < alike))


# --- dissolves ---------------------------------------------------------------------------------


def _dissolves(times: Floats, signatures: Signatures) -> Iterator[_Candidate]:
    if times[-1] - times[0] > _STEP_S * _MOST_STEPS_PER_FRAME * len(times):
        return  # a slide show: what changes between two frames was never shown
    at_s = np.arange(times[0], times[-1], _STEP_S)
    places = np.searchsorted(times, at_s + 1e-6, side="right") - 1
    coarse = _halved(signatures[places])
    for half in _HALF_STEPS:
        yield from _gradual_changes(at_s, coarse, half)


def _halved(signatures: Signatures) -> _Coarse:
    """Return the means of 2 x 2 cells, shape ``(n, 3, 144)``."""
    cells = signatures.astype(np.uint16)
    pairs = cells[:, :, ::2] + cells[:, :, 1::2]
    sums = pairs[..., ::2] + pairs[..., 1::2]
    return sums.reshape(len(signatures), COMPONENTS, -1).astype(np.float32) / np.float32(4)


def _gradual_changes(at_s: Floats, coarse: _Coarse, half: int) -> Iterator[_Candidate]:
    changes = np.abs(coarse[2 * half :] - coarse[: -2 * half]).mean(axis=(1, 2))
    is_dull = _dips(coarse[:, 0], half) < _LARGEST_DIP
    for place in np.flatnonzero((changes >= _SMALLEST_DISSOLVE) & is_dull):
        run = coarse[place : place + 2 * half + 1]
        bend = _bend(run) / float(changes[place])
        if bend < _STRAIGHT and _stands_out(changes, int(place)) and _becomes_another(run[0], run[-1]):
            boundary = Boundary(float(at_s[place + half]), half * _STEP_S)
            yield _Candidate(boundary, float(changes[place]) * (_STRAIGHT - bend))


def _stands_out(changes: _Coarse, place: int) -> bool:
    """Return whether more changes here than in the calmest third of the time around; a pan goes on and on."""
    around = changes[max(0, place - _AROUND_STEPS) : place + _AROUND_STEPS + 1]
    return bool(changes[place] >= _SMALLEST_PEAK * np.quantile(around, _CALM_SHARE))


def _dips(luma: _Coarse, half: int) -> _Coarse:
    """Return the contrast halfway as a share of that at the ends: a mixture of two pictures is duller."""
    contrast = luma.var(axis=1)
    ends = contrast[: -2 * half] + contrast[2 * half :]
    dips: _Coarse = np.sqrt(2 * contrast[half:-half] / np.maximum(ends, 1.0))
    return dips


def _bend(run: _Coarse) -> float:
    """Return how far the pictures at a quarter, half and three quarters are from the straight line."""
    last = len(run) - 1
    quarters = [last // 4, last // 2, last - last // 4]
    line = [run[0] + (run[-1] - run[0]) * (place / last) for place in quarters]
    return max(float(np.abs(run[place] - mix).mean()) for place, mix in zip(quarters, line, strict=True))


def _becomes_another(before: _Coarse, after: _Coarse) -> bool:
    """Return whether two pictures differ all over, and in more than their light."""
    before, after = (one - one.mean(axis=1, keepdims=True) for one in (before, after))
    spread = float(before[0].std()), float(after[0].std())
    if min(spread) < _FLAT:  # nothing to dissolve from or into: a fade
        return False
    likeness = float(np.mean(before[0] * after[0])) / (spread[0] * spread[1])
    apart = np.abs(after - before)
    is_all_over = np.mean(apart[0] > _CELL_CHANGED) > _MOST_CELLS and apart.mean() >= _SMALLEST_DISSOLVE
    return bool(likeness < _SAME_PATTERN and is_all_over)


# --- fades -------------------------------------------------------------------------------------


def _fades(times: Floats, signatures: Signatures) -> list[Boundary]:
    luma = signatures[:, 0].reshape(len(signatures), -1)
    flat = luma.max(axis=1) - luma.min(axis=1) < _WIDEST_FLAT  # most are not, and this is soon known
    flat[flat] = luma[flat].std(axis=1) < _FLAT
    edges = np.flatnonzero(np.diff(flat, prepend=False, append=False))
    return [
        boundary
        for first, last in zip(edges[::2], edges[1::2], strict=True)
        for boundary in _fade(times, signatures, int(first), int(last))
    ]


def _fade(times: Floats, signatures: Signatures, first: int, last: int) -> list[Boundary]:
    """Return the boundaries a run of flat pictures ``[first, last)`` makes, if any."""
    is_open = first == 0, last == len(times)
    start_s, end_s = float(times[first]), float(times[min(last, len(times) - 1)])
    half_s = (end_s - start_s) / 2
    if end_s - start_s >= _OWN_SHOT_S:
        ends = zip((start_s, end_s), is_open, strict=True)
        return [Boundary(at_s) for at_s, is_cut_off in ends if not is_cut_off]
    if any(is_open) or _returns(times, signatures, first, last):
        return []
    return [Boundary(start_s + half_s, half_s)]


def _returns(times: Floats, signatures: Signatures, first: int, last: int) -> bool:
    """Return whether the picture after a flat run is the one before it, which makes the run a flash."""
    before = signatures[max(0, np.searchsorted(times, times[first] - _AROUND_S) - 1)]
    after = signatures[min(len(times) - 1, np.searchsorted(times, times[last] + _AROUND_S))]
    return bool(np.abs(before.astype(np.int16) - after).mean() < _SMALLEST_DISSOLVE / 2)
