"""
Probabilities as people and clients see them: a score of 0-100 and a word.

The scale follows the bands clients of the API know: 90 and more is high, 80 medium, 70 low.
"""

import math
from dataclasses import dataclass

from kinodex.domain.moments import Confidence

HIGH, MEDIUM, LOW = 0.75, 0.5, 0.25
"""The least probability of each band."""

_SCORE_OF_LOW = 70.0

NEUTRAL_LEVEL = 0.5
LOGITS_PER_LEVEL = 4.0
"""From one end of ``adjust_confidence_level`` to the other, a threshold moves by so many logits."""


def score_of(probability: float) -> float:
    """Return the score, 0-100, rising with the probability; 70 is where ``low`` begins."""
    score = 60.0 + 40.0 * probability if probability >= LOW else 280.0 * probability
    return round(score, 2)


def probability_of(score: float) -> float:
    """Return the probability a score, 0-100, was made from."""
    return (score - 60.0) / 40.0 if score >= _SCORE_OF_LOW else score / 280.0


@dataclass(frozen=True, slots=True)
class Bands:
    """The least probability of each word of confidence."""

    high: float = HIGH
    medium: float = MEDIUM
    low: float = LOW

    @classmethod
    def adjusted(cls, level: float) -> "Bands":
        """
        Shift the bands; scores and order stay.

        Args:
            level: In [0, 1]: above 0.5 the bands are harder to reach.
        """
        shift = LOGITS_PER_LEVEL * (level - NEUTRAL_LEVEL)
        return cls(_shifted(HIGH, shift), _shifted(MEDIUM, shift), _shifted(LOW, shift))

    def confidence(self, probability: float) -> Confidence:
        """Return the word for a probability."""
        if probability >= self.high:
            return Confidence.HIGH
        if probability >= self.medium:
            return Confidence.MEDIUM
        return Confidence.LOW if probability >= self.low else Confidence.NONE

    def least(self, threshold: str) -> float:
        """Return the probability from which on a moment passes ``high medium low none``."""
        return {"high": self.high, "medium": self.medium, "low": self.low, "none": 0.0}[threshold]


def _shifted(probability: float, logits: float) -> float:
    if logits == 0:
        return probability
    return 1.0 / (1.0 + math.exp(-math.log(probability / (1.0 - probability)) - logits))
