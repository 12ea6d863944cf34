"""One picture's lines of text, with as little reading as the picture before allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kinodex.domain.arrays import Frame
from kinodex.engines.rapidocr_models import Quad, Reading
from kinodex.engines.screen_text_areas import Area, reading_order
from kinodex.engines.screen_text_pixels import Grey, cut_out, grey, is_same_line, is_same_picture

_PART_OF_A_LINE = 0.7
_SWALLOWED = 0.5


class Ocr(Protocol):
    """Finds lines and reads them; ``PpOcr`` is one."""

    def detect(self, picture: Frame) -> list[Quad]:
        """Return where lines are."""
        ...

    def recognize(self, picture: Frame, quads: Sequence[Quad]) -> list[Reading]:
        """Return what they say, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read, whatever its confidence, and the pixels it was read from."""

    area: Area
    reading: Reading
    pixels: Grey


@dataclass(frozen=True, slots=True)
class Page:
    """
    What one picture shows: ``lines`` in reading order.

    ``picture`` is the one text was last looked for in; later ones without any change keep it, so that
    many small changes add up to one that is seen.
    """

    picture: Grey
    lines: tuple[Line, ...]


def read_page(picture: Frame, before: Page | None, *, ocr: Ocr) -> Page:
    """
    Return the lines of a picture.

    Where nothing changed nothing is done; otherwise lines are looked for, and only those are read whose
    pixels differ from what was read before.

    Args:
        picture: The picture.
        before: The page of the picture before; ``None`` for the first.
        ocr: Finds and reads lines.

    Raises:
        EngineFailed: If the OCR fails.
    """
    now = grey(picture)
    if before is not None and before.picture.shape != now.shape:
        before = None
    known = () if before is None else before.lines
    unchanged = [line for line in known if is_same_line(line.pixels, cut_out(now, line.area))]
    if before is not None and len(unchanged) == len(known) and is_same_picture(before.picture, now):
        return before
    kept, quads = sort_out(unchanged, [(quad, area_of(quad, now)) for quad in ocr.detect(picture)])
    areas = [area_of(quad, now) for quad in quads]
    readings = ocr.recognize(picture, quads)
    fresh = [Line(area, reading, cut_out(now, area)) for area, reading in zip(areas, readings, strict=True)]
    lines = [*kept, *fresh]
    order = reading_order([line.area for line in lines])
    return Page(now, tuple(lines[place] for place in order))


def sort_out(unchanged: Sequence[Line], found: Sequence[tuple[Quad, Area]]) -> tuple[list[Line], list[Quad]]:
    """
    Return the lines to keep and the places to read.

    A place that is mostly covered by an unchanged line is that line. One that is larger, because words
    were added, is read, and the unchanged lines in it are given up.
    """
    to_read = [
        (quad, area)
        for quad, area in found
        if all(area.lies_in(line.area) < _PART_OF_A_LINE for line in unchanged)
    ]
    kept = [line for line in unchanged if all(line.area.lies_in(area) < _SWALLOWED for _, area in to_read)]
    return kept, [quad for quad, _ in to_read]


def area_of(quad: Quad, picture: Grey) -> Area:
    """Return the upright rectangle around a line, inside the picture and at least one pixel large."""
    height, width = picture.shape
    left, top = np.floor(quad.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(quad.max(axis=0)).astype(int).tolist()
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return Area(left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height))
