"""
Whether a picture shows something new: colours of blocks, compared as an eye would.

A picture is 6 x 16 blocks in CIE L*a*b* (CIE 15:2004); two are as different as their most different block,
so that a small change in a corner counts as much as it would to somebody who looks there.
"""

import numpy as np
from numpy.typing import NDArray

from kinodex.media.signature import Signature

BLOCK_ROWS = 6
BLOCK_COLUMNS = 16
_CELLS_DOWN = 3
_CELLS_ACROSS = 2

NEW_ABOVE = 8.0
"""
Smallest difference worth another picture, in units of Delta E.

Measured on short busy clips: 8 keeps 59 % of the pictures and every right answer within the first five;
12 keeps 45 % and loses one in twenty, 20 keeps 23 % and loses one in nine.
"""

Look = NDArray[np.float32]
"""L*a*b* of the blocks: ``float32``, shape ``(3, 6, 16)``."""

# Studio range Y'CbCr of ITU-R BT.601 to R'G'B' in [0, 1].
_TO_RGB = np.array(
    [[1.164, 0.0, 1.596], [1.164, -0.392, -0.813], [1.164, 2.017, 0.0]], dtype=np.float32
) / np.float32(255)
_BLACK = np.array([16, 128, 128], dtype=np.float32)[:, None]

# sRGB to XYZ (IEC 61966-2-1), each row divided by the white of D65.
_TO_XYZ = np.array(
    [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]], dtype=np.float32
)
_DARK_BELOW = 0.04045
_LINEAR_BELOW = 0.008856


def look_of(signature: Signature) -> Look:
    """Return the look of a picture from its fine signature."""
    cells = signature.reshape(3, BLOCK_ROWS, _CELLS_DOWN, BLOCK_COLUMNS, _CELLS_ACROSS)
    blocks = cells.mean(axis=(2, 4), dtype=np.float32).reshape(3, -1) - _BLACK
    return _lab(np.clip(_TO_RGB @ blocks, 0, 1)).reshape(3, BLOCK_ROWS, BLOCK_COLUMNS)


def difference(one: Look, other: Look) -> float:
    """Return how different the most different block of two pictures is, as Delta E (CIE 1976)."""
    return float(np.sqrt(np.square(one - other).sum(axis=0).max()))


def _lab(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    light = np.where(rgb <= _DARK_BELOW, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = _TO_XYZ @ light
    roots = np.where(xyz > _LINEAR_BELOW, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = roots
    lab: NDArray[np.float32] = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    return lab
