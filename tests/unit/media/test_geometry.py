"""From coded to shown."""

from fractions import Fraction

import pytest

from kinodex.media.geometry import pixel_shape, quarter_turns, shown_size, stored_size


@pytest.mark.parametrize(
    ("declared", "shape"),
    [
        (None, 1),
        (Fraction(12, 11), Fraction(12, 11)),
        (Fraction(0), 1),
        (Fraction(1, 1000), 1),
        (Fraction(99), 1),
    ],
)
def test_only_a_believable_pixel_shape_is_believed(declared, shape):
    assert pixel_shape(declared) == shape


@pytest.mark.parametrize(
    ("angle", "turns"), [(0, 0), (90, 1), (-90, 3), (180, 2), (-180, 2), (88, 1), (3, 0)]
)
def test_rotation_is_in_quarter_turns(angle, turns):
    assert quarter_turns(angle) == turns


def test_a_film_from_a_telephone_held_upright_is_shown_upright():
    assert shown_size(1920, 1080, shape=Fraction(1), turns=1) == (1080, 1920)


def test_wide_pixels_widen():
    assert shown_size(720, 576, shape=Fraction(64, 45), turns=0) == (1024, 576)


@pytest.mark.parametrize(
    ("size", "stored"),
    [((1920, 1080), (640, 360)), ((360, 640), (360, 640)), ((100, 50), (100, 50)), ((5000, 1), (640, 1))],
)
def test_pictures_are_kept_at_most_640_px_long_and_never_enlarged(size, stored):
    assert stored_size(*size) == stored
