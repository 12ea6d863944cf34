"""A storyboard: small pictures of a video on one sheet, to look through it by moving over its time line."""

from dataclasses import dataclass

from kinodex.domain.timeline import SampledFrame

MOST_TILES = 100
"""As players of the field expect: 50 to 100 pictures for any length."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How equal tiles lie on a sheet: row by row, ``columns`` in each."""

    width_px: int
    height_px: int
    columns: int

    def place(self, number: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a tile, in pixels."""
        row, column = divmod(number, self.columns)
        return column * self.width_px, row * self.height_px, self.width_px, self.height_px


@dataclass(frozen=True, slots=True)
class Storyboard:
    """Which moment each tile shows, from when it is shown until the next, and how the tiles lie."""

    tiling: Tiling
    starts_s: tuple[float, ...]
    duration_s: float


def choose_tiles(frames: tuple[SampledFrame, ...], *, duration_s: float) -> list[SampledFrame]:
    """Return at most ``MOST_TILES`` frames, spread evenly over the video; none twice."""
    if not frames:
        return []
    count = min(MOST_TILES, len(frames))
    wanted = [duration_s * number / count for number in range(count)]
    chosen: dict[int, SampledFrame] = {}
    position = 0
    for at_s in wanted:
        while position + 1 < len(frames) and frames[position + 1].at_s <= at_s:
            position += 1
        chosen[frames[position].number] = frames[position]
    return list(chosen.values())
