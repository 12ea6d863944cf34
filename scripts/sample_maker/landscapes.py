"""Two landscapes: a lighthouse by the sea, balloons over hills."""

import math

import numpy as np

from sample_maker.arrays import Array, Distance, Paint, mix, plain, row
from sample_maker.noise import clouds, noise
from sample_maker.rays import Scene, Solid
from sample_maker.skies import day_sky
from sample_maker.solids import around, box, column, cord, floor, rough, sphere, union

_ORIGIN = row(0, 0, 0)
_IRON = plain(0.05, 0.05, 0.06)


def lighthouse() -> Scene:
    """Return a lighthouse with a red and white tower on a rock in the sea."""
    solids = [
        Solid(column(_ORIGIN, 7.2, low_m=1.0, high_m=0.62), _tower_paint, gloss=0.05),
        Solid(_windows(), plain(0.05, 0.06, 0.08)),
        *_lantern(),
        Solid(_rock(), _rock_paint, gloss=0.0),
        Solid(rough(floor(-0.75), _waves, height_m=0.08), _sea_paint, gloss=0.5),
        Solid(box(row(-2.1, 0.35, 0.6), row(0.9, 0.55, 0.7)), plain(0.85, 0.83, 0.78)),
        Solid(_roof, plain(0.45, 0.12, 0.07)),
    ]
    sky = day_sky(low=row(0.75, 0.85, 0.95), high=row(0.12, 0.32, 0.70))
    return Scene(solids, sky, eye=(3.0, 1.2, -15.5), target=(-3.2, 3.7, 0), sun=(0.7, 0.75, -0.6), view=0.66)


def _tower_paint(points: Array) -> Array:
    is_red = np.floor((points[:, 1] - 0.3) / 1.45) % 2 == 0
    colours = np.where(is_red[:, None], row(0.62, 0.05, 0.04), row(0.9, 0.89, 0.85))
    return colours * (0.93 + 0.1 * clouds(points * row(3, 0.8, 3))[:, None])


def _windows() -> Distance:
    door = box(row(0, 0.55, -1.0), row(0.22, 0.45, 0.1))
    return union(
        [door, box(row(0, 3.2, -0.86), row(0.12, 0.2, 0.08)), box(row(0, 5.4, -0.74), row(0.1, 0.18, 0.08))]
    )


def _lantern() -> list[Solid]:
    rail = column(row(0.9, 7.34, 0), 0.35, low_m=0.025, high_m=0.025)
    bar = column(row(0.46, 7.64, 0), 0.85, low_m=0.03, high_m=0.03)
    gallery = column(row(0, 7.2, 0), 0.14, low_m=0.95, high_m=0.95)
    rod = column(row(0, 9.0, 0), 0.55, low_m=0.02, high_m=0.015)
    iron = [gallery, sphere(row(0, 9.05, 0), 0.1), rod]
    iron += [around(_ORIGIN, 10, shape=rail), around(_ORIGIN, 8, shape=bar)]
    return [
        Solid(union(iron), _IRON),
        Solid(column(row(0, 7.34, 0), 0.3, low_m=0.5, high_m=0.5), plain(0.85, 0.85, 0.82)),
        Solid(
            column(row(0, 7.64, 0), 0.85, low_m=0.45, high_m=0.45),
            plain(1.0, 0.9, 0.55),
            gloss=0.8,
            glow=0.45,
        ),
        Solid(column(row(0, 8.49, 0), 0.5, low_m=0.58, high_m=0.05), plain(0.5, 0.05, 0.04), gloss=0.3),
    ]


def _roof(points: Array) -> Array:
    slope = np.abs(points[:, 0] + 2.1) * 0.7 + (points[:, 1] - 0.9) - 0.65
    ends = np.maximum(0.85 - points[:, 1], np.abs(points[:, 2] - 0.6) - 0.8)
    return np.maximum(slope, ends) * 0.75


def _rock() -> Distance:
    def hump(points: Array) -> Array:
        return (np.linalg.norm((points - row(0, -1.6, 0)) * row(0.42, 1, 0.42), axis=1) - 1.9) * 0.55

    return rough(hump, lambda points: -0.16 * clouds(points * 0.9, octaves=4, seed=9), height_m=0.2)


def _rock_paint(points: Array) -> Array:
    stone = mix(row(0.13, 0.12, 0.11), row(0.35, 0.32, 0.28), 0.5 + 0.5 * clouds(points * 2.5, seed=4))
    return mix(stone, row(0.12, 0.22, 0.05), points[:, 1] * 3 + clouds(points * 1.5, seed=6))


