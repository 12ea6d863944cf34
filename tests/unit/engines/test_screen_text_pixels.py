import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinodex.domain.arrays import Frame
from kinodex.engines.screen_text_areas import Area
from kinodex.engines.screen_text_pixels import Grey, cut_out, grey, is_same_line, is_same_picture


def draw(text: str, *, size_px: int = 20, brightness: int = 255, noise: float = 0.0, seed: int = 0) -> Frame:
    """Return a line of text on dark grey, as a camera and JPEG leave it."""
    image = Image.new("RGB", (1000, size_px * 2), (40, 40, 40))
    ImageDraw.Draw(image).text(
        (8, size_px // 2), text, font=ImageFont.load_default(size=size_px), fill=(brightness,) * 3
    )
    noisy = np.asarray(image) + np.random.default_rng(seed).normal(0, noise, (size_px * 2, 1000, 1))
    file = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file))


def line(text: str, *, size_px: int = 20, brightness: int = 255, noise: float = 0.0, seed: int = 0) -> Grey:
    return grey(draw(text, size_px=size_px, brightness=brightness, noise=noise, seed=seed))


@pytest.mark.parametrize("size_px", [12, 20, 40])
def test_noise_and_compression_change_no_line(size_px: int) -> None:
    before = line("Harbour office 1908", size_px=size_px, noise=3.0, seed=1)
    now = line("Harbour office 1908", size_px=size_px, noise=3.0, seed=2)

    assert is_same_line(before, now)


@pytest.mark.parametrize("size_px", [12, 20, 40])
def test_one_digit_changes_a_long_line(size_px: int) -> None:
    before = line("Elapsed time of the crossing 12:08", size_px=size_px)
    now = line("Elapsed time of the crossing 12:09", size_px=size_px)

    assert not is_same_line(before, now)


def test_a_line_that_fades_in_is_another_until_it_stands() -> None:
    assert not is_same_line(line("The end", brightness=90), line("The end", brightness=250))


def test_a_line_that_is_gone_is_not_the_same() -> None:
    assert not is_same_line(line("The end"), line(""))


def test_pixels_of_another_size_are_not_the_same() -> None:
    assert not is_same_line(line("The end"), line("The end", size_px=22))


def test_noise_does_not_change_a_picture() -> None:
    first, second = (line("Ferry", noise=3.0, seed=seed) for seed in (1, 2))

    assert is_same_picture(first, second)


def test_a_new_word_changes_a_picture() -> None:
    assert not is_same_picture(line(""), line("Ferry", size_px=20))


def test_a_picture_of_another_size_is_another() -> None:
    assert not is_same_picture(np.zeros((90, 160), np.uint8), np.zeros((90, 120), np.uint8))


def test_a_picture_smaller_than_a_tile_can_be_compared() -> None:
    assert is_same_picture(np.zeros((3, 5), np.uint8), np.zeros((3, 5), np.uint8))


def test_pixels_cut_out_do_not_follow_the_picture() -> None:
    picture = np.zeros((10, 10), np.uint8)
    cut = cut_out(picture, Area(2, 2, 4, 5))
    picture[:] = 9

    assert cut.shape == (3, 2)
    assert cut.max() == 0
