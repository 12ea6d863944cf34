"""
From probabilities to stretches of speech: cut at silence, never much longer than 15 s.

Pure functions over windows of 32 ms. A long track is cut in pieces: what is certain is handed out, the
rest is looked at again together with what follows, and the outcome is the same as in one go.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, starmap

import numpy as np
from numpy.typing import NDArray

from kinodex.engines.silero import WINDOW_S

Probabilities = NDArray[np.float32]
"""Probability of speech, one number a window."""

Loudness = NDArray[np.float32]
"""Root mean square of the samples, one number a window."""

_BEGINS_AT = 0.5
_GOES_ON_AT = 0.35  # lower than the beginning, so that a soft syllable does not end a sentence
_LONGEST = round(15.0 / WINDOW_S)
_SHORTEST = round(0.25 / WINDOW_S)  # clicks and coughs are shorter than words
_SILENCE = round(1.0 / WINDOW_S)  # shorter pauses stay inside: words are recognised better in context
_MARGIN = round(0.2 / WINDOW_S)  # the gate hears a voice late and leaves it early
_CALM = 5  # windows: the gap between two words


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech in the windows ``[start, end)``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """
    What one look at the probabilities gives.

    Attributes:
        stretches: In order, apart; whatever follows will not change them.
        keep_from: First window to be looked at again together with what follows.
        is_open: Whether window ``keep_from`` goes on with speech that was cut there for its length.
    """

    stretches: tuple[Stretch, ...]
    keep_from: int
    is_open: bool


def find_stretches(probabilities: Probabilities, loudness: Loudness, *, is_open: bool, is_end: bool) -> Found:
    """
    Return the stretches of speech that are certain.

    Args:
        probabilities: From where the look before said to keep.
        loudness: Of the same windows; a stretch that is too long is cut where it is low.
        is_open: What the look before said; ``False`` at first.
        is_end: Whether nothing follows.
    """
    count = len(probabilities)
    stretches: list[Stretch] = []
    for run, is_closed in _runs(probabilities, is_open=is_open):
        goes_on = is_open and run.start == 0
        begin = run.start if goes_on else max(0, run.start - _MARGIN)
        cuts = _cuts(run, probabilities, loudness)
        if not (is_closed or is_end):
            bounds = [begin, *cuts]
            stretches.extend(_between(bounds))
            return Found(tuple(stretches), bounds[-1], is_open=goes_on or bool(cuts))
        if goes_on or run.end - run.start >= _SHORTEST:
            stretches.extend(_between([begin, *cuts, min(count, run.end + _MARGIN)]))
    return Found(tuple(stretches), count if is_end else max(0, count - _MARGIN), is_open=False)


def _between(bounds: list[int]) -> Iterator[Stretch]:
    return starmap(Stretch, pairwise(bounds))


def _runs(probabilities: Probabilities, *, is_open: bool) -> Iterator[tuple[Stretch, bool]]:
    """Yield speech between silences, and whether the silence after it is long enough to be sure."""
    start, end = (0, 0) if is_open else (None, 0)
    for place, probability in enumerate(probabilities.tolist()):
        if probability >= (_BEGINS_AT if start is None else _GOES_ON_AT):
            start, end = (place if start is None else start), place + 1
        elif start is not None and place - end >= _SILENCE:
            yield Stretch(start, end), True
            start = None
    if start is not None:
        yield Stretch(start, end), False


def _cuts(run: Stretch, probabilities: Probabilities, loudness: Loudness) -> list[int]:
    """Return where to cut a run that is too long: in the calmest place of each part's second half."""
    cuts: list[int] = []
    start = run.start
    while run.end - start > _LONGEST:
        low, high = start + _LONGEST // 2, start + _LONGEST
        start = low + calmest(probabilities[low:high], loudness[low:high])
        cuts.append(start)
    return cuts


def calmest(probabilities: Probabilities, loudness: Loudness) -> int:
    """
    Return the window around which there is least speech and least sound.

    Both count alike: a breath is no speech and yet heard, a pause under music is not quiet.
    """
    unrest = probabilities + loudness / max(float(loudness.max()), 1e-9)
    kernel = np.ones(_CALM) / _CALM
    smooth = np.convolve(np.pad(unrest, _CALM // 2, mode="edge"), kernel, mode="valid")
    return int(smooth.argmin())
