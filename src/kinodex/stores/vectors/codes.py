"""
Vectors as one byte a dimension, to look through all of them quickly.

Each vector has a scale of its own, its largest value / 127: what a video adds changes nothing of what is
there, and nothing has to be learned from the data first, as a scale for each dimension would ask for.
The products of bytes are whole numbers, added up without loss by SimSIMD, in twice the
time it takes to read them.
"""

from dataclasses import dataclass

import numpy as np
import simsimd

from kinodex.domain.arrays import AnyArray, Vectors

LARGEST = 127


@dataclass(frozen=True, slots=True)
class Codes:
    """
    Vectors, rounded.

    ``values`` is ``int8``, shape ``(n, dimensions)``, C-contiguous; ``scales`` is ``float32``, shape
    ``(n,)``: a vector is nearly its values times its scale. ``rounding`` is the length of the largest
    difference between a vector and that.
    """

    values: AnyArray
    scales: AnyArray
    rounding: float

    @classmethod
    def of(cls, vectors: Vectors) -> "Codes":
        """Round vectors, ``float32`` of shape ``(n, dimensions)``."""
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        scales = np.where(largest > 0, largest / LARGEST, 1.0).astype(np.float32)
        rounded = np.rint(vectors / scales[:, None])
        differences = vectors - rounded * scales[:, None]
        lengths = np.sqrt(np.einsum("ij,ij->i", differences, differences))
        return cls(rounded.astype(np.int8), scales, float(lengths.max(initial=0.0)))

    @property
    def size_bytes(self) -> int:
        """How much memory they take."""
        return self.values.nbytes + self.scales.nbytes


def write_products(query: AnyArray, values: AnyArray, out: AnyArray) -> None:
    """
    Write the product of one query with each vector.

    Args:
        query: ``int8``, shape ``(1, dimensions)``.
        values: ``int8``, shape ``(n, dimensions)``, n >= 1.
        out: ``float32``, shape ``(1, n)``, written to.
    """
    # Its own parameter ``out`` takes a reference to None it does not own, until the interpreter ends.
    out[:] = np.asarray(simsimd.cdist(query, values, metric="dot", out_dtype="float32"))


def doubt(query: Codes, rounding: float) -> float:
    """
    Return how far the product of codes may be from that of the vectors, six standard deviations.

    Rounding errors have no direction of their own: of their length, one in the root of the number of
    dimensions falls along the other vector, which has the length 1.
    """
    return float(6 * np.hypot(query.rounding, rounding) / np.sqrt(query.values.shape[1]))
