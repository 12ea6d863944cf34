"""Draw the storyboard from the sampled frames."""

from pathlib import Path

from kinodex.domain.media import Decoded
from kinodex.domain.storyboards import Storyboard, choose_tiles
from kinodex.media.protocols import MediaReader


def draw_storyboard(folder: Path, decoded: Decoded, *, media: MediaReader) -> tuple[bytes, Storyboard] | None:
    """Return the sheet as JPEG and what is on it, or ``None`` where no frame was kept."""
    chosen = choose_tiles(decoded.frames, duration_s=decoded.duration_s)
    if not chosen:
        return None
    pictures = (picture for frame in chosen for picture in media.read_frames(folder, [frame]))
    sheet, tiling = media.storyboard(pictures, len(chosen))
    starts_s = (0.0, *(frame.at_s for frame in chosen[1:]))
    return sheet, Storyboard(tiling, starts_s, decoded.duration_s)
