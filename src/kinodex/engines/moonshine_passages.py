"""A track of any length as passages of speech, read piece by piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import Sound
from kinodex.engines import silero
from kinodex.engines.protocols import ReadSound
from kinodex.engines.silero import SAMPLE_RATE_HZ, WINDOW, WINDOW_S, GateState
from kinodex.engines.silero_stretches import Loudness, Probabilities, Stretch, find_stretches

Judge = Callable[[Sound, GateState], tuple[Probabilities, GateState]]
"""Tells how probable speech is in each window of a sound; ``SileroGate.probabilities`` is one."""

_PIECE_S = 32  # whole seconds and whole windows, so that no time is ever rounded


@dataclass(frozen=True, slots=True)
class Passage:
    """
    Sound in which somebody speaks, about 15 s at most.

    Attributes:
        start_s: When it begins.
        sound: Its samples.
        probabilities: Of speech, one for each 32 ms of it.
    """

    start_s: float
    sound: Sound
    probabilities: Probabilities


@dataclass(frozen=True, slots=True)
class _Kept:
    """The part of the track in hand: samples in whole windows, and what was measured of each."""

    first: int
    sound: Sound
    probabilities: Probabilities
    loudness: Loudness

    def then(self, sound: Sound, probabilities: Probabilities) -> "_Kept":
        loudness = np.sqrt((sound.reshape(-1, WINDOW) ** 2).mean(axis=1))
        return _Kept(
            self.first,
            np.concatenate([self.sound, sound]),
            np.concatenate([self.probabilities, probabilities]),
            np.concatenate([self.loudness, loudness]),
        )

    def without(self, windows: int) -> "_Kept":
        return _Kept(
            self.first + windows,
            self.sound[windows * WINDOW :],
            self.probabilities[windows:],
            self.loudness[windows:],
        )

    def passage(self, stretch: Stretch) -> Passage:
        return Passage(
            (self.first + stretch.start) * WINDOW_S,
            self.sound[stretch.start * WINDOW : stretch.end * WINDOW],
            self.probabilities[stretch.start : stretch.end],
        )


def read_passages(read: ReadSound, duration_s: float, *, judge: Judge) -> Iterator[Passage]:
    """
    Yield the passages of a track in order, none overlapping another.

    Holds about a minute of sound, however long the track.

    Args:
        read: Gives the sound between two times.
        duration_s: Length of the track.
        judge: Tells speech from the rest.

    Raises:
        EngineFailed: If the judge fails.
    """
    empty = np.zeros(0, np.float32)
    kept, state, is_open = _Kept(0, empty, empty, empty), silero.at_start(), False
    for piece, is_end in _pieces(read, duration_s):
        probabilities, state = judge(piece, state)
        kept = kept.then(piece, probabilities)
        found = find_stretches(kept.probabilities, kept.loudness, is_open=is_open, is_end=is_end)
        yield from map(kept.passage, found.stretches)
        kept, is_open = kept.without(found.keep_from), found.is_open


def _pieces(read: ReadSound, duration_s: float) -> Iterator[tuple[Sound, bool]]:
    """Yield the track in pieces and whether each is the last; what ``read`` leaves out is silence."""
    start_s = 0
    while start_s < duration_s:
        end_s = min(float(start_s + _PIECE_S), duration_s)
        is_end = end_s >= duration_s
        # Whole windows only, so that no word ends after the track does.
        samples = max(1, round((end_s - start_s) * SAMPLE_RATE_HZ) // WINDOW) * WINDOW
        piece = np.zeros(samples, np.float32)
        sound = read(float(start_s), end_s)[:samples]
        piece[: len(sound)] = sound
        yield piece, is_end
        start_s += _PIECE_S
