"""Four things: a clock, a traffic light, a football and a candle."""

import math
from itertools import combinations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sample_maker.arrays import Array, Distance, Paint, mix, plain, row, unit
from sample_maker.noise import clouds, noise
from sample_maker.rays import Scene, Solid
from sample_maker.skies import dark_room, stadium, street
from sample_maker.solids import box, column, disc, floor, ring, rough, sphere, union

_ORIGIN = row(0, 0, 0)


def wall_clock() -> Scene:
    """Return a round clock with a wooden frame on a painted wall."""
    black = plain(0.02, 0.02, 0.025)
    solids = [
        Solid(lambda points: -points[:, 2], _wall_paint, gloss=0.02),
        Solid(disc(row(0, 0, -0.1), 1.0, depth_m=0.05), _dial_paint(), gloss=0.0),
        Solid(ring(row(0, 0, -0.13), 1.03, thick_m=0.1), _walnut, gloss=0.6),
        Solid(_hand(305, 0.55, width_m=0.04, at_m=-0.19), black, gloss=0.3),
        Solid(_hand(48, 0.82, width_m=0.028, at_m=-0.21), black, gloss=0.3),
        Solid(_hand(200, 0.85, width_m=0.009, at_m=-0.23), plain(0.6, 0.03, 0.02)),
        Solid(disc(row(0, 0, -0.2), 0.05, depth_m=0.05), black, gloss=0.5),
    ]
    eye, target = (0.35, -0.3, -4.6), (-0.1, -0.18, 0.0)
    light = {"sun": (-0.6, 0.8, -1.0), "ambient": (0.5, 0.5, 0.5)}
    return Scene(solids, plain(0.3, 0.3, 0.3), eye=eye, target=target, view=0.62, **light)


def _wall_paint(points: Array) -> Array:
    stains, grain = clouds(points[:, :2] * 1.5, seed=3), noise(points[:, :2] * 60)
    return row(0.42, 0.5, 0.46) * (1 + 0.06 * stains + 0.02 * grain)[:, None]


def _walnut(points: Array) -> Array:
    return row(0.22, 0.09, 0.035) * (1 + 0.35 * clouds(points * 6, seed=1)[:, None])


def _dial_paint(side_px: int = 1024) -> Paint:
    dial = (np.asarray(_dial(side_px), dtype=np.float32) / 255) ** 2.2

    def paint(points: Array) -> Array:
        places = (points[:, :2] * row(0.5, -0.5) + 0.5) * (side_px - 1)
        column_px, row_px = np.clip(places, 0, side_px - 1).astype(int).T
        return dial[row_px, column_px]

    return paint


def _dial(side_px: int) -> Image.Image:
    picture = Image.new("RGB", (side_px, side_px), (244, 240, 228))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=side_px * 0.1)

    def place(minute: int, radius: float) -> tuple[float, float]:
        angle = minute * math.pi / 30
        return side_px * (0.5 + radius * math.sin(angle)), side_px * (0.5 - radius * math.cos(angle))

    for minute in range(60):
        is_hour = minute % 5 == 0
        ends = [place(minute, 0.44), place(minute, 0.40 if is_hour else 0.425)]
        draw.line(ends, fill=(20, 20, 20), width=14 if is_hour else 5)
        if is_hour:
            draw.text(place(minute, 0.33), str(minute // 5 or 12), fill=(15, 15, 15), font=font, anchor="mm")
    return picture


def _hand(degrees: float, length_m: float, *, width_m: float, at_m: float) -> Distance:
    x, y = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))

    def distance(points: Array) -> Array:
        along = points[:, 0] * x + points[:, 1] * y
        across = points[:, 0] * y - points[:, 1] * x
        width = width_m * (1 - 0.45 * np.clip(along / length_m, 0, 1))
        beyond = [np.abs(along - length_m * 0.4) - length_m * 0.6, np.abs(across) - width]
        return np.maximum.reduce([*beyond, np.abs(points[:, 2] - at_m) - 0.008])

    return distance


