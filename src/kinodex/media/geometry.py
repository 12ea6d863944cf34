"""From coded to shown: pixel shape, rotation, and the size pictures are kept in."""

from fractions import Fraction

MOST_STRETCH = 8
"""A pixel shape beyond this is a mistake in the file, not a lens."""

LONGEST_STORED_SIDE_PX = 640
"""Longest side of a kept picture: engines look at 224-384 px, people and screen text want some more."""


def pixel_shape(declared: Fraction | None) -> Fraction:
    """Return how wide a pixel is shown for its height; square where a file says nothing believable."""
    if declared is None or not Fraction(1, MOST_STRETCH) <= declared <= MOST_STRETCH:
        return Fraction(1)
    return declared


def quarter_turns(rotation_deg: int) -> int:
    """Return the counter-clockwise quarter turns, 0-3, that come nearest to an angle."""
    return round(rotation_deg / 90) % 4


def square_size(width_px: int, height_px: int, shape: Fraction) -> tuple[int, int]:
    """Return width and height with square pixels, before any rotation."""
    return max(1, round(width_px * shape)), height_px


def shown_size(width_px: int, height_px: int, *, shape: Fraction, turns: int) -> tuple[int, int]:
    """Return width and height as shown."""
    width, height = square_size(width_px, height_px, shape)
    return (height, width) if turns % 2 else (width, height)


def stored_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size a picture is kept in: the same shape, the long side at most 640 px, never enlarged."""
    share = min(1.0, LONGEST_STORED_SIDE_PX / max(width_px, height_px))
    return max(1, round(width_px * share)), max(1, round(height_px * share))
