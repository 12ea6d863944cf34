"""Square views of a picture, as a classifier wants them."""

import cv2
import numpy as np

from kinodex.domain.arrays import AnyArray, Frame

VIEWS = 3
_PLACES = (0.0, 0.5, 1.0)  # along the long side: the start, the middle, the end


def square_views(frame: Frame, *, side_px: int) -> AnyArray:
    """
    Return three squares that together cover the picture: left, middle, right; or top to bottom.

    Args:
        frame: A picture of any size and shape; one more than three times as long as high is squeezed.
        side_px: Side of the squares.

    Returns:
        ``uint8``, shape ``(3, side_px, side_px, 3)``.
    """
    small = _shrink(frame, side_px=side_px)
    height, width = small.shape[:2]
    corners = [(round((height - side_px) * place), round((width - side_px) * place)) for place in _PLACES]
    return np.stack([small[top : top + side_px, left : left + side_px] for top, left in corners])


def _shrink(frame: Frame, *, side_px: int) -> AnyArray:
    height, width = frame.shape[:2]
    scale = side_px / min(height, width)
    longest = side_px * VIEWS
    size = (min(longest, round(width * scale)), min(longest, round(height * scale)))
    # Area averages are free of the moiré that sharper filters leave in small pictures.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(frame, size, interpolation=how)