def traffic_light() -> Scene:
    """Return a traffic light at red in front of houses."""
    case = plain(0.03, 0.035, 0.03)
    solids = [
        Solid(box(_ORIGIN, row(0.34, 0.98, 0.22), round_m=0.07), case, gloss=0.25),
        Solid(column(row(0, -6, 0.1), 5.1, low_m=0.09, high_m=0.09), plain(0.2, 0.2, 0.2), gloss=0.4),
        Solid(box(row(0, 0, 0.24), row(0.5, 1.15, 0.02), round_m=0.02), plain(0.02, 0.02, 0.02)),
        Solid(union([_hood(height_m) for height_m in (0.62, 0.0, -0.62)]), case),
        Solid(_lens(0.62), _lens_paint(row(1.0, 0.04, 0.02)), gloss=0.3, glow=0.95),
        Solid(_lens(0.0), _lens_paint(row(0.16, 0.1, 0.0)), gloss=0.3),
        Solid(_lens(-0.62), _lens_paint(row(0.0, 0.1, 0.05)), gloss=0.3),
    ]
    return Scene(
        solids, street, eye=(-1.2, -1.2, -5.2), target=(0.2, -0.1, 0), sun=(-0.6, 0.7, -0.7), view=0.57
    )


def _lens(height_m: float) -> Distance:
    return lambda points: (
        np.linalg.norm((points - row(0, height_m, -0.2)) * row(1, 1, 2), axis=1) * 0.5 - 0.115
    )


def _lens_paint(colour: Array) -> Paint:
    return lambda points: colour * (1 + 0.15 * np.sin(points[:, :2] * 90).prod(axis=1)[:, None])


def _hood(height_m: float) -> Distance:
    def distance(points: Array) -> Array:
        place = points - row(0, height_m, -0.38)
        shell = np.abs(np.hypot(place[:, 0], place[:, 1]) - 0.265) - 0.014
        open_below = -(place[:, 1] + 0.12 + 0.3 * (place[:, 2] + 0.2))
        return np.maximum.reduce([shell, np.abs(place[:, 2]) - 0.2, open_below]) * 0.8

    return distance


def football() -> Scene:
    """Return a football on grass."""
    solids = [
        Solid(rough(sphere(_BALL, 1.0), _groove, height_m=0.02), _ball_paint, gloss=0.35),
        Solid(rough(_lawn, _blades, height_m=0.05), _grass_paint, gloss=0.0),
    ]
    eye, target = (0.4, 1.5, -5.0), (0.2, 0.75, 0.0)
    return Scene(solids, stadium, eye=eye, target=target, sun=(-0.6, 0.8, -0.5), view=0.63, haze_m=60)


def _patches() -> tuple[Array, Array]:
    """Return the middles of the 12 pentagons and 20 hexagons: corners and faces of an icosahedron."""
    golden = (1 + math.sqrt(5)) / 2
    corners = [turn for a in (-1, 1) for b in (-golden, golden) for turn in ((0, a, b), (a, b, 0), (b, 0, a))]
    five = unit(np.array(corners, dtype=np.float32))
    touching = [c for c in combinations(five, 3) if min(c[0] @ c[1], c[1] @ c[2], c[0] @ c[2]) > 0.4]
    six = unit(np.array([sum(corner) for corner in touching], dtype=np.float32))
    turned = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0].astype(np.float32)
    return five @ turned, six @ turned


_FIVE, _SIX = _patches()
_BALL = row(0, 1, 0)


