import numpy as np
import pytest

from kinodex.engines.crops import square_views


def thirds(*, is_wide: bool) -> np.ndarray:
    """Return a picture of three colours, side by side or one above the other."""
    picture = np.zeros((120, 360, 3), dtype=np.uint8)
    for place in range(3):
        picture[:, place * 120 : (place + 1) * 120, place] = 255
    return picture if is_wide else picture.transpose(1, 0, 2)


@pytest.mark.parametrize("is_wide", [True, False])
def test_three_views_cover_a_long_picture_from_start_to_end(is_wide: bool) -> None:
    views = square_views(np.ascontiguousarray(thirds(is_wide=is_wide)), side_px=60)

    assert views.shape == (3, 60, 60, 3)
    assert [int(view.reshape(-1, 3).mean(axis=0).argmax()) for view in views] == [0, 1, 2]


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (7, 500), (500, 7), (2160, 3840), (224, 224), (225, 224)]
)
def test_any_size_becomes_squares(height: int, width: int) -> None:
    views = square_views(np.full((height, width, 3), 90, dtype=np.uint8), side_px=224)

    assert views.shape == (3, 224, 224, 3)
    assert views.min() == views.max() == 90
