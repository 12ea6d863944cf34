"""Small pictures on one sheet."""

import io

import numpy as np
import pytest
from PIL import Image

from kinodex.media.sheet import draw_sheet


def _grey(value: int, *, height: int = 360, width: int = 640) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_each_tile_shows_its_picture() -> None:
    values = [10 * number for number in range(23)]
    content, tiling = draw_sheet((_grey(value) for value in values), len(values))
    assert (tiling.width_px, tiling.height_px, tiling.columns) == (160, 90, 10)
    with Image.open(io.BytesIO(content)) as sheet:
        assert sheet.size == (1600, 270)
        pixels = np.asarray(sheet, dtype=int)
    for number, value in enumerate(values):
        left, top, width, height = tiling.place(number)
        middle = pixels[top + height // 2, left + width // 2]
        assert abs(middle - value).max() <= 3


def test_a_tall_picture_among_wide_ones_is_fitted_in() -> None:
    content, tiling = draw_sheet([_grey(200), _grey(200, height=640, width=360)], 2)
    with Image.open(io.BytesIO(content)) as sheet:
        pixels = np.asarray(sheet, dtype=int)
    left, _, width, height = tiling.place(1)
    assert pixels[height // 2, left + 2].max() < 20
    assert pixels[height // 2, left + width // 2].min() > 180


def test_a_sheet_needs_a_picture() -> None:
    with pytest.raises(ValueError, match="picture"):
        draw_sheet([], 0)
