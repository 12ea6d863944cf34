"""Rectangles in pixels: overlap and reading order."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinodex.domain.timeline import Box

_SAME_ROW = 0.5


@dataclass(frozen=True, slots=True)
class Area:
    """Pixels ``[left, right)`` by ``[top, bottom)``, at least one."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def size(self) -> int:
        """Number of pixels."""
        return (self.right - self.left) * self.height

    def shared_with(self, other: "Area") -> int:
        """Return the number of pixels both have."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)

    def lies_in(self, other: "Area") -> float:
        """Return the share of this area that the other covers."""
        return self.shared_with(other) / self.size

    def as_box(self, *, width_px: int, height_px: int) -> Box:
        """Return the rectangle as shares of a picture."""
        left, right = round(self.left / width_px, 4), round(self.right / width_px, 4)
        top, bottom = round(self.top / height_px, 4), round(self.bottom / height_px, 4)
        return Box(left, top, round(right - left, 4), round(bottom - top, 4))


def reading_order(areas: Sequence[Area]) -> list[int]:
    """Return the places of the areas as one reads: row by row, each from left to right."""
    rows: list[list[int]] = []
    for place in sorted(range(len(areas)), key=lambda place: areas[place].top):
        if rows and _is_beside(areas[place], areas[rows[-1][0]]):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [place for row in rows for place in sorted(row, key=lambda place: areas[place].left)]


def _is_beside(area: Area, other: Area) -> bool:
    shared = min(area.bottom, other.bottom) - max(area.top, other.top)
    return shared >= _SAME_ROW * min(area.height, other.height)
