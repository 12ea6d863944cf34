"""
What the sample clip shows, writes and says: a day in a small town by the sea, in six shots.

The sentences are ones that a recogniser of 26 million parameters understands in this voice; not all are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sample_maker import landscapes, things
from sample_maker.rays import Scene


@dataclass(frozen=True, slots=True)
class Shot:
    """
    One shot.

    Attributes:
        length_s: In fifths of a second: whole frames of the picture and whole samples of the sound.
        title: Lines at the lower edge; the first is larger.
        speech: What the voice says.
        zoom: Share of the picture's width in view at the start and at the end.
    """

    scene: Scene
    length_s: float
    title: Sequence[str]
    speech: str
    zoom: tuple[float, float]


SHOTS = (
    Shot(
        landscapes.lighthouse(),
        5.4,
        ("A DAY IN PORT ALMA", "Local news"),
        "The fishing boats are back in the harbor, and the sea is quiet.",
        (1.0, 0.9),
    ),
    Shot(
        things.traffic_light(),
        6.4,
        ("Slow zone 30", "Mill Lane"),
        "Cars must slow down, because many children walk to school on this road.",
        (1.0, 0.9),
    ),
    Shot(
        landscapes.balloons(),
        6.8,
        ("FESTIVAL OF THE SKY", "12 - 14 June, free entry"),
        "In the afternoon the wind is calm, and visitors can fly over the valley and the river.",
        (0.92, 1.0),
    ),
    Shot(
        things.football(),
        7.2,
        ("Port Alma 3 : 2 Westhaven", "Final score"),
        "Our team was losing until the last minute, and then the youngest player scored two goals.",
        (1.0, 0.9),
    ),
    Shot(
        things.candle(),
        6.4,
        ("Bakery Fernandes", "Open every day from six"),
        "To make good bread, you need flour, water, salt and a lot of patience.",
        (1.0, 0.9),
    ),
    Shot(
        things.wall_clock(),
        5.8,
        ("Platform 7", "Night express"),
        "The last train to the capital leaves from the railway station at midnight.",
        (0.88, 0.98),
    ),
)
