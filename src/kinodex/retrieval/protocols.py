"""What a search needs of the engines; the executor has it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.spaces import Calibration, Space
from kinodex.engines.protocols import FrameVectors


class QueryEngines(Protocol):
    """Turns a query into vectors of the spaces the videos lie in. Each call may raise ``EngineNotReady``."""

    @property
    def sentence_space(self) -> Space:
        """The space of spoken and written lines."""
        ...

    @property
    def meaning_space(self) -> Space:
        """The space words and pictures share."""
        ...

    @property
    def appearance_space(self) -> Space:
        """The space pictures share with pictures; may be ``meaning_space``."""
        ...

    @property
    def sentence_calibration(self) -> Calibration:
        """For the cosine of a query and a line."""
        ...

    @property
    def meaning_calibration(self) -> Calibration:
        """For the cosine of words and the best view of a picture."""
        ...

    @property
    def appearance_calibration(self) -> Calibration:
        """For the cosine of two pictures."""
        ...

    def names(self) -> Mapping[str, str]:
        """Return the engine's name for each role: ``sentences``, ``visual``, ``speech``, ``screen_text``."""
        ...

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        """Embed lines or queries; shape ``(len(sentences), d)``."""
        ...

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Embed descriptions of pictures into the meaning space; shape ``(len(texts), d)``."""
        ...

    def embed_picture(self, frame: Frame) -> FrameVectors:
        """Embed one picture; both arrays have one row for it."""
        ...
