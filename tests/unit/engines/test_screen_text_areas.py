import pytest

from kinodex.domain.timeline import Box
from kinodex.engines.screen_text_areas import Area, reading_order


def test_what_two_areas_share_is_counted_in_pixels() -> None:
    assert Area(0, 0, 10, 10).shared_with(Area(5, 8, 20, 20)) == 10
    assert Area(0, 0, 10, 10).shared_with(Area(10, 0, 20, 10)) == 0


def test_a_part_lies_wholly_in_what_is_larger() -> None:
    assert Area(2, 2, 4, 4).lies_in(Area(0, 0, 10, 10)) == 1.0
    assert Area(0, 0, 10, 10).lies_in(Area(0, 0, 5, 10)) == 0.5


def test_a_box_is_given_in_shares_of_the_picture() -> None:
    assert Area(64, 36, 320, 72).as_box(width_px=640, height_px=360) == Box(0.1, 0.1, 0.4, 0.1)


def test_a_box_never_leaves_the_picture() -> None:
    box = Area(1, 2, 3, 7).as_box(width_px=3, height_px=7)

    assert box.left + box.width <= 1
    assert box.top + box.height <= 1


@pytest.mark.parametrize(
    ("areas", "order"),
    [
        ([], []),
        ([Area(0, 50, 10, 60), Area(0, 0, 10, 10)], [1, 0]),
        (
            [Area(50, 2, 90, 12), Area(0, 4, 40, 14), Area(0, 30, 9, 40)],
            [1, 0, 2],
        ),  # a row is not quite level
        ([Area(0, 0, 10, 10), Area(20, 8, 30, 18)], [0, 1]),
    ],
)
def test_lines_are_read_row_by_row_from_the_left(areas: list[Area], order: list[int]) -> None:
    assert reading_order(areas) == order
