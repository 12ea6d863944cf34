"""What is seen: six rendered places out of the sample clip, things drawn flat, shapes that move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import av
import cv2
import numpy as np

from kinodex import sample
from kinodex.domain.arrays import AnyArray

WIDTH_PX, HEIGHT_PX = 640, 360
_BLACK_SHARE = 0.22  # of the squares of a crossword

Picture: TypeAlias = AnyArray
"""RGB, ``uint8``, shape ``(360, 640, 3)``."""
Colour: TypeAlias = tuple[int, int, int]
Random: TypeAlias = np.random.Generator


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to be seen: what people call it, in two ways, and how it is drawn."""

    names: tuple[str, str]
    draw: Callable[[Random], Picture]


def ground(random: Random, first: Colour, second: Colour) -> Picture:
    """Return a soft, grained mixture of two colours, as of a wall or a sky out of focus."""
    coarse = random.random((6, 9), dtype=np.float32)
    share = cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)[..., None]
    mixed = np.array(first, np.float32) * (1 - share) + np.array(second, np.float32) * share
    grain = random.normal(0, 3, (HEIGHT_PX, WIDTH_PX, 1)).astype(np.float32)
    picture: Picture = np.clip(mixed + grain, 0, 255).astype(np.uint8)
    return picture


@cache
def _sample_frames() -> Sequence[Picture]:
    """Return a frame of each shot of the sample clip, without its title."""
    wanted_s = (3.0, 8.0, 15.0, 22.0, 29.0, 35.0)
    frames: list[Picture] = []
    with av.open(str(sample.path())) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and len(frames) < len(wanted_s) and frame.time >= wanted_s[len(frames)]:
                frames.append(frame.to_ndarray(format="rgb24"))
    return frames