def _seam(points: Array) -> tuple[Array, Array]:
    """Return whether each place is on a pentagon, and how far it is from a seam."""
    way = unit(points - _BALL)
    pentagon = (way @ _FIVE.T).max(axis=1) * 0.97  # pentagons are the smaller ones
    hexagons = np.sort(way @ _SIX.T, axis=1)
    rival = np.where(pentagon > hexagons[:, -1], hexagons[:, -1], np.maximum(pentagon, hexagons[:, -2]))
    return pentagon > hexagons[:, -1], np.maximum(pentagon, hexagons[:, -1]) - rival


def _groove(points: Array) -> Array:
    return -0.016 * np.exp(-((_seam(points)[1] / 0.012) ** 2))


def _ball_paint(points: Array) -> Array:
    is_black, off_seam = _seam(points)
    colours = np.where(is_black[:, None], row(0.025, 0.025, 0.03), row(0.88, 0.88, 0.86))
    return (
        colours * ((1 - 0.7 * np.exp(-((off_seam / 0.008) ** 2))) * (1 + 0.03 * clouds(points * 6)))[:, None]
    )


def _lawn(points: Array) -> Array:
    return points[:, 1] * 0.5  # half, because blades are steep


def _blades(points: Array) -> Array:
    flat = points[:, [0, 2]]
    return noise(flat * row(26, 9), seed=1) * 0.03 + noise(flat * row(60, 22), seed=2) * 0.02


def _grass_paint(points: Array) -> Array:
    light = 0.5 + 0.7 * clouds(points[:, [0, 2]] * row(12, 5), seed=3) + points[:, 1] * 4
    mown = np.where(np.floor(points[:, 2] / 3) % 2 == 0, 1.0, 0.8)
    return mix(row(0.03, 0.13, 0.015), row(0.16, 0.34, 0.05), light) * mown[:, None]


def candle() -> Scene:
    """Return a burning candle on a wooden table."""
    solids = [
        Solid(
            rough(column(_ORIGIN, 2.0, low_m=0.42, high_m=0.42), _drips, height_m=0.04),
            _wax_paint,
            gloss=0.2,
            glow=0.32,
        ),
        Solid(_flame, _flame_paint, gloss=0.0, glow=1.0),
        Solid(column(row(0, 2.0, 0), 0.2, low_m=0.02, high_m=0.015), plain(0.02, 0.02, 0.02)),
        Solid(floor(0.0), _wood, gloss=0.2),
        Solid(column(_ORIGIN, 0.08, low_m=0.75, high_m=0.8), plain(0.5, 0.38, 0.15), gloss=0.8),
    ]
    light = {"sun": (-0.1, 1.0, -0.75), "sunlight": (0.5, 0.3, 0.12), "ambient": (0.05, 0.035, 0.025)}
    eye, target = (0.3, 1.9, -6.0), (-0.35, 1.3, 0.0)
    return Scene(solids, dark_room, eye=eye, target=target, view=0.6, haze_m=10_000, **light)


def _drips(points: Array) -> Array:
    return 0.035 * np.clip(clouds(points * row(5, 1.2, 5), seed=2), 0, 1)


def _wax_paint(points: Array) -> Array:
    return mix(row(0.45, 0.22, 0.08), row(1.0, 0.72, 0.36), (points[:, 1] - 0.6) / 1.5)


def _flame(points: Array) -> Array:
    share = (points[:, 1] - 2.03) / 0.85
    radius = 0.285 * np.sqrt(np.clip(share, 0.001, 1)) * np.clip(1 - share, 0, 1) ** 0.6
    sideways = np.hypot(points[:, 0], points[:, 2]) - radius
    return np.maximum(sideways, np.abs(share - 0.5) * 0.85 - 0.43) * 0.5


def _flame_paint(points: Array) -> Array:
    return mix(row(1.6, 1.5, 1.2), row(1.6, 0.9, 0.2), (points[:, 1] - 2.03) / 0.85)


def _wood(points: Array) -> Array:
    return mix(row(0.16, 0.07, 0.03), row(0.28, 0.13, 0.055), 0.5 + clouds(points * row(0.7, 1, 7), seed=5))