def _waves(points: Array) -> Array:
    flat = points[:, [0, 2]]
    waves = 0.05 * noise(flat * row(1.2, 2.0)) + 0.02 * noise(flat * row(4, 6), seed=2)
    return waves * np.exp(-np.clip(points[:, 2] + 15, 0, None) / 25)  # far waves would only flicker


def _sea_paint(points: Array) -> Array:
    foam = np.clip(noise(points[:, [0, 2]] * row(3, 6), seed=5) * 1.5 - 0.9, 0, 1)
    return mix(row(0.03, 0.12, 0.2), row(0.6, 0.7, 0.75), foam * 0.6)


_SILKS = row(
    *(0.75, 0.05, 0.04),
    *(0.9, 0.5, 0.02),
    *(0.85, 0.75, 0.05),
    *(0.03, 0.25, 0.55),
    *(0.05, 0.4, 0.15),
    *(0.4, 0.05, 0.4),
).reshape(6, 3)


def balloons() -> Scene:
    """Return three hot-air balloons over hills."""
    solids = [Solid(_hills, _hill_paint, gloss=0.0)]
    for first_silk, (centre, radius_m) in enumerate(
        [(row(1.8, 2.3, 0), 2.1), (row(14.2, 5.5, 16), 2.0), (row(-12, 7.5, 22), 2.0)]
    ):
        solids += _balloon(centre, radius_m, first_silk=first_silk * 2)
    sky = day_sky(low=row(0.95, 0.8, 0.65), high=row(0.15, 0.35, 0.7), cover=-0.1)
    eye, target = (0.0, -0.5, -9.5), (0.2, 1.2, 0.0)
    return Scene(solids, sky, eye=eye, target=target, sun=(0.8, 0.45, -0.6), view=0.66, haze_m=90)


def _balloon(centre: Array, radius_m: float, *, first_silk: int) -> list[Solid]:
    foot = centre - row(0, 1.75 * radius_m, 0)
    sides = [(x, z) for x in (-1, 1) for z in (-1, 1)]
    cords = [
        cord(
            foot + row(x * 0.09, 0.06, z * 0.09) * radius_m,
            centre + row(x * 0.22, -1.15, z * 0.22) * radius_m,
            thick_m=0.018,
        )
        for x, z in sides
    ]
    basket = box(foot, row(0.11, 0.08, 0.11) * radius_m, round_m=0.03)
    return [
        Solid(_envelope(centre, radius_m), _silk_paint(centre, first_silk), glow=0.06),
        Solid(union(cords), plain(0.1, 0.08, 0.06)),
        Solid(basket, _wicker),
    ]


def _envelope(centre: Array, radius_m: float) -> Distance:
    def distance(points: Array) -> Array:
        place = (points - centre) / radius_m
        height = place[:, 1]
        taper = np.where(height < 0, 1 + 0.55 * np.clip(-height, 0, 1.3) ** 1.5, 1.0)
        sideways = np.hypot(place[:, 0], place[:, 2]) * taper
        gores = 0.012 * np.abs(np.sin(np.arctan2(place[:, 2], place[:, 0]) * 12))
        bag = np.hypot(sideways, np.where(height < 0, height * 0.8, height)) - 1 - gores
        return np.maximum(bag, -(height + 1.18)) * radius_m * 0.55

    return distance


def _silk_paint(centre: Array, first_silk: int) -> Paint:
    def paint(points: Array) -> Array:
        place = points - centre
        gore = np.floor((np.arctan2(place[:, 2], place[:, 0]) / (2 * math.pi) + 0.5) * 24).astype(int)
        return _SILKS[(gore + first_silk) % len(_SILKS)]

    return paint


def _wicker(points: Array) -> Array:
    weave = np.sign(np.sin(points[:, 1] * 40) * np.sin((points[:, 0] + points[:, 2]) * 40))
    return row(0.35, 0.2, 0.08) * (1 + 0.2 * weave)[:, None]


def _hills(points: Array) -> Array:
    flat = points[:, [0, 2]]
    return (points[:, 1] + 4.5 - 2.2 * noise(flat * 0.06, seed=2) - 0.3 * noise(flat * 0.4, seed=3)) * 0.7


def _hill_paint(points: Array) -> Array:
    return mix(row(0.06, 0.14, 0.03), row(0.24, 0.28, 0.08), 0.5 + clouds(points[:, [0, 2]] * 0.5, seed=7))
