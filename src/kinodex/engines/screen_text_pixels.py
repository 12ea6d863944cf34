"""
What need not be read again: pure functions on grey pictures.

Reading a line costs far more than comparing its pixels, and on most frames nothing of the text changed.
Only the same coordinates are ever compared, so a line that moves is read again.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinodex.domain.arrays import Frame
from kinodex.engines.screen_text_areas import Area

Grey = NDArray[np.uint8]
"""Brightness, shape ``(height, width)``."""

_TILE_PX = 16
_CHANGED = 6.0  # mean difference in a tile; compression alone makes 1-3

# A stroke is about an eighth of a line's height. Tried on 1,500 rendered lines after JPEG and noise: at a
# quarter of the contrast 97 % of the unchanged ones are known again, and .5 % of those in which one letter
# became one that looks like it ("8" and "9"). Correlation over the line takes half of the latter as same.
_STROKES_PER_LINE = 8
_SAME_STROKE = 0.25


def grey(picture: Frame) -> Grey:
    """Return the brightness of a picture."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def is_same_picture(before: Grey, now: Grey) -> bool:
    """Return whether no tile of 16 by 16 pixels changed beyond noise."""
    if before.shape != now.shape:
        return False
    difference = cv2.absdiff(before, now)
    height, width = difference.shape
    tiles = cv2.resize(
        difference, (max(1, width // _TILE_PX), max(1, height // _TILE_PX)), interpolation=cv2.INTER_AREA
    )
    return bool(tiles.max() <= _CHANGED)


def cut_out(picture: Grey, area: Area) -> Grey:
    """Return a copy of the pixels of an area."""
    return picture[area.top : area.bottom, area.left : area.right].copy()


def is_same_line(before: Grey, now: Grey) -> bool:
    """
    Return whether the pixels of a line show the same writing.

    Looks at the greatest change of a spot as large as a stroke, measured by the contrast of the line: one
    digit of a clock is seen however long the line, and so is a line that fades in.
    """
    if before.shape != now.shape or before.size == 0:
        return False
    darkest, brightest = np.percentile(before, [1, 99])
    stroke_px = max(2, round(len(before) / _STROKES_PER_LINE))
    change = cv2.blur(cv2.absdiff(before, now).astype(np.float32), (stroke_px, stroke_px))
    return float(change.max()) <= _SAME_STROKE * max(1.0, float(brightest - darkest))
