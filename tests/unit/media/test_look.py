"""Looks differ as an eye would say."""

import av
import numpy as np
import pytest

from kinodex.media.look import NEW_ABOVE, difference, look_of
from kinodex.media.signature import SignatureReader


def look(picture):
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv444p")
    return look_of(SignatureReader().read_fine(frame))


@pytest.fixture
def grey():
    return np.full((180, 320, 3), 128, np.uint8)


def test_grey_is_where_it_should_be(grey):
    lightness, a, b = look(grey)[:, 0, 0]

    assert lightness == pytest.approx(53.6, abs=1)
    assert (a, b) == pytest.approx((0, 0), abs=1)


def test_red_is_where_it_should_be(grey):
    grey[:] = (255, 0, 0)

    assert look(grey)[:, 3, 8] == pytest.approx([53.2, 80.1, 67.2], abs=3)


def test_a_word_that_appears_is_new(grey):
    before = look(grey)
    grey[150:170, 40:120] = 255

    assert difference(before, look(grey)) > NEW_ABOVE


def test_grain_is_not_new(grey):
    noisy = grey + np.random.default_rng(1).integers(-8, 9, grey.shape).astype(np.int8)

    assert difference(look(grey), look(noisy.astype(np.uint8))) < NEW_ABOVE / 2