def _sampled(number: int) -> Callable[[Random], Picture]:
    def draw(random: Random) -> Picture:
        whole = _sample_frames()[number][:262]  # the title stands below
        width = int(random.integers(420, 466))
        left = int(random.integers(70, 640 - width - 40))
        cut = whole[: width * 9 // 16, left : left + width]
        lit = np.clip(cut.astype(np.float32) * random.uniform(0.8, 1.15), 0, 255).astype(np.uint8)
        picture: Picture = cv2.resize(lit, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
        return picture

    return draw


def _orange(random: Random) -> Picture:
    picture = ground(random, (225, 215, 200), (200, 190, 175))
    _ball(picture, (320, 190), 130, (245, 140, 20))
    cv2.ellipse(picture, (350, 62), (46, 15), -25, 0, 360, (50, 120, 30), -1, cv2.LINE_AA)
    return _blurred(picture)


def _strawberry(random: Random) -> Picture:
    picture = ground(random, (235, 235, 235), (210, 215, 220))
    outline = np.array([(220, 120), (270, 85), (370, 85), (420, 120), (400, 220), (320, 330), (240, 220)])
    cv2.fillPoly(picture, [cv2.convexHull(outline.astype(np.int32))], (205, 25, 35), cv2.LINE_AA)
    for y in range(130, 290, 28):
        for x in range(245 + (y - 100) // 4, 400 - (y - 100) // 4, 30):
            cv2.ellipse(picture, (x, y), (4, 6), 0, 0, 360, (240, 200, 90), -1, cv2.LINE_AA)
    for turn in range(-60, 61, 30):
        cv2.ellipse(
            picture, (320 + turn, 82), (36, 12), turn / 2 + 90, 0, 360, (40, 140, 40), -1, cv2.LINE_AA
        )
    return _blurred(picture)


def _banana(random: Random) -> Picture:
    picture = ground(random, (150, 110, 80), (120, 85, 60))
    cv2.ellipse(picture, (320, 60), (220, 210), 0, 30, 150, (245, 215, 50), 62, cv2.LINE_AA)
    cv2.ellipse(picture, (320, 48), (205, 195), 0, 35, 145, (255, 235, 120), 8, cv2.LINE_AA)
    cv2.circle(picture, (137, 176), 16, (90, 70, 20), -1, cv2.LINE_AA)
    return _blurred(picture)


def _mushroom(random: Random) -> Picture:
    picture = ground(random, (60, 95, 40), (35, 60, 25))
    cv2.rectangle(picture, (285, 180), (355, 340), (235, 225, 205), -1)
    cv2.ellipse(picture, (320, 190), (150, 120), 0, 180, 360, (200, 30, 25), -1, cv2.LINE_AA)
    for x, y in ((240, 150), (300, 110), (370, 140), (320, 165), (410, 172)):
        cv2.circle(picture, (x, y), 15, (245, 240, 235), -1, cv2.LINE_AA)
    return _blurred(picture)


def _umbrella(random: Random) -> Picture:
    picture = ground(random, (120, 130, 145), (90, 100, 115))
    for number in range(6):
        colour = (200, 40, 60) if number % 2 else (170, 25, 45)
        cv2.ellipse(picture, (320, 200), (200 - number * 36, 140), 0, 180, 360, colour, -1, cv2.LINE_AA)
    cv2.line(picture, (320, 60), (320, 310), (60, 50, 45), 7, cv2.LINE_AA)
    cv2.ellipse(picture, (302, 310), (18, 20), 0, 0, 180, (60, 50, 45), 7, cv2.LINE_AA)
    return _blurred(picture)


def _boat(random: Random) -> Picture:
    picture = ground(random, (160, 200, 235), (120, 175, 225))
    picture[230:] = ground(random, (30, 90, 140), (20, 70, 120))[230:]
    cv2.fillPoly(
        picture, [np.array([(210, 235), (430, 235), (390, 280), (250, 280)])], (120, 60, 30), cv2.LINE_AA
    )
    cv2.line(picture, (320, 50), (320, 235), (90, 60, 40), 6, cv2.LINE_AA)
    cv2.fillPoly(picture, [np.array([(328, 55), (328, 222), (440, 222)])], (245, 245, 240), cv2.LINE_AA)
    cv2.fillPoly(picture, [np.array([(312, 75), (312, 222), (225, 222)])], (235, 235, 228), cv2.LINE_AA)
    return _blurred(picture)


def _volcano(random: Random) -> Picture:
    picture = ground(random, (70, 60, 90), (120, 80, 80))
    slope = np.array([(60, 360), (280, 130), (360, 130), (580, 360)])
    cv2.fillPoly(picture, [slope], (60, 45, 40), cv2.LINE_AA)
    lava = np.array([(290, 130), (350, 130), (365, 250), (330, 330), (300, 240)])
    cv2.fillPoly(picture, [lava], (255, 110, 20), cv2.LINE_AA)
    for _ in range(40):
        x, y = int(random.normal(320, 45)), int(random.uniform(10, 120))
        cv2.circle(picture, (x, y), int(random.integers(10, 30)), (95, 90, 95), -1, cv2.LINE_AA)
    return _blurred(picture)


def _web(random: Random) -> Picture:
    picture = ground(random, (30, 45, 30), (15, 25, 15))
    angles = np.linspace(0, 2 * np.pi, 17)[:-1]
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for ray in rays:
        end = (int(320 + ray[0] * 320), int(180 + ray[1] * 320))
        cv2.line(picture, (320, 180), end, (220, 225, 220), 1, cv2.LINE_AA)
    for radius in range(20, 330, 16):
        ring = ((320, 180) + rays * (radius + random.uniform(-3, 3))).astype(np.int32)
        cv2.polylines(
            picture, [ring], isClosed=True, color=(205, 210, 205), thickness=1, lineType=cv2.LINE_AA
        )
    return picture


def _honeycomb(random: Random) -> Picture:
    picture = ground(random, (190, 120, 20), (150, 90, 10))
    for row, y in enumerate(range(-20, 400, 39)):
        for x in range(-20 + (row % 2) * 22, 680, 45):
            angles = np.arange(6) * np.pi / 3 + np.pi / 6
            cell = np.stack([x + 23 * np.cos(angles), y + 23 * np.sin(angles)], axis=1).astype(np.int32)
            shade = int(random.integers(-25, 25))
            cv2.fillPoly(picture, [cell], (215 + shade, 150 + shade, 30), cv2.LINE_AA)
            cv2.polylines(
                picture, [cell], isClosed=True, color=(250, 215, 110), thickness=4, lineType=cv2.LINE_AA
            )
    return _blurred(picture)


def _crossword(random: Random) -> Picture:
    picture: Picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 245, np.uint8)
    is_black = random.random((12, 20)) < _BLACK_SHARE
    for row, column in np.ndindex(12, 20):
        corner = (40 + column * 28, 12 + row * 28)
        fill = (15, 15, 15) if is_black[row, column] else (252, 252, 250)
        cv2.rectangle(picture, corner, (corner[0] + 28, corner[1] + 28), fill, -1)
        cv2.rectangle(picture, corner, (corner[0] + 28, corner[1] + 28), (20, 20, 20), 1)
    return picture


def _piano(random: Random) -> Picture:
    picture = ground(random, (60, 30, 20), (40, 20, 12))
    for number in range(16):
        cv2.rectangle(picture, (number * 40, 90), (number * 40 + 38, 345), (246, 244, 238), -1)
    for number in (n for n in range(16) if n % 7 not in {2, 6}):
        cv2.rectangle(picture, (number * 40 + 27, 90), (number * 40 + 52, 250), (18, 18, 20), -1)
    return _blurred(picture)


def _bricks(random: Random) -> Picture:
    picture = ground(random, (185, 175, 165), (165, 155, 145))
    for row, y in enumerate(range(0, 360, 30)):
        for x in range(-70 + (row % 2) * 35, 660, 70):
            shade = random.integers(-25, 25, 3)
            colour = tuple(int(each) for each in np.array((150, 62, 45)) + shade)
            cv2.rectangle(picture, (x, y), (x + 65, y + 25), colour, -1)
    return _blurred(picture)


def _bubbles(random: Random) -> Picture:
    picture = ground(random, (40, 80, 130), (90, 140, 190))
    for _ in range(16):
        at, radius = (
            (int(random.integers(0, 640)), int(random.integers(0, 360))),
            int(random.integers(18, 70)),
        )
        shine = picture.copy()
        cv2.circle(shine, at, radius, (235, 245, 255), 3, cv2.LINE_AA)
        cv2.circle(
            shine, (at[0] - radius // 3, at[1] - radius // 3), max(3, radius // 6), (255, 255, 255), -1
        )
        picture = cv2.addWeighted(picture, 0.35, shine, 0.65, 0)
    return picture


def _tennis_ball(random: Random) -> Picture:
    picture = ground(random, (150, 75, 50), (130, 60, 40))
    _ball(picture, (320, 180), 125, (205, 225, 60))
    cv2.ellipse(picture, (180, 180), (110, 120), 0, -55, 55, (245, 245, 240), 7, cv2.LINE_AA)
    cv2.ellipse(picture, (460, 180), (110, 120), 0, 125, 235, (245, 245, 240), 7, cv2.LINE_AA)
    return _blurred(picture)


def _ball(picture: Picture, at: tuple[int, int], radius: int, colour: Colour) -> None:
    """Draw a ball, lit from the upper left."""
    for step in range(radius, 0, -2):
        light = 0.55 + 0.5 * (1 - step / radius)
        shift = (radius - step) // 4
        lit = tuple(int(min(255, part * light)) for part in colour)
        cv2.circle(picture, (at[0] - shift, at[1] - shift), step, lit, -1, cv2.LINE_AA)


def _blurred(picture: Picture) -> Picture:
    soft: Picture = cv2.GaussianBlur(picture, (3, 3), 0)
    return soft


THINGS: Sequence[Thing] = (
    Thing(("a lighthouse", "a red and white tower by the sea"), _sampled(0)),
    Thing(("a traffic light", "lights at a street crossing"), _sampled(1)),
    Thing(("hot air balloons", "a balloon flying over hills"), _sampled(2)),
    Thing(("a football on grass", "a soccer ball"), _sampled(3)),
    Thing(("a burning candle", "candlelight in the dark"), _sampled(4)),
    Thing(("a clock on the wall", "a round analog clock"), _sampled(5)),
    Thing(("an orange", "a round citrus fruit"), _orange),
    Thing(("a strawberry", "a red berry with seeds"), _strawberry),
    Thing(("a banana", "a yellow bent fruit"), _banana),
    Thing(("a mushroom", "a red toadstool with white dots"), _mushroom),
    Thing(("an umbrella", "a red parasol"), _umbrella),
    Thing(("a sailing boat", "a yacht on the sea"), _boat),
    Thing(("a volcano", "lava flowing down a mountain"), _volcano),
    Thing(("a spider web", "a cobweb"), _web),
    Thing(("a honeycomb", "wax cells of bees"), _honeycomb),
    Thing(("a crossword puzzle", "a word puzzle with black squares"), _crossword),
    Thing(("piano keys", "the keyboard of a piano"), _piano),
    Thing(("a brick wall", "a wall of red bricks"), _bricks),
    Thing(("soap bubbles", "bubbles in the air"), _bubbles),
    Thing(("a tennis ball", "a yellow felt ball"), _tennis_ball),
)

COLOURS: Mapping[str, Colour] = {
    "red": (215, 30, 35),
    "green": (30, 160, 60),
    "blue": (30, 70, 210),
    "yellow": (240, 210, 30),
    "white": (245, 245, 245),
}
SHAPES = ("circle", "square", "triangle", "ring")
WAYS: Mapping[str, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def shape_on(picture: Picture, shape: str, colour: Colour, at: tuple[int, int]) -> None:
    """Draw a shape of about 80 pixels around a place."""
    x, y = at
    if shape == "square":
        cv2.rectangle(picture, (x - 40, y - 40), (x + 40, y + 40), colour, -1)
    elif shape == "triangle":
        cv2.fillPoly(
            picture, [np.array([(x, y - 46), (x + 46, y + 40), (x - 46, y + 40)])], colour, cv2.LINE_AA
        )
    else:
        cv2.circle(picture, at, 42, colour, 12 if shape == "ring" else -1, cv2.LINE_AA)
