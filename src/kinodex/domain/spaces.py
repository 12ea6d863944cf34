"""Spaces: what makes two vectors comparable, and how a similarity becomes a probability."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Space:
    """
    The identity of a vector space, stored beside every vector.

    Attributes:
        engine: Name of the engine that makes the vectors.
        build: First 16 hex digits of a SHA-256 over weights, tokenizer and preprocessing.
        dimensions: Length of each vector.
    """

    engine: str
    build: str
    dimensions: int

    @property
    def id(self) -> str:
        """The space in one word, as stored."""
        return f"{self.engine}:{self.build}:{self.dimensions}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    Turns a raw similarity into the probability of a match: ``sigmoid(slope * s + offset)``.

    Platt scaling (J. Platt, "Probabilistic outputs for support vector machines", 1999).
    """

    slope: float
    offset: float

    def probability(self, similarity: float) -> float:
        """Return the probability in (0, 1) that belongs to a similarity."""
        z = self.slope * similarity + self.offset
        if z >= 0:
            return 1.0 / (1.0 + math.exp(-z))
        power = math.exp(z)
        return power / (1.0 + power)
