"""Pictures kept as assets: what they are, by their bytes, and whether all of them can be read."""

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from kinodex.domain.errors import PictureBroken
from kinodex.domain.streams import StillFacts

FORMATS = ("JPEG", "PNG", "WEBP")
SMALLEST_SIDE_PX = 64
LARGEST_PIXELS = 50_000_000
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def read_still(path: Path) -> StillFacts | None:
    """
    Return the facts of a picture, ``None`` for what is none by its first bytes; it is decoded once.

    Raises:
        PictureBroken: It cannot, is smaller than 64x64, or has over 50 million pixels.
    """
    with path.open("rb") as file:
        beginning = file.read(12)
    if not beginning.startswith(_MAGIC) and not (beginning[:4] == b"RIFF" and beginning[8:] == b"WEBP"):
        return None
    try:
        with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            facts = StillFacts((image.format or "").lower(), image.width, image.height)
            _check_size(facts)
            image.load()
    except Image.DecompressionBombWarning as error:
        raise PictureBroken(f"it has more than {LARGEST_PIXELS} pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureBroken("its bytes are damaged or incomplete") from error
    return facts


def _check_size(facts: StillFacts) -> None:
    width_px, height_px = facts.width_px, facts.height_px
    if min(width_px, height_px) < SMALLEST_SIDE_PX:
        raise PictureBroken(
            f"it is {width_px}x{height_px} and the minimum is {SMALLEST_SIDE_PX}x{SMALLEST_SIDE_PX}"
        )
    if width_px * height_px > LARGEST_PIXELS:
        raise PictureBroken(f"it has {width_px * height_px} pixels and the maximum is {LARGEST_PIXELS}")
