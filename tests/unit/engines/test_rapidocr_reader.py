from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kinodex.domain.arrays import Frame
from kinodex.domain.timeline import ScreenText, Span
from kinodex.engines.protocols import TimedFrame
from kinodex.engines.rapidocr_models import Reading
from kinodex.engines.rapidocr_reader import RapidOcrReader, is_trusted

WIDTH_PX, HEIGHT_PX = 480, 270

Text = tuple[str, int, int, int]
"""What it says, left, top and size in pixels."""

TITLE: Text = ("Harbour Museum", 40, 30, 32)
HOURS: Text = ("Opening hours: 9 to 17", 40, 90, 18)
LOWER_THIRD: Text = ("Ada Brook, lighthouse keeper", 200, 240, 14)


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader(Path("unused"), threads=1)


def picture(*texts: Text, background: Frame | None = None) -> Frame:
    plain = np.full((HEIGHT_PX, WIDTH_PX, 3), (25, 60, 90), np.uint8)
    image = Image.fromarray(plain if background is None else background)
    for text, left, top, size in texts:
        ImageDraw.Draw(image).text(
            (left, top), text, font=ImageFont.load_default(size=size), fill=(255, 255, 240)
        )
    return np.asarray(image)


def moving_background(step: int) -> Frame:
    """Return soft waves that move by a few pixels a step."""
    down, across = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    wave = 60 + 40 * np.sin((across + 7 * step) / 23) * np.cos((down + 3 * step) / 17)
    return np.stack([wave * 0.5, wave, wave * 0.8], axis=-1).astype(np.uint8)


def noise(seed: int) -> Frame:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)


def timed(pictures: Sequence[Frame]) -> Iterator[TimedFrame]:
    for place, frame in enumerate(pictures):
        yield TimedFrame(Span(float(place), place + 1.0), 0, frame)


def by_text(lines: Sequence[ScreenText]) -> dict[str, ScreenText]:
    return {line.text: line for line in lines}


def test_lines_are_read_where_they_stand(reader: RapidOcrReader) -> None:
    lines = list(reader.read(timed([picture(TITLE, HOURS, LOWER_THIRD)])))

    assert [line.text for line in lines] == [TITLE[0], HOURS[0], LOWER_THIRD[0]]
    for line, (_, left, top, size) in zip(lines, (TITLE, HOURS, LOWER_THIRD), strict=True):
        assert line.box.left == pytest.approx(left / WIDTH_PX, abs=0.02)
        assert line.box.top + line.box.height / 2 == pytest.approx((top + size * 0.6) / HEIGHT_PX, abs=0.03)
        assert line.confidence > 0.9


def test_a_line_that_stays_over_moving_pictures_is_one_line(reader: RapidOcrReader) -> None:
    frames = [picture(TITLE, LOWER_THIRD, background=moving_background(step)) for step in range(6)]

    lines = by_text(list(reader.read(timed(frames))))

    assert {text: line.span for text, line in lines.items()} == {
        TITLE[0]: Span(0, 6),
        LOWER_THIRD[0]: Span(0, 6),
    }


def test_a_line_that_comes_back_is_told_twice(reader: RapidOcrReader) -> None:
    shown, empty = picture(TITLE), picture()

    lines = list(reader.read(timed([shown, shown, empty, empty, empty, shown])))

    assert [(line.text, line.span) for line in lines] == [(TITLE[0], Span(0, 2)), (TITLE[0], Span(5, 6))]


def test_a_line_is_told_as_soon_as_it_has_left(reader: RapidOcrReader) -> None:
    seen = 0

    def frames() -> Iterator[TimedFrame]:
        nonlocal seen
        for frame in timed([picture(TITLE), *[picture()] * 10]):
            seen += 1
            yield frame

    next(iter(reader.read(frames())))

    assert seen <= 4


def test_a_counter_is_read_on_every_picture(reader: RapidOcrReader) -> None:
    frames = [picture((f"Crossing, minute {minute}", 40, 30, 20)) for minute in (58, 59, 68)]

    lines = list(reader.read(timed(frames)))

    assert sorted(line.text for line in lines) == [f"Crossing, minute {minute}" for minute in (58, 59, 68)]


def test_nothing_is_read_where_nothing_is_written(reader: RapidOcrReader) -> None:
    frames = [noise(1), moving_background(0), np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)]

    assert list(reader.read(timed(frames))) == []


def test_pictures_may_change_their_size_and_be_tiny(reader: RapidOcrReader) -> None:
    tiny = np.zeros((2, 3, 3), np.uint8)

    lines = list(reader.read(timed([picture(TITLE), tiny, picture(TITLE)])))

    assert [line.text for line in lines] == [TITLE[0]]


def test_no_pictures_hold_no_lines(reader: RapidOcrReader) -> None:
    assert list(reader.read(iter(()))) == []


@pytest.mark.parametrize(
    ("text", "confidence", "trusted"),
    [
        ("Harbour", 0.7, True),
        ("Harbour", 0.5, False),
        ("OE", 0.8, False),
        ("OK", 0.95, True),
        ("- | -", 0.99, False),
        ("", 0.0, False),
    ],
)
def test_what_is_unsure_is_dropped_and_short_lines_sooner(
    text: str, confidence: float, trusted: bool
) -> None:
    assert is_trusted(Reading(text, confidence)) is trusted


def test_it_is_silent_and_writes_nothing_beside_its_package(capfd: pytest.CaptureFixture[str]) -> None:
    import rapidocr

    package = Path(rapidocr.__file__).parent
    before = sorted(path for path in package.rglob("*") if "__pycache__" not in path.parts)
    fresh = RapidOcrReader(Path("unused"), threads=1)
    fresh.warm_up()
    fresh.warm_up()
    list(fresh.read(timed([picture(TITLE)])))

    assert capfd.readouterr() == ("", "")
    assert sorted(path for path in package.rglob("*") if "__pycache__" not in path.parts) == before
