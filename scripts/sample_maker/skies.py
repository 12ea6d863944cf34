"""What stands behind the solids."""

import numpy as np

from sample_maker.arrays import Array, Paint, mix, row
from sample_maker.noise import clouds, noise

_CLOUD = row(0.95, 0.96, 1.0)


def day_sky(*, low: Array, high: Array, cover: float = 0.1) -> Paint:
    """Return a sky with clouds, from its colour at the horizon to its colour above."""

    def paint(rays: Array) -> Array:
        up = np.clip(rays[:, 1], 0, 1)
        blue = mix(low, high, np.clip(up * 1.8, 0, 1) ** 0.7)
        ceiling = rays[:, [0, 2]] / (np.maximum(up, 0.02)[:, None] + 0.15)
        white = np.clip((clouds(ceiling * 1.6, seed=3) + cover) * 1.8, 0, 1) * np.clip(up * 8, 0, 1)
        return mix(blue, _CLOUD, white * 0.9)

    return paint


_PALE = day_sky(low=row(0.78, 0.84, 0.9), high=row(0.3, 0.5, 0.8))


def street(rays: Array) -> Array:
    """Return houses out of focus below a pale sky."""
    x, y = rays[:, 0] / rays[:, 2], rays[:, 1] / rays[:, 2]
    house = np.stack([np.floor(x * 7), np.zeros_like(x)], axis=1)
    roof = 0.02 + 0.10 * np.floor(3 + 3 * noise(house, seed=4)) / 3
    wall = row(0.35, 0.28, 0.22) * (1 + 0.5 * noise(house + row(0, 3), seed=8)[:, None])
    is_window = (np.sin(x * 110) > 0.3) & (np.sin(y * 120) > 0.2)
    return mix(_PALE(rays), np.where(is_window[:, None], wall * 0.6, wall), _below(y, roof, sharpness=90))


def stadium(rays: Array) -> Array:
    """Return trees out of focus below a pale sky."""
    x, y = rays[:, 0] / rays[:, 2], rays[:, 1] / rays[:, 2]
    trees = row(0.2, 0.24, 0.2) * (1 + 0.25 * noise(np.stack([x, y], axis=1) * 12, seed=3)[:, None])
    return mix(_PALE(rays), trees, _below(y, 0.12 + 0.03 * np.sin(x * 5), sharpness=40))


def dark_room(rays: Array) -> Array:
    """Return a dark wall with the shine of a candle on it."""
    x, y = rays[:, 0] / rays[:, 2] + 0.02, rays[:, 1] / rays[:, 2] - 0.12
    near, far = np.exp(-(x**2 + y**2) / 0.05), np.exp(-(x**2 + y**2) / 0.4)
    return (
        row(0.012, 0.01, 0.012)
        + near[:, None] * row(0.35, 0.17, 0.05)
        + far[:, None] * row(0.06, 0.03, 0.012)
    )


def _below(height: Array, edge: Array, *, sharpness: float) -> Array:
    share: Array = 1 / (1 + np.exp((height - edge) * sharpness))
    return share
