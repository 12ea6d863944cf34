"""Engines that need no weights: quick, deterministic, and right about things simple enough to check."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from kinodex.domain.arrays import AnyArray, Frame, Vectors
from kinodex.domain.spaces import Calibration, Space
from kinodex.domain.timeline import ScreenText, Utterance
from kinodex.engines.protocols import FrameVectors, ReadSound, TimedFrame, VisualAbilities

COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "red": (200, 0, 0),
    "green": (0, 160, 0),
    "blue": (0, 0, 200),
    "yellow": (230, 220, 0),
    "orange": (255, 140, 0),
    "purple": (128, 0, 128),
    "cyan": (0, 200, 200),
}
"""What FakeVisual tells apart: the name and its RGB."""

_WORDS_DIMENSIONS = 64
_OTHER_DIMENSIONS = 16
_SIDE = 8
_CLEAR = Calibration(slope=12.0, offset=-6.0)
"""A cosine of one half is even odds."""


class FakeSentences:
    """Sentences are near when they share words: the sum of one fixed direction a word."""

    name = "fake-sentences"
    calibration = _CLEAR

    def __init__(self) -> None:
        self.space = Space(self.name, "0" * 16, _WORDS_DIMENSIONS)

    def warm_up(self) -> None:
        """There is nothing to load."""

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        """Return one row a sentence; the same sentence gives the same row everywhere."""
        return _rows([_word_sum(sentence) for sentence in sentences], dimensions=_WORDS_DIMENSIONS)


class FakeVisual:
    """
    Knows pictures by the name of their mean colour; two views, the left half and the right one.

    Words that name no colour are near nothing. Appearance is the picture itself, shrunk to 8x8.
    """

    name = "fake-colours"
    abilities = VisualAbilities("ten colours", ("everything else",), ("en",))
    meaning_calibration = _CLEAR
    appearance_calibration = Calibration(slope=60.0, offset=-57.0)

    def __init__(self) -> None:
        self.meaning_space = Space(self.name, "0" * 16, len(COLOURS) + _OTHER_DIMENSIONS)
        self.appearance_space = Space("fake-thumbnails", "0" * 16, _SIDE * _SIDE * 3 + 1)

    def warm_up(self) -> None:
        """There is nothing to load."""

    def embed_frames(self, frames: Sequence[Frame]) -> FrameVectors:
        """Return the vectors of at least one picture."""
        halves = [np.array_split(frame, 2, axis=1) for frame in frames]
        meaning = np.array([[_colour_row(half) for half in pair] for pair in halves], dtype=np.float32)
        return FrameVectors(
            meaning=meaning,
            appearance=_rows(
                [_thumbnail(frame) for frame in frames], dimensions=self.appearance_space.dimensions
            ),
        )

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text: the sum of the colours it names."""
        return _rows([_colours_named(text) for text in texts], dimensions=self.meaning_space.dimensions)


class FakeSpeech:
    """Hears the utterances it was given, as far as the track lasts."""

    name = "fake-speech"

    def __init__(self, utterances: Iterable[Utterance] = (), *, languages: tuple[str, ...] = ("en",)) -> None:
        self.languages = languages
        self._utterances = tuple(utterances)

    def warm_up(self) -> None:
        """There is nothing to load."""

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterator[Utterance]:
        """Read the sound under each utterance, as a real engine would, and yield the utterance."""
        for utterance in self._utterances:
            if utterance.span.start_s >= duration_s:
                return
            read(utterance.span.start_s, min(utterance.span.end_s, duration_s))
            yield utterance


class FakeScreenText:
    """Reads the lines it was given, as far as pictures come while they stand."""

    name = "fake-screen-text"

    def __init__(self, lines: Iterable[ScreenText] = ()) -> None:
        self._lines = tuple(lines)

    def warm_up(self) -> None:
        """There is nothing to load."""

    def read(self, frames: Iterable[TimedFrame]) -> Iterator[ScreenText]:
        """Look at each picture once, and yield each line at the first picture it stands in."""
        waiting = list(self._lines)
        for frame in frames:
            standing = [line for line in waiting if line.span.overlaps(frame.span)]
            waiting = [line for line in waiting if line not in standing]
            yield from standing


def _word_sum(sentence: str) -> AnyArray:
    words = re.findall(r"\w+", sentence.lower()) or [sentence]
    total: AnyArray = np.sum([_direction(word, _WORDS_DIMENSIONS) for word in words], axis=0)
    return total


def _direction(content: str, dimensions: int) -> AnyArray:
    """Return a direction of length 1 that depends on the text and on nothing else."""
    seed = int.from_bytes(hashlib.sha256(content.encode()).digest()[:8], "little")
    direction: AnyArray = np.random.default_rng(seed).standard_normal(dimensions)
    direction /= np.linalg.norm(direction)
    return direction


def _colours_named(text: str) -> AnyArray:
    words = set(re.findall(r"\w+", text.lower()))
    named = np.array([colour in words for colour in COLOURS], dtype=np.float64)
    if named.any():
        return np.concatenate([named, np.zeros(_OTHER_DIMENSIONS)])
    return np.concatenate([named, _direction(text, _OTHER_DIMENSIONS)])


def _colour_row(picture: Frame) -> AnyArray:
    mean = picture.reshape(-1, 3).mean(axis=0)
    distances = np.linalg.norm(np.array(list(COLOURS.values())) - mean, axis=1)
    row = np.zeros(len(COLOURS) + _OTHER_DIMENSIONS, dtype=np.float32)
    row[int(distances.argmin())] = 1.0
    return row


def _thumbnail(picture: Frame) -> AnyArray:
    rows = np.linspace(0, picture.shape[0] - 1, _SIDE).round().astype(int)
    columns = np.linspace(0, picture.shape[1] - 1, _SIDE).round().astype(int)
    small = picture[np.ix_(rows, columns)].astype(np.float64) / 255 - 0.5
    return np.append(small.ravel(), 1.0)  # so that a grey picture has a direction too


def _rows(vectors: list[AnyArray], *, dimensions: int) -> Vectors:
    if not vectors:
        return np.empty((0, dimensions), dtype=np.float32)
    stacked = np.stack(vectors)
    result: Vectors = (stacked / np.linalg.norm(stacked, axis=1, keepdims=True)).astype(np.float32)
    return result
