"""Shapes by their distance; lengths in metres, x to the right, y up, z away from the viewer."""

from collections.abc import Sequence

import numpy as np

from sample_maker.arrays import Array, Distance


def sphere(centre: Array, radius_m: float) -> Distance:
    """Return a ball."""
    return lambda points: np.linalg.norm(points - centre, axis=1) - radius_m


def box(centre: Array, half: Array, *, round_m: float = 0.0) -> Distance:
    """Return a box from its half sides, with rounded edges."""

    def distance(points: Array) -> Array:
        return _inside_all(np.abs(points - centre) - half + round_m) - round_m

    return distance


def column(foot: Array, height_m: float, *, low_m: float, high_m: float) -> Distance:
    """Return an upright round column whose radius goes from ``low_m`` to ``high_m``."""

    def distance(points: Array) -> Array:
        place = points - foot
        radius = low_m + (high_m - low_m) * np.clip(place[:, 1] / height_m, 0, 1)
        sideways = np.hypot(place[:, 0], place[:, 2]) - radius
        upright = np.abs(place[:, 1] - height_m / 2) - height_m / 2
        return _inside_all(np.stack([sideways, upright], axis=1)) * 0.95

    return distance


def disc(centre: Array, radius_m: float, *, depth_m: float) -> Distance:
    """Return a flat round box that faces the viewer."""

    def distance(points: Array) -> Array:
        place = points - centre
        around = np.hypot(place[:, 0], place[:, 1]) - radius_m
        return _inside_all(np.stack([around, np.abs(place[:, 2]) - depth_m], axis=1))

    return distance


def ring(centre: Array, radius_m: float, *, thick_m: float) -> Distance:
    """Return a torus that faces the viewer."""

    def distance(points: Array) -> Array:
        place = points - centre
        return np.hypot(np.hypot(place[:, 0], place[:, 1]) - radius_m, place[:, 2]) - thick_m

    return distance


def cord(start: Array, end: Array, *, thick_m: float) -> Distance:
    """Return a straight cord."""
    way = end - start

    def distance(points: Array) -> Array:
        share = np.clip((points - start) @ way / (way @ way), 0, 1)[:, None]
        return np.linalg.norm(points - start - share * way, axis=1) - thick_m

    return distance


def around(axis: Array, count: int, *, shape: Distance) -> Distance:
    """Return ``count`` copies of a shape (which stands right of the axis) around an upright axis."""
    step = 2 * np.pi / count

    def distance(points: Array) -> Array:
        place = points - axis
        angle = (np.arctan2(place[:, 2], place[:, 0]) + step / 2) % step - step / 2
        radius = np.hypot(place[:, 0], place[:, 2])
        folded = np.stack([radius * np.cos(angle), place[:, 1], radius * np.sin(angle)], axis=1)
        return shape(folded + axis)

    return distance


def union(shapes: Sequence[Distance]) -> Distance:
    """Return several shapes as one."""
    return lambda points: np.minimum.reduce([shape(points) for shape in shapes])


def floor(height_m: float) -> Distance:
    """Return everything below a height."""
    return lambda points: points[:, 1] - height_m


def rough(shape: Distance, bumps: Distance, *, height_m: float) -> Distance:
    """Return a shape with bumps on it; they are worked out only where they are near."""

    def distance(points: Array) -> Array:
        gap = shape(points)
        is_near = gap < 2 * height_m
        gap[is_near] -= bumps(points[is_near])
        gap[~is_near] -= height_m
        return gap

    return distance


def _inside_all(beyond: Array) -> Array:
    """Return the distance to what lies within bounds, from how far each is overstepped, shape (n, k)."""
    outside: Array = np.linalg.norm(np.maximum(beyond, 0), axis=1) + np.minimum(beyond.max(axis=1), 0)
    return outside
