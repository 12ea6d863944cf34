"""
Engines: one machine-learning model each, behind a protocol that is the whole contract.

Engines are synchronous and dumb: no threads, no batching, no retries, no stores; ``executor.py`` is
their only caller. Constructors are cheap; weights are loaded by ``warm_up`` or at first use.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kinodex.domain.arrays import Frame, Sound, Vectors
from kinodex.domain.spaces import Calibration, Space
from kinodex.domain.timeline import ScreenText, Span, Utterance


class Engine(Protocol):
    """What every engine has."""

    @property
    def name(self) -> str:
        """Stable name, e.g. ``"moonshine-tiny-en"``: in answers, logs, metrics and stored rows."""
        ...

    def warm_up(self) -> None:
        """
        Load the weights. Calling again does nothing.

        Raises:
            EngineNotReady: If files are missing; the message holds the command that brings them.
        """
        ...


class SentenceEmbedder(Engine, Protocol):
    """Puts sentences into a space where near means alike."""

    @property
    def space(self) -> Space:
        """The space of its vectors."""
        ...

    @property
    def calibration(self) -> Calibration:
        """Turns the cosine of a query and a spoken or written line into a probability of a match."""
        ...

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        """
        Embed sentences.

        Returns:
            ``float32``, shape ``(len(sentences), space.dimensions)``, rows of length 1.

        Raises:
            EngineFailed: If the model fails. Safe to call again.
        """
        ...


@dataclass(frozen=True, slots=True)
class FrameVectors:
    """
    Vectors of some pictures.

    ``meaning`` has shape ``(n, views, d)``: several views (crops) of each picture, to be compared with
    words. ``appearance`` has shape ``(n, d2)``, to be compared with other pictures. Rows of length 1.
    """

    meaning: Vectors
    appearance: Vectors


@dataclass(frozen=True, slots=True)
class VisualAbilities:
    """
    What people should know of a visual engine.

    Attributes:
        finds: What words find, in words.
        does_not_find: What they do not.
        languages: ISO 639-1 codes of the languages of the words; empty where nobody has said.
        is_calibrated: Whether its probabilities were fitted to it, not assumed of its kind.
    """

    finds: str
    does_not_find: tuple[str, ...]
    languages: tuple[str, ...]
    is_calibrated: bool = True


class VisualEmbedder(Engine, Protocol):
    """Puts pictures where words can find them, and where other pictures can find them."""

    @property
    def abilities(self) -> VisualAbilities:
        """What it is good for; known without loading anything."""
        ...

    @property
    def meaning_space(self) -> Space:
        """The space words and pictures share."""
        ...

    @property
    def appearance_space(self) -> Space:
        """The space pictures share with pictures; may be the same."""
        ...

    @property
    def meaning_calibration(self) -> Calibration:
        """For the cosine of words and the best view of a picture."""
        ...

    @property
    def appearance_calibration(self) -> Calibration:
        """For the cosine of two pictures."""
        ...

    def embed_frames(self, frames: Sequence[Frame]) -> FrameVectors:
        """
        Embed pictures of any size, at least one.

        Raises:
            EngineFailed: If the model fails. Safe to call again.
        """
        ...

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Embed descriptions into the meaning space; shape ``(len(texts), d)``, rows of length 1."""
        ...


ReadSound = Callable[[float, float], Sound]
"""``(start_s, end_s)`` to mono 16 kHz sound; lets an engine read a long track piece by piece."""


class SpeechRecognizer(Engine, Protocol):
    """Writes down what is said."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes it understands."""
        ...

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterable[Utterance]:
        """
        Yield utterances in order, as they are recognised; nothing where nobody speaks.

        Args:
            read: Gives the sound between two times.
            duration_s: Length of the track.

        Raises:
            EngineFailed: If the model fails. Safe to call again.
        """
        ...


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """A picture and the time it stands for: until the next sampled one, or the end of its shot."""

    span: Span
    shot: int
    picture: Frame


class ScreenTextReader(Engine, Protocol):
    """Reads what is written in the picture."""

    def read(self, frames: Iterable[TimedFrame]) -> Iterable[ScreenText]:
        """
        Yield lines once they have left the screen, or at the end; the same line on following frames is one.

        Frames come in order and are consumed one at a time, so memory does not grow with the video.

        Raises:
            EngineFailed: If the model fails. Safe to call again.
        """
        ...
