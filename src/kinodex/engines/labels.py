"""The names of the things the picture classifier knows, and their sentence vectors."""

from typing import NamedTuple

import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.engines import registry
from kinodex.engines.conse import unit
from kinodex.engines.protocols import SentenceEmbedder

_BATCH = 32


class Label(NamedTuple):
    """One of the 1,000 ImageNet classes: its everyday name, and in a few words what it is."""

    name: str
    definition: str


def read_labels() -> tuple[Label, ...]:
    """Return the labels in the order of the classifier's outputs."""
    lines = registry.read_labels().decode().splitlines()
    return tuple(Label(*line.split(": ", 1)) for line in lines)


def embed_labels(sentences: SentenceEmbedder) -> Vectors:
    """
    Return a vector for each label: the mean of "name" and "name: definition".

    The definition carries the words people search with ("taxi": a car, a city); the name alone stays
    closest to the bare word. Together they found more than either (AUC .89 against .84 and .88).

    Returns:
        ``float32``, shape ``(1000, 384)``, rows of length 1.
    """
    labels = read_labels()
    names = [label.name for label in labels]
    defined = [f"{label.name}: {label.definition}" for label in labels]
    return unit(_embed(sentences, names) + _embed(sentences, defined))


def _embed(sentences: SentenceEmbedder, texts: list[str]) -> Vectors:
    starts = range(0, len(texts), _BATCH)
    return np.concatenate([sentences.embed_sentences(texts[start : start + _BATCH]) for start in starts])
