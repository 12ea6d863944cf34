"""
Pictures where words can find them, without a model that was trained on both.

ConSE (Norouzi et al. 2014, "Zero-shot learning by convex combination of semantic embeddings"): a
picture stands at the mean of the sentence vectors of the things a classifier sees in it, weighted by their
probabilities. What is not among the 1,000 kinds of ImageNet is found by what it resembles, or not at all.

Two additions. A direction all labels share (they are all names of things) tells nothing and is taken out
of labels and queries. And a picture in which the classifier is unsure, which scatters its mean close to the
origin, must not be blown up to length 1 as if it were sure: the rest of its length goes into the direction
taken out, where queries have nothing. The cosine with a query is then ``sqrt(r) cos`` with ``r`` the length
of the mean; on plain grounds, noise and blurred colours it stays below a third of what objects reach.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinodex.domain.arrays import AnyArray, Frame, Vectors
from kinodex.domain.errors import EngineNotReady
from kinodex.domain.spaces import Calibration, Space
from kinodex.engines import registry
from kinodex.engines.lite0_onnx import CLASSES, FEATURES, Lite0Classifier
from kinodex.engines.minilm_onnx import DIMENSIONS, MiniLmSentences, sentence_space
from kinodex.engines.protocols import FrameVectors, VisualAbilities
from kinodex.engines.weights import CURE, model_file

NAME = "conse-lite0"

# Both fitted by benchmarks/fit_calibrations.py on 14 public clips: 50 queries for what they show, 104 for
# what none of them shows, grounds without content; changed copies of their frames.
WORDS_CALIBRATION = Calibration(slope=27.3, offset=-5.1)
"""Of the true pairs 76 % get .25, 59 % .5, 39 % .75; of the others 4 %, 2 % and 1 %."""

PICTURES_CALIBRATION = Calibration(slope=30.0, offset=-19.0)
"""Of changed copies 99 % get .5, of other clips 1 %."""


class ConseVisual:
    """
    Embeds pictures among words through EfficientNet-Lite0 and MiniLM; English.

    ``meaning`` has three views a picture; ``appearance`` is the mean of their pooled features.
    """

    name = NAME
    abilities = VisualAbilities(
        finds="about 1,000 kinds of things: objects, animals, food, vehicles, rooms, screens",
        does_not_find=("actions", "named people", "sounds"),
        languages=("en",),
    )
    meaning_calibration = WORDS_CALIBRATION
    appearance_calibration = PICTURES_CALIBRATION

    def __init__(self, models: Path, *, threads: int, sentences: MiniLmSentences) -> None:
        recipe = registry.recipe()
        meaning = hashlib.sha256(f"{recipe} {sentence_space().build} meaning".encode()).hexdigest()[:16]
        appearance = hashlib.sha256(f"{recipe} appearance".encode()).hexdigest()[:16]
        self.meaning_space = Space(NAME, meaning, DIMENSIONS)
        self.appearance_space = Space("lite0-features", appearance, FEATURES)
        self._models = models
        self._sentences = sentences
        self._classifier = Lite0Classifier(models, threads=threads, engine=NAME)
        self._labels: Labels | None = None

    def warm_up(self) -> None:
        """Load the weights. Raises EngineNotReady as the protocol says."""
        self._sentences.warm_up()
        self._classifier.load()
        self._load_labels()

    def embed_frames(self, frames: Sequence[Frame]) -> FrameVectors:
        """Return the vectors of at least one picture, as the protocol says."""
        seen = self._classifier.look(frames)
        return FrameVectors(
            meaning=self._load_labels().place(seen.probabilities), appearance=unit(seen.features.mean(axis=1))
        )

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Return descriptions in the meaning space, as the protocol says; shape (0, 384) for none."""
        return self._load_labels().without_common(self._sentences.embed_sentences(texts))

    def _load_labels(self) -> "Labels":
        if self._labels is None:
            path = model_file(self._models, registry.LABEL_VECTORS, engine=NAME)
            try:
                self._labels = Labels(np.load(path, allow_pickle=False))
            except ValueError as error:
                raise EngineNotReady(NAME, f"{registry.LABEL_VECTORS} cannot be read; {CURE}") from error
        return self._labels


class Labels:
    """
    The places of the 1,000 labels, and what they share.

    Args:
        vectors: Sentence vectors of the labels, shape (1000, 384), rows of length 1.
    """

    def __init__(self, vectors: Vectors) -> None:
        if vectors.shape != (CLASSES, DIMENSIONS):
            raise ValueError(f"label vectors have the shape {vectors.shape}")
        self._common: AnyArray = unit(vectors.mean(axis=0))
        self._places = self.without_common(vectors)

    def without_common(self, vectors: Vectors) -> Vectors:
        """Return vectors of length 1 with nothing left in the direction all labels share."""
        return unit(vectors - np.outer(vectors @ self._common, self._common))

    def place(self, probabilities: AnyArray) -> Vectors:
        """
        Return where pictures stand.

        Args:
            probabilities: Of the labels, shape ``(…, 1000)``, rows of sum 1.

        Returns:
            ``float32``, shape ``(…, 384)``, rows of length 1.
        """
        means = probabilities @ self._places
        length = np.linalg.norm(means, axis=-1, keepdims=True)
        certain = means / np.sqrt(np.maximum(length, _TINY))
        return unit(certain + np.sqrt(np.maximum(0.0, 1.0 - length)) * self._common)


_TINY = 1e-12


def unit(vectors: AnyArray) -> Vectors:
    """Return the rows brought to length 1, as ``float32``."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.maximum(length, _TINY)).astype(np.float32)
    return result
