"""Small pictures on one sheet."""

import io
import math
from collections.abc import Iterable
from itertools import chain

from PIL import Image

from kinodex.domain.arrays import Frame
from kinodex.domain.storyboards import Tiling

COLUMNS = 10
WIDTH_PX = 160
QUALITY = 70


def draw_sheet(pictures: Iterable[Frame], count: int) -> tuple[bytes, Tiling]:
    """
    Return small copies of pictures, row by row on one JPEG, and how they lie there.

    Tiles are 160 px wide and as high as the first picture demands; others are fitted in with black around.
    Pictures are taken one at a time: a hundred large ones at once would be most of a server's memory.

    Args:
        pictures: As many as ``count`` says.
        count: Number of pictures.

    Raises:
        ValueError: There is no picture.
    """
    coming = iter(pictures)
    first = next(coming, None)
    if first is None:
        raise ValueError("a sheet needs a picture")
    height, width = first.shape[:2]
    tiling = Tiling(WIDTH_PX, max(1, round(WIDTH_PX * height / width)), min(COLUMNS, count))
    rows = math.ceil(count / tiling.columns)
    sheet = Image.new("RGB", (tiling.columns * tiling.width_px, rows * tiling.height_px))
    for number, picture in enumerate(chain((first,), coming)):
        left, top, tile_width, tile_height = tiling.place(number)
        small = Image.fromarray(picture)
        small.thumbnail((tile_width, tile_height))
        sheet.paste(small, (left + (tile_width - small.width) // 2, top + (tile_height - small.height) // 2))
    content = io.BytesIO()
    sheet.save(content, "JPEG", quality=QUALITY)
    return content.getvalue(), tiling
