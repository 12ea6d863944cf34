"""Rendered scenes with exactly known captions: one coloured shape somewhere on a ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

COLOURS = {
    "red": (220, 40, 40),
    "green": (50, 180, 60),
    "blue": (50, 70, 220),
    "yellow": (235, 220, 50),
    "purple": (150, 60, 190),
    "orange": (240, 140, 30),
    "white": (245, 245, 245),
    "black": (15, 15, 15),
}
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
GROUNDS = {
    "grass": (70, 120, 60),
    "sand": (200, 180, 130),
    "sky": (140, 190, 235),
    "night": (25, 25, 60),
    "brick": (130, 70, 60),
}
PLACES = {"left": 0.27, "middle": 0.5, "right": 0.73}
MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "nowhere": (0, 0)}

HELD_OUT_EVERY = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """A composition."""

    colour: str
    shape: str
    ground: str
    place: str

    @property
    def caption(self) -> str:
        """What a person would say of it."""
        return f"a {self.colour} {self.shape} on {self.ground}, {self.place}"


def scenes() -> tuple[Scene, ...]:
    """Return all 720 compositions, always in the same order."""
    return tuple(Scene(*parts) for parts in product(COLOURS, SHAPES, GROUNDS, PLACES))


def is_held_out(scene: Scene) -> bool:
    """Return whether training never sees it; every part of it is seen in other company."""
    places = (
        list(COLOURS).index(scene.colour),
        SHAPES.index(scene.shape),
        list(GROUNDS).index(scene.ground),
        list(PLACES).index(scene.place),
    )
    return sum(places) % HELD_OUT_EVERY == 0


def held_out() -> tuple[Scene, ...]:
    """Return the compositions that training never sees."""
    return tuple(scene for scene in scenes() if is_held_out(scene))


def draw(scene: Scene, *, size_px: int, chance: np.random.Generator) -> Picture:
    """Return a picture of a scene; size, exact place and shade differ by chance."""
    x = PLACES[scene.place] + chance.uniform(-0.05, 0.05)
    return _draw(scene, x, 0.5 + chance.uniform(-0.12, 0.12), size_px=size_px, chance=chance)


def draw_move(scene: Scene, move: str, *, size_px: int, chance: np.random.Generator) -> list[Picture]:
    """Return four pictures in which the shape goes somewhere, or stays."""
    along, down = MOVES[move]
    radius = chance.uniform(0.12, 0.16)
    x, y = chance.uniform(0.42, 0.58, size=2)
    shade = chance.uniform(-14, 14)
    steps = np.linspace(-0.2, 0.2, 4)
    return [
        _draw(scene, x + along * s, y + down * s, size_px=size_px, chance=chance, radius=radius, shade=shade)
        for s in steps
    ]


def moves() -> Iterator[tuple[Scene, str]]:
    """Yield 240 moving scenes: every colour but the last two, four shapes, two grounds, five moves."""
    for colour, shape, ground, move in product(list(COLOURS)[:6], SHAPES[:4], list(GROUNDS)[:2], MOVES):
        yield Scene(colour, shape, ground, "middle"), move


def move_caption(scene: Scene, move: str) -> str:
    """Return what a person would say of a moving scene."""
    going = "stays still" if move == "nowhere" else f"moves {move}"
    return f"a {scene.colour} {scene.shape} {going} on {scene.ground}"


def _draw(
    scene: Scene,
    x: float,
    y: float,
    *,
    size_px: int,
    chance: np.random.Generator,
    radius: float | None = None,
    shade: float | None = None,
) -> Picture:
    shade = chance.uniform(-14, 14) if shade is None else shade
    ground = np.array(GROUNDS[scene.ground]) + shade
    picture = np.clip(
        np.broadcast_to(ground, (size_px, size_px, 3)) + chance.normal(0, 4, (size_px, size_px, 1)), 0, 255
    )
    picture = np.ascontiguousarray(picture.astype(np.uint8))
    reach = (chance.uniform(0.13, 0.2) if radius is None else radius) * size_px
    colour = tuple(int(np.clip(value + shade, 0, 255)) for value in COLOURS[scene.colour])
    _shape(picture, scene.shape, x * size_px, y * size_px, reach, colour)
    return picture


def _shape(picture: Picture, shape: str, x: float, y: float, reach: float, colour: tuple[int, ...]) -> None:
    centre = (round(x), round(y))
    if shape == "circle":
        cv2.circle(picture, centre, round(reach), colour, -1, cv2.LINE_AA)
    elif shape == "ring":
        cv2.circle(picture, centre, round(reach * 0.85), colour, max(2, round(reach * 0.35)), cv2.LINE_AA)
    elif shape == "cross":
        for dx, dy in ((1.0, 0.3), (0.3, 1.0)):
            _fill(
                picture,
                [
                    (x - dx * reach, y - dy * reach),
                    (x + dx * reach, y - dy * reach),
                    (x + dx * reach, y + dy * reach),
                    (x - dx * reach, y + dy * reach),
                ],
                colour,
            )
    else:
        _fill(picture, _corners(shape, x, y, reach), colour)


def _corners(shape: str, x: float, y: float, reach: float) -> list[tuple[float, float]]:
    radii, first = {
        "square": ((1.2,) * 4, np.pi / 4),
        "triangle": ((1.2,) * 3, -np.pi / 2),
        "star": ((1.25, 0.5) * 5, -np.pi / 2),
    }[shape]
    turns = first + 2 * np.pi * np.arange(len(radii)) / len(radii)
    return [(x + r * reach * np.cos(a), y + r * reach * np.sin(a)) for r, a in zip(radii, turns, strict=True)]


def _fill(picture: Picture, corners: list[tuple[float, float]], colour: tuple[int, ...]) -> None:
    cv2.fillPoly(picture, [np.round(np.array(corners)).astype(np.int32)], colour, cv2.LINE_AA)
