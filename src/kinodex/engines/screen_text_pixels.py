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
_ALIKE = 0.93  # correlation of a line on a compressed, still background is above .97
_ALIKE_PART = 0.85
_FLAT = 4.0  # grey levels of spread: nothing to correlate
_CONTRAST = 1.25  # a line that fades in must be read again, and correlation does not see it


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

    The whole must be alike, and each stretch about as long as three letters too: one digit of a clock in
    a long line changes the whole by next to nothing.
    """
    if before.shape != now.shape or before.size == 0:
        return False
    height, width = before.shape
    part = max(height, 8)
    parts = [(start, min(start + part, width)) for start in range(0, width, part)]
    return _are_alike(before, now, least=_ALIKE) and all(
        _are_alike(before[:, start:end], now[:, start:end], least=_ALIKE_PART) for start, end in parts
    )


def _are_alike(before: Grey, now: Grey, *, least: float) -> bool:
    first, second = before.astype(np.float32), now.astype(np.float32)
    spread, other = float(first.std()), float(second.std())
    if spread < _FLAT and other < _FLAT:
        return bool(abs(first.mean() - second.mean()) <= 2 * _CHANGED)
    if not 1 / _CONTRAST <= (spread + 1) / (other + 1) <= _CONTRAST:
        return False
    covariance = float(((first - first.mean()) * (second - second.mean())).mean())
    return covariance >= least * spread * other
