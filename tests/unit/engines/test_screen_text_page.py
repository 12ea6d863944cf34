from collections.abc import Sequence

import numpy as np

from kinodex.domain.arrays import Frame
from kinodex.engines.rapidocr_models import Quad, Reading
from kinodex.engines.screen_text_areas import Area
from kinodex.engines.screen_text_page import Line, Page, area_of, read_page, sort_out


class StripeOcr:
    """Takes each bright stripe for a line, its brightness for what it says; counts its work."""

    def __init__(self) -> None:
        self.detections = 0
        self.read: list[str] = []

    def detect(self, picture: Frame) -> list[Quad]:
        self.detections += 1
        bright = picture[:, :, 0] > 60
        tops = [top for top in range(0, picture.shape[0], 20) if bright[top + 5].any()]
        spans = [np.flatnonzero(bright[top + 5]) for top in tops]
        return [
            np.array([[s[0], t], [s[-1] + 1, t], [s[-1] + 1, t + 20], [s[0], t + 20]], np.float32)
            for t, s in zip(tops, spans, strict=True)
        ]

    def recognize(self, picture: Frame, quads: Sequence[Quad]) -> list[Reading]:
        texts = [str(picture[int(quad[0, 1]) + 5, int(quad[0, 0]), 0]) for quad in quads]
        self.read += texts
        return [Reading(text, 1.0) for text in texts]


def picture(*stripes: tuple[int, int, int]) -> Frame:
    """Return a dark picture with stripes ``(row, length, brightness)``, each 20 px apart."""
    frame = np.full((120, 300, 3), 20, np.uint8)
    for row, length, brightness in stripes:
        frame[row * 20 + 4 : row * 20 + 16, 10 : 10 + length] = brightness
    return frame


def texts(page: Page) -> list[str]:
    return [line.reading.text for line in page.lines]


def test_a_still_picture_is_looked_at_once() -> None:
    ocr = StripeOcr()
    page = read_page(picture((0, 80, 200)), None, ocr=ocr)

    assert read_page(picture((0, 80, 200)), page, ocr=ocr) is page
    assert ocr.detections == 1


def test_only_lines_that_changed_are_read_again() -> None:
    ocr = StripeOcr()
    page = read_page(picture((0, 80, 200), (2, 80, 150)), None, ocr=ocr)
    ocr.read.clear()

    page = read_page(picture((0, 80, 200), (2, 80, 240)), page, ocr=ocr)

    assert texts(page) == ["200", "240"]
    assert ocr.read == ["240"]


def test_a_line_that_left_is_gone() -> None:
    ocr = StripeOcr()
    page = read_page(picture((0, 80, 200), (2, 80, 150)), None, ocr=ocr)

    assert texts(read_page(picture((2, 80, 150)), page, ocr=ocr)) == ["150"]


def test_a_line_that_grew_is_read_once_as_a_whole() -> None:
    ocr = StripeOcr()
    page = read_page(picture((1, 60, 200)), None, ocr=ocr)

    page = read_page(picture((1, 160, 200)), page, ocr=ocr)

    assert [line.area for line in page.lines] == [Area(10, 20, 170, 40)]


def test_lines_come_in_reading_order_whether_kept_or_new() -> None:
    ocr = StripeOcr()
    page = read_page(picture((3, 80, 200)), None, ocr=ocr)

    page = read_page(picture((0, 80, 100), (3, 80, 200), (5, 80, 250)), page, ocr=ocr)

    assert texts(page) == ["100", "200", "250"]


def test_a_picture_of_another_size_is_read_afresh() -> None:
    ocr = StripeOcr()
    page = read_page(picture((0, 80, 200)), None, ocr=ocr)

    page = read_page(picture((0, 80, 200))[:60], page, ocr=ocr)

    assert texts(page) == ["200"]
    assert ocr.detections == 2


def test_small_changes_add_up_to_one_that_is_seen() -> None:
    ocr = StripeOcr()
    page = None
    for brightness in range(20, 70, 4):
        frame = picture((0, 80, 200))
        frame[60:, :] = brightness
        page = read_page(frame, page, ocr=ocr)

    assert ocr.detections > 1


def test_a_place_inside_an_unchanged_line_is_that_line() -> None:
    line = Line(Area(0, 0, 100, 20), Reading("whole", 1.0), np.zeros((20, 100), np.uint8))
    half = np.array([[0, 0], [50, 0], [50, 20], [0, 20]], np.float32)

    assert sort_out([line], [(half, Area(0, 0, 50, 20))]) == ([line], [])


def test_the_rectangle_around_a_line_stays_inside_the_picture() -> None:
    slanted = np.array([[-3.0, 5.0], [50.4, -2.0], [55.0, 12.0], [2.0, 20.0]], np.float32)

    assert area_of(slanted, np.zeros((18, 52), np.uint8)) == Area(0, 0, 52, 18)
