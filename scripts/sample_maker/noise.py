"""Smooth noise, the grain of clouds, stone, wood and grass."""

import numpy as np
import numpy.typing as npt

from sample_maker.arrays import Array

_STRIDES = np.array([374761393, 668265263, 2147483647])


def noise(points: Array, *, seed: int = 0) -> Array:
    """Return value noise from -1 to 1; points of any dimension up to 3, one bump per unit of length."""
    cell = np.floor(points).astype(np.int64)
    part = points - cell
    part = part * part * (3 - 2 * part)
    total = np.zeros(len(points), dtype=np.float32)
    for corner in range(2 ** points.shape[1]):
        bits = np.array([(corner >> axis) & 1 for axis in range(points.shape[1])])
        total += np.where(bits, part, 1 - part).prod(axis=1) * _scatter(cell + bits, seed)
    return total


def clouds(points: Array, *, octaves: int = 5, seed: int = 0) -> Array:
    """Return noise of several sizes laid over one another, about -1 to 1."""
    layers = (noise(points * 2**each, seed=seed + each) * 0.5**each for each in range(octaves))
    total: Array = sum(layers, np.zeros(len(points), dtype=np.float32)) / 1.6
    return total


def _scatter(cells: npt.NDArray[np.int64], seed: int) -> Array:
    """Return a number from -1 to 1 for each cell, without any order."""
    mixed = (cells * _STRIDES[: cells.shape[1]]).sum(axis=1) + seed * 144665
    mixed = (mixed ^ (mixed >> 13)) * 1274126177 & 0x7FFFFFFF
    return ((mixed ^ (mixed >> 16)) & 0xFFFF).astype(np.float32) / 32767.5 - 1
