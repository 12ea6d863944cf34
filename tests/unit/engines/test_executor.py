from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from kinodex.domain.arrays import Frame, Sound
from kinodex.domain.errors import EngineFailed, EngineNotReady
from kinodex.domain.timeline import Box, ScreenText, Span, Utterance
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.engines.protocols import FrameVectors, ReadSound, TimedFrame

UTTERANCES = (Utterance(Span(0.5, 1.5), "hello there"), Utterance(Span(3.0, 4.0), "good bye"))
LINE = ScreenText(Span(0.0, 2.0), "EXIT", Box(0.1, 0.1, 0.2, 0.1), 0.9)
ENGINES = EngineSet(
    sentences=FakeSentences(),
    visual=FakeVisual(),
    speech=FakeSpeech(UTTERANCES),
    screen_text=FakeScreenText([LINE]),
)


@pytest.fixture
def executor() -> Executor:
    return Executor(ENGINES)


def frames(count: int) -> Iterator[Frame]:
    return (np.full((8, 8, 3), number % 256, dtype=np.uint8) for number in range(count))


def silence(start_s: float, end_s: float) -> Sound:
    return np.zeros(round((end_s - start_s) * 16_000), dtype=np.float32)


def timed(count: int) -> Iterator[TimedFrame]:
    return (TimedFrame(Span(at, at + 1.0), 0, picture) for at, picture in enumerate(frames(count)))


def nobody(_done: float) -> None:
    """Watch no progress."""


def test_a_long_video_gives_the_vectors_of_its_frames_in_order(executor: Executor) -> None:
    done: list[int] = []

    vectors = executor.embed_frames(frames(19), progress=done.append)

    alone = np.stack([FakeVisual().embed_frames([frame]).appearance[0] for frame in frames(19)])
    np.testing.assert_array_equal(vectors.appearance, alone)
    assert vectors.meaning.shape == (19, 2, executor.meaning_space.dimensions)
    assert done == [8, 16, 19]


def test_no_frames_are_empty_arrays_of_the_right_width(executor: Executor) -> None:
    vectors = executor.embed_frames([], progress=nobody)

    assert vectors.meaning.shape[0] == 0
    assert vectors.meaning.shape[2] == executor.meaning_space.dimensions
    assert vectors.appearance.shape == (0, executor.appearance_space.dimensions)


def test_one_picture_is_embedded_as_in_a_video(executor: Executor) -> None:
    (frame,) = frames(1)

    vectors = executor.embed_picture(frame)

    np.testing.assert_array_equal(vectors.appearance, FakeVisual().embed_frames([frame]).appearance)


def test_texts_come_back_row_by_row_also_none(executor: Executor) -> None:
    texts = [f"line {number}" for number in range(11)]

    np.testing.assert_array_equal(executor.embed_sentences(texts), FakeSentences().embed_sentences(texts))
    np.testing.assert_array_equal(executor.embed_words(texts), FakeVisual().embed_words(texts))
    assert executor.embed_sentences([]).shape == (0, executor.sentence_space.dimensions)
    assert executor.embed_words([]).shape == (0, executor.meaning_space.dimensions)


def test_what_is_said_comes_in_order_with_progress_to_the_end(executor: Executor) -> None:
    reached: list[float] = []

    assert executor.transcribe(silence, 10.0, progress=reached.append) == list(UTTERANCES)
    assert reached == [1.5, 4.0, 10.0]


def test_what_is_written_comes_with_the_frames_read_one_by_one(executor: Executor) -> None:
    assert executor.read_screen_text(timed(3)) == [LINE]
    assert executor.usage()["fake-screen-text"].items == 3


def test_usage_counts_items_and_seconds_by_engine(executor: Executor) -> None:
    executor.embed_frames(frames(10), progress=nobody)
    executor.embed_sentences(["a", "b"])
    executor.transcribe(silence, 10.0, progress=nobody)

    usage = executor.usage()

    assert {name: used.items for name, used in usage.items()} == {
        "fake-colours": 10,
        "fake-sentences": 2,
        "fake-speech": 2,
        "fake-screen-text": 0,
    }
    assert usage["fake-colours"].seconds > 0


