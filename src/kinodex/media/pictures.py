"""Query pictures: files people send to be found again."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from kinodex.domain.arrays import Frame
from kinodex.domain.errors import ParameterInvalid

FORMATS = ("JPEG", "PNG", "WEBP")
SMALLEST_SIDE_PX = 64
LARGEST_BYTES = 5 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
_KEPT_SIDE_PX = 1024


def read_picture(content: bytes) -> Frame:
    """
    Return a picture from the bytes of a JPEG, PNG or WebP file, upright, at most 1,024 px wide and high.

    Raises:
        ParameterInvalid: Not such a file, smaller than 64x64, over 5 MiB or over 50 million pixels.
    """
    if len(content) > LARGEST_BYTES:
        raise _refused(f"it has {len(content)} bytes and the maximum is {LARGEST_BYTES}")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            _check_size(image.width, image.height)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
    ) as error:
        raise _refused("it is not a readable JPEG, PNG or WebP file") from error
    upright.thumbnail((_KEPT_SIDE_PX, _KEPT_SIDE_PX))
    return np.asarray(upright, dtype=np.uint8)


def _check_size(width_px: int, height_px: int) -> None:
    if min(width_px, height_px) < SMALLEST_SIDE_PX:
        wanted = f"{SMALLEST_SIDE_PX}x{SMALLEST_SIDE_PX}"
        raise _refused(f"it is {width_px}x{height_px} and the minimum is {wanted}")
    if width_px * height_px > LARGEST_PIXELS:
        raise _refused(f"it has {width_px * height_px} pixels and the maximum is {LARGEST_PIXELS}")


def _refused(reason: str) -> ParameterInvalid:
    return ParameterInvalid("query_media_file", reason)
