"""How far a mean of so few queries may be off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import AnyArray

DRAWS = 2_000
SEED = 1
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``count`` queries and the interval it lies in with 95 % confidence."""

    mean: float
    low: float
    high: float
    count: int


def estimate(values: Sequence[float] | AnyArray, *, seed: int = SEED) -> Estimate:
    """
    Return the mean of values and its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Args:
        values: One a query, at least one.
        seed: The same seed and values give the same interval.
    """
    there = np.asarray(values, dtype=np.float64)
    if not len(there):
        raise ValueError("there are no values to take the mean of")
    random = np.random.Generator(np.random.PCG64(seed))
    places = random.integers(0, len(there), size=(DRAWS, len(there)))
    low, high = np.quantile(there[places].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(there.mean()), float(low), float(high), len(there))
