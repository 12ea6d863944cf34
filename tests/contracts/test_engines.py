"""What every engine promises, asked of the fakes and of the real ones."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from checkpoints import TINY_CLIP
from PIL import Image, ImageDraw, ImageFilter

from kinodex.domain.arrays import Frame, Sound
from kinodex.domain.timeline import Box, ScreenText, Span, Utterance
from kinodex.engines.conse import ConseVisual
from kinodex.engines.dual_encoders.encoder import DualEncoder, dimensions_of
from kinodex.engines.dual_encoders.layout import read_layout
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.engines.minilm_onnx import MiniLmSentences
from kinodex.engines.moonshine import MoonshineSpeech
from kinodex.engines.protocols import (
    Engine,
    ScreenTextReader,
    SentenceEmbedder,
    SpeechRecognizer,
    TimedFrame,
    VisualEmbedder,
)
from kinodex.engines.rapidocr_reader import RapidOcrReader

REAL = "real"
FAKE = "fake"
BROUGHT = "brought"
KINDS = (FAKE, REAL)


@pytest.fixture(scope="module")
def real_sentences(models_dir: Path) -> MiniLmSentences:
    return MiniLmSentences(models_dir, threads=2)


@pytest.fixture(scope="module")
def real_visual(models_dir: Path, real_sentences: MiniLmSentences) -> ConseVisual:
    return ConseVisual(models_dir, threads=2, sentences=real_sentences)


def build_sentences(request: pytest.FixtureRequest, kind: str) -> SentenceEmbedder:
    return FakeSentences() if kind == FAKE else request.getfixturevalue("real_sentences")


def build_visual(request: pytest.FixtureRequest, kind: str) -> VisualEmbedder:
    if kind == BROUGHT:
        layout = read_layout(TINY_CLIP, name="tiny-clip")
        return DualEncoder(layout, build="0" * 16, dimensions=dimensions_of(layout, threads=1), threads=1)
    return FakeVisual() if kind == FAKE else request.getfixturevalue("real_visual")


def build_speech(request: pytest.FixtureRequest, kind: str) -> SpeechRecognizer:
    if kind == FAKE:
        return FakeSpeech([Utterance(Span(0.0, 1.0), "hello")])
    return MoonshineSpeech(request.getfixturevalue("models_dir"), threads=2)


def build_screen_text(request: pytest.FixtureRequest, kind: str) -> ScreenTextReader:
    if kind == FAKE:
        return FakeScreenText([ScreenText(Span(0.0, 3.0), "STATION EXIT", Box(0.1, 0.4, 0.5, 0.2), 0.9)])
    return RapidOcrReader(request.getfixturevalue("models_dir"), threads=2)


BUILDERS: tuple[Callable[[pytest.FixtureRequest, str], Engine], ...] = (
    build_sentences,
    build_visual,
    build_speech,
    build_screen_text,
)


@pytest.fixture(params=KINDS)
def sentences(request: pytest.FixtureRequest) -> SentenceEmbedder:
    return build_sentences(request, request.param)


@pytest.fixture(params=(*KINDS, BROUGHT))
def visual(request: pytest.FixtureRequest) -> VisualEmbedder:
    return build_visual(request, request.param)


@pytest.fixture(params=KINDS)
def speech(request: pytest.FixtureRequest) -> SpeechRecognizer:
    return build_speech(request, request.param)


@pytest.fixture(params=KINDS)
def screen_text(request: pytest.FixtureRequest) -> ScreenTextReader:
    return build_screen_text(request, request.param)


def clock() -> Frame:
    """Draw a clock on a wall."""
    image = Image.new("RGB", (640, 360), (205, 190, 165))
    draw = ImageDraw.Draw(image)
    draw.ellipse((210, 70, 430, 290), fill=(250, 250, 248), outline=(40, 30, 25), width=12)
    for hour in range(12):
        angle = math.radians(hour * 30)
        draw.line(
            [(320 + far * math.sin(angle), 180 - far * math.cos(angle)) for far in (80, 95)], fill=0, width=5
        )
        draw.text((314 + 68 * math.sin(angle), 173 - 68 * math.cos(angle)), str(hour or 12), fill=0)
    draw.line([(320, 180), (365, 150)], fill=0, width=8)
    draw.line([(320, 180), (300, 105)], fill=0, width=5)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)))


def traffic_light() -> Frame:
    """Draw a traffic light against the sky."""
    image = Image.new("RGB", (640, 360), (150, 185, 220))
    draw = ImageDraw.Draw(image)
    draw.rectangle((305, 250, 335, 360), fill=(60, 60, 60))
    draw.rounded_rectangle((265, 30, 375, 270), 14, fill=(35, 35, 35))
    for top, colour in ((38, (250, 40, 30)), (118, (90, 75, 20)), (198, (20, 70, 30))):
        draw.ellipse((288, top, 352, top + 64), fill=colour)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)))


def plain(value: int) -> Frame:
    return np.full((90, 160, 3), value, dtype=np.uint8)


def red() -> Frame:
    return np.full((90, 160, 3), (200, 0, 0), dtype=np.uint8)


def of_length_one(vectors: np.ndarray) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-4))


# --- every engine ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("build", BUILDERS)
def test_an_engine_has_a_name_and_warms_up_any_number_of_times(
    build: Callable[[pytest.FixtureRequest, str], Engine], kind: str, request: pytest.FixtureRequest
) -> None:
    engine = build(request, kind)

    engine.warm_up()
    engine.warm_up()

    assert engine.name == engine.name.lower().strip()
    assert engine.name


# --- sentences ---------------------------------------------------------------------------------


def test_sentences_become_rows_of_length_one(sentences: SentenceEmbedder) -> None:
    vectors = sentences.embed_sentences(["one line", "", "  ", "ünïcode 字 🎬", "word " * 2000])

    assert (vectors.shape, vectors.dtype) == ((5, sentences.space.dimensions), np.float32)
    assert of_length_one(vectors)


def test_no_sentences_are_no_rows(sentences: SentenceEmbedder) -> None:
    assert sentences.embed_sentences([]).shape == (0, sentences.space.dimensions)


def test_a_sentence_stands_at_the_same_place_whatever_its_batch(sentences: SentenceEmbedder) -> None:
    alone = sentences.embed_sentences(["open the door"])
    among = sentences.embed_sentences(["a", "open the door", "a much longer sentence about trains " * 5])

    np.testing.assert_allclose(alone[0], among[1], atol=1e-5)


def test_the_same_line_is_a_sure_match_and_another_is_not(sentences: SentenceEmbedder) -> None:
    line = "the train to london leaves from platform nine"
    query, same, other = sentences.embed_sentences([line, line, "she baked a chocolate cake yesterday"])

    assert sentences.calibration.probability(float(query @ same)) >= 0.75
    assert sentences.calibration.probability(float(query @ other)) < 0.25


# --- pictures ----------------------------------------------------------------------------------


def test_pictures_of_any_size_become_views_of_length_one(visual: VisualEmbedder) -> None:
    pictures = [plain(0), red(), np.zeros((7, 300, 3), np.uint8), np.full((500, 3, 3), 255, np.uint8)]

    vectors = visual.embed_frames(pictures)

    count, views, dimensions = vectors.meaning.shape
    assert (count, dimensions) == (4, visual.meaning_space.dimensions)
    assert views >= 1
    assert vectors.appearance.shape == (4, visual.appearance_space.dimensions)
    assert vectors.meaning.dtype == vectors.appearance.dtype == np.float32
    assert of_length_one(vectors.meaning)
    assert of_length_one(vectors.appearance)


def test_a_picture_stands_at_the_same_place_whatever_its_batch(visual: VisualEmbedder) -> None:
    alone = visual.embed_frames([clock()])
    among = visual.embed_frames([red(), clock()])

    np.testing.assert_allclose(alone.meaning[0], among.meaning[1], atol=1e-5)
    np.testing.assert_allclose(alone.appearance[0], among.appearance[1], atol=1e-5)


def test_words_become_rows_in_the_space_of_the_pictures(visual: VisualEmbedder) -> None:
    words = visual.embed_words(["a red wall", "", "字"])

    assert (words.shape, words.dtype) == ((3, visual.meaning_space.dimensions), np.float32)
    assert of_length_one(words)
    assert visual.embed_words([]).shape == (0, visual.meaning_space.dimensions)


def test_the_same_picture_is_a_sure_match_and_another_is_not(visual: VisualEmbedder) -> None:
    rows = visual.embed_frames([clock(), clock().copy(), traffic_light()]).appearance
    likely = visual.appearance_calibration.probability

    assert likely(float(rows[0] @ rows[1])) >= 0.75
    assert likely(float(rows[0] @ rows[2])) < 0.25


# --- speech ------------------------------------------------------------------------------------


def test_utterances_come_in_order_inside_the_track(speech: SpeechRecognizer) -> None:
    heard = list(speech.transcribe(lambda start_s, end_s: silence(end_s - start_s), 4.0))

    assert all(0 <= each.span.start_s < each.span.end_s <= 4.0 for each in heard)
    assert [each.span.start_s for each in heard] == sorted(each.span.start_s for each in heard)
    assert speech.languages


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * 16_000), dtype=np.float32)


# --- screen text -------------------------------------------------------------------------------


def written(count: int) -> Iterator[TimedFrame]:
    """Yield one picture a second of a sign that stays."""
    image = Image.new("RGB", (640, 360), (20, 40, 90))
    ImageDraw.Draw(image).text((120, 140), "STATION EXIT", fill=(255, 255, 255), font_size=56)
    for at_s in range(count):
        yield TimedFrame(Span(at_s, at_s + 1), 0, np.asarray(image))


def test_a_sign_that_stays_is_read_once_for_its_whole_time(screen_text: ScreenTextReader) -> None:
    (line,) = screen_text.read(written(3))

    assert line.text == "STATION EXIT"
    assert (line.span.start_s, line.span.end_s) == (0, 3)
    assert 0 < line.confidence <= 1


def test_no_pictures_are_no_lines(screen_text: ScreenTextReader) -> None:
    assert list(screen_text.read([])) == []


# --- the real ones know their subject ------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "query"),
    [
        (clock, "clock"),
        (clock, "a clock on the wall"),
        (traffic_light, "traffic light"),
        (traffic_light, "traffic lights at a street crossing"),
    ],
)
def test_an_obvious_thing_is_found_by_its_words(
    draw: Callable[[], Frame], query: str, real_visual: ConseVisual
) -> None:
    assert probability(real_visual, draw(), query) >= 0.5


@pytest.mark.parametrize("draw", [clock, traffic_light, red, lambda: plain(0), lambda: plain(128)])
@pytest.mark.parametrize("query", ["an elephant", "a plate of spaghetti", "quarterly revenue", "asdf qwerty"])
def test_what_is_not_there_is_not_found(
    draw: Callable[[], Frame], query: str, real_visual: ConseVisual
) -> None:
    assert probability(real_visual, draw(), query) < 0.25


def probability(visual: ConseVisual, picture: Frame, query: str) -> float:
    views = visual.embed_frames([picture]).meaning[0]
    return visual.meaning_calibration.probability(float((views @ visual.embed_words([query])[0]).max()))


LINES = {
    "ask not what your country can do for you": "don't ask what the country can do for you",
    "the patient should take this medicine twice a day": "take the drug two times a day",
    "the river flooded the village": "a village was under water because of the flood",
    "i forgot my password and cannot log in": "i can't sign in because i don't remember my password",
}


@pytest.mark.parametrize("line", LINES)
def test_a_paraphrase_finds_its_line_and_no_other(line: str, real_sentences: MiniLmSentences) -> None:
    query = real_sentences.embed_sentences([LINES[line]])[0]
    likely = {
        other: real_sentences.calibration.probability(float(query @ vector))
        for other, vector in zip(LINES, real_sentences.embed_sentences(list(LINES)), strict=True)
    }

    assert likely.pop(line) >= 0.75
    assert max(likely.values()) < 0.25


def test_the_real_sentence_vectors_are_those_of_the_published_model(real_sentences: MiniLmSentences) -> None:
    (vector,) = real_sentences.embed_sentences(["a clock on the wall"])

    # First numbers of a plain numpy forward pass over the published weights.
    wanted = [-0.03077446, 0.10720095, -0.02237828, 0.04921577, -0.00142587, 0.08059397]
    np.testing.assert_allclose(vector[:6], wanted, atol=1e-5)