class Withdrawn(Exception):
    """Raised by a caller of the executor, and none of its business."""


def stop(_done: float) -> None:
    raise Withdrawn


def broken_read(_start_s: float, _end_s: float) -> Sound:
    raise Withdrawn


def broken_frames() -> Iterator[TimedFrame]:
    yield from timed(1)
    raise Withdrawn


def test_what_a_caller_raises_passes_through_every_engine(executor: Executor) -> None:
    with pytest.raises(Withdrawn):
        executor.embed_frames(frames(3), progress=stop)
    with pytest.raises(Withdrawn):
        executor.embed_frames((frame.picture for frame in broken_frames()), progress=nobody)
    with pytest.raises(Withdrawn):
        executor.transcribe(silence, 10.0, progress=stop)
    with pytest.raises(Withdrawn):
        executor.transcribe(broken_read, 10.0, progress=nobody)
    with pytest.raises(Withdrawn):
        executor.read_screen_text(broken_frames())


def test_an_engine_works_on_after_a_caller_has_raised(executor: Executor) -> None:
    with pytest.raises(Withdrawn):
        executor.transcribe(silence, 10.0, progress=stop)

    assert executor.transcribe(silence, 10.0, progress=nobody) == list(UTTERANCES)


class BrokenVisual(FakeVisual):
    """Cannot see."""

    def embed_frames(self, frames: object) -> FrameVectors:
        raise IndexError("out of sight")


class BrokenSpeech(FakeSpeech):
    """Cannot hear."""

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterator[Utterance]:
        raise IndexError("deaf")


class BrokenScreenText(FakeScreenText):
    """Fails after a first line."""

    def read(self, frames: object) -> Iterator[ScreenText]:
        yield LINE
        raise IndexError("blind")


def test_what_an_engine_raises_becomes_engine_failed() -> None:
    executor = Executor(
        replace(ENGINES, visual=BrokenVisual(), speech=BrokenSpeech(), screen_text=BrokenScreenText())
    )

    with pytest.raises(EngineFailed, match="out of sight"):
        executor.embed_frames(frames(1), progress=nobody)
    with pytest.raises(EngineFailed, match="deaf"):
        executor.transcribe(silence, 1.0, progress=nobody)
    with pytest.raises(EngineFailed, match="blind"):
        executor.read_screen_text(timed(1))


class MissingSentences(FakeSentences):
    """Has no files."""

    def warm_up(self) -> None:
        raise EngineNotReady(self.name, "run 'sh scripts/setup'")


def test_readiness_names_what_is_missing_and_the_rest_is_ready() -> None:
    executor = Executor(replace(ENGINES, sentences=MissingSentences()))
    assert all(executor.readiness().values())

    with pytest.raises(EngineNotReady):
        executor.warm_up()

    readiness = executor.readiness()
    assert "scripts/setup" in (readiness.pop("sentences") or "")
    assert readiness == {"visual": None, "speech": None, "screen_text": None}


class BrokenSentences(FakeSentences):
    """Has files that cannot be loaded."""

    def warm_up(self) -> None:
        raise RuntimeError("bad file")


def test_a_model_that_breaks_at_loading_leaves_the_others_ready() -> None:
    executor = Executor(replace(ENGINES, sentences=BrokenSentences()))

    with pytest.raises(EngineFailed, match="bad file"):
        executor.warm_up()

    assert executor.readiness() == {
        "sentences": "bad file",
        "visual": None,
        "speech": None,
        "screen_text": None,
    }


def test_names_and_spaces_are_those_of_the_engines(executor: Executor) -> None:
    assert executor.names() == {
        "sentences": "fake-sentences",
        "visual": "fake-colours",
        "speech": "fake-speech",
        "screen_text": "fake-screen-text",
    }
    assert executor.sentence_space == ENGINES.sentences.space
    assert executor.meaning_calibration == ENGINES.visual.meaning_calibration
    assert executor.appearance_calibration == ENGINES.visual.appearance_calibration
    assert executor.sentence_calibration == ENGINES.sentences.calibration
    assert executor.speech_languages == ("en",)
