"""The arrays of the scenes: points, directions and colours, one a row."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]

Distance: TypeAlias = Callable[[Array], Array]
"""Points, shape (n, 3), to how far they are from a solid, shape (n,); negative inside, never too large."""

Paint: TypeAlias = Callable[[Array], Array]
"""Points or directions, shape (n, 3), to colours, shape (n, 3): linear RGB from 0 to 1."""


def row(*numbers: float) -> Array:
    """Return numbers as one row that does not widen what it is mixed with."""
    return np.array(numbers, dtype=np.float32)


def unit(rows: Array) -> Array:
    """Return the rows brought to length 1."""
    scaled: Array = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return scaled


def mix(first: Array, second: Array, share: Array) -> Array:
    """Return colours between two, ``share`` (shape (n,), cut to 0 to 1) of the second."""
    return first + (second - first) * np.clip(share, 0, 1)[:, None]


def plain(red: float, green: float, blue: float) -> Paint:
    """Return a paint of one colour."""
    colour = row(red, green, blue)
    return lambda points: np.broadcast_to(colour, points.shape)
