"""What is where in the generated set: decided by a seed, before anything is drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from kinodex.evaluation.generated.scenes import COLOURS, SHAPES, THINGS, WAYS
from kinodex.evaluation.generated.words import SENTENCES, TITLES

VIDEOS = 64
SHOTS = 3
SHOT_S = 6.0
SPOKEN_AFTER_S = 1.0
"""A sentence begins so long after the cut."""

EACH_THING = 5
MOVING = 40


@dataclass(frozen=True, slots=True)
class Moving:
    """A shape that moves."""

    shape: str
    colour: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShot:
    """
    One shot.

    ``video`` and ``number`` say where; ``seed`` is for what is drawn by chance. ``thing`` and ``sentence``
    are numbers; one without a thing shows plain ground, on which something may move.
    """

    video: int
    number: int
    seed: int
    thing: int | None = None
    moving: Moving | None = None
    sentence: int | None = None
    title: str | None = None

    @property
    def filename(self) -> str:
        """Of its video."""
        return filename(self.video)

    @property
    def start_s(self) -> float:
        """When it begins."""
        return self.number * SHOT_S

    @property
    def end_s(self) -> float:
        """When the next begins."""
        return self.start_s + SHOT_S


def filename(video: int) -> str:
    """Return the file name of a video."""
    return f"generated-{video:03d}.mp4"


def plan(seed: int) -> Sequence[PlannedShot]:
    """Return all shots of all videos, in order; the same for the same seed."""
    random = np.random.Generator(np.random.PCG64(seed))
    count = VIDEOS * SHOTS
    seen: list[int | Moving | None] = [*(thing for thing in range(len(THINGS)) for _ in range(EACH_THING))]
    every_move = [Moving(*each) for each in product(SHAPES, COLOURS, WAYS)]
    seen += [every_move[place] for place in random.permutation(len(every_move))[:MOVING]]
    seen += [None] * (count - len(seen))
    shown = [seen[place] for place in random.permutation(count)]
    said = dict(zip(random.permutation(count).tolist(), range(len(SENTENCES)), strict=False))
    written = dict(zip(random.permutation(count).tolist(), TITLES, strict=False))
    seeds = random.integers(0, 2**31, count).tolist()
    return [
        PlannedShot(
            video=place // SHOTS,
            number=place % SHOTS,
            seed=seeds[place],
            thing=what if isinstance(what, int) else None,
            moving=what if isinstance(what, Moving) else None,
            sentence=said.get(place),
            title=written.get(place),
        )
        for place, what in enumerate(shown)
    ]


def by_video(shots: Sequence[PlannedShot]) -> Iterator[Sequence[PlannedShot]]:
    """Yield the shots of each video."""
    for first in range(0, len(shots), SHOTS):
        yield shots[first : first + SHOTS]
