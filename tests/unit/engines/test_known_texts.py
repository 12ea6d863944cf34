"""Vectors of texts that were asked for lately."""

from collections.abc import Sequence

import numpy as np
import pytest

from kinodex.domain.arrays import Vectors
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.engines.known_texts import MOST_AT_ONCE, KnownTexts


class Counting:
    """Embeds a text as its length, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_text_is_embedded_once_and_the_rows_stay_in_order() -> None:
    known, embed = KnownTexts(), Counting()
    known.vectors(["red"], embed)
    vectors = known.vectors(["green", "red", "green"], embed)
    assert embed.asked == [["red"], ["green"]]
    assert vectors[:, 0].tolist() == [5, 3, 5]


def test_what_a_caller_does_to_vectors_is_not_remembered() -> None:
    known, embed = KnownTexts(), Counting()
    known.vectors(["red"], embed)[:] = 0
    known.vectors(["red"], embed)[:] = 0
    assert known.vectors(["red"], embed)[0, 0] == 3


def test_the_text_asked_for_longest_ago_is_forgotten() -> None:
    known, embed = KnownTexts(most=2), Counting()
    for text in ("a", "bb", "a", "ccc", "a", "bb"):
        known.vectors([text], embed)
    assert embed.asked == [["a"], ["bb"], ["ccc"], ["bb"]]


def test_lines_of_a_video_push_no_query_out() -> None:
    known, embed = KnownTexts(), Counting()
    many = [str(number) for number in range(MOST_AT_ONCE + 1)]
    known.vectors(many, embed)
    known.vectors(many[:1], embed)
    assert [len(texts) for texts in embed.asked] == [len(many), 1]
    assert known.vectors([], embed).shape == (0, 2)


def test_nothing_is_remembered_of_a_failure() -> None:
    def fail(_: Sequence[str]) -> Vectors:
        raise OSError("the model is gone")

    known, embed = KnownTexts(), Counting()
    with pytest.raises(OSError, match="gone"):
        known.vectors(["red"], fail)
    assert known.vectors(["red"], embed)[0, 0] == 3


def test_the_executor_asks_its_engines_once_for_a_query() -> None:
    engines = EngineSet(
        sentences=FakeSentences(), visual=FakeVisual(), speech=FakeSpeech(), screen_text=FakeScreenText()
    )
    executor = Executor(engines)
    first = executor.embed_words(["red"]), executor.embed_sentences(["red"])
    again = executor.embed_words(["red"]), executor.embed_sentences(["red"])
    assert {name: usage.items for name, usage in executor.usage().items() if usage.items} == {
        engines.sentences.name: 1,
        engines.visual.name: 1,
    }
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
