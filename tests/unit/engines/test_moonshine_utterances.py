from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.engines.moonshine_passages import Passage
from kinodex.engines.moonshine_utterances import split_sentences, time_utterances

WINDOW_S = 0.032


def passage(*runs: tuple[float, int], start_s: float = 0.0) -> Passage:
    probabilities = np.concatenate([np.full(count, value, np.float32) for value, count in runs])
    return Passage(start_s, np.zeros(len(probabilities) * 512, np.float32), probabilities)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The ship left. Nobody waved.", ["The ship left.", "Nobody waved."]),
        ("Did it? Yes! It did", ["Did it?", "Yes!", "It did"]),
        ("Mr. Brown met Dr. J. F. Gray.", ["Mr. Brown met Dr. J. F. Gray."]),
        ('"Go away." He went.', ['"Go away."', "He went."]),
        ("It costs 3.50 today.", ["It costs 3.50 today."]),
        ("no stop at all", ["no stop at all"]),
    ],
)
def test_text_is_split_into_sentences(text: str, sentences: list[str]) -> None:
    assert [" ".join(words) for words in split_sentences(text)] == sentences


def test_a_word_takes_time_by_its_letters() -> None:
    (utterance,) = time_utterances(passage((1.0, 100), start_s=10.0), "abc abcdefghijklmno")

    assert [word.span.start_s for word in utterance.words] == pytest.approx([10.0, 10.64], abs=0.01)
    assert utterance.span.end_s == pytest.approx(10 + 100 * WINDOW_S, abs=0.001)


def test_a_pause_of_the_voice_falls_where_the_text_pauses() -> None:
    spoken = passage((1.0, 40), (0.0, 20), (1.0, 60))

    first, second = time_utterances(spoken, "They all waited. Then the storm came.")

    assert first.span.end_s == pytest.approx(40 * WINDOW_S, abs=0.001)
    assert second.span.start_s == pytest.approx(60 * WINDOW_S, abs=0.001)


def test_a_pause_far_from_any_stop_takes_none_along() -> None:
    spoken = passage((1.0, 150), (0.0, 20), (1.0, 10))

    first, second = time_utterances(spoken, "Yes. And then we went all the way down to the harbour again")

    assert first.span.end_s == second.span.start_s < 1.0


def test_pauses_inside_a_sentence_take_no_time_from_words() -> None:
    (utterance,) = time_utterances(passage((1.0, 50), (0.0, 100), (1.0, 50)), "aa bbbbbb")

    assert utterance.words[0].span.end_s == pytest.approx(30 * WINDOW_S, abs=0.1)
    assert utterance.words[1].span.end_s == pytest.approx(200 * WINDOW_S, abs=0.001)


@given(
    words=st.lists(st.text("ab.,?", min_size=1, max_size=9), min_size=1, max_size=20),
    runs=st.lists(st.tuples(st.sampled_from([0.0, 0.4, 0.9]), st.integers(1, 60)), min_size=1, max_size=8),
)
def test_times_never_run_backwards_nor_leave_the_passage(
    words: list[str], runs: list[tuple[float, int]]
) -> None:
    spoken = passage(*runs, start_s=100.0)
    utterances = list(time_utterances(spoken, " ".join(words)))
    timed = [word for utterance in utterances for word in utterance.words]

    assert [word.text for word in timed] == words
    assert all(word.span.start_s <= word.span.end_s for word in timed)
    assert all(one.span.end_s <= other.span.start_s for one, other in pairwise(timed))
    assert timed[0].span.start_s >= 100.0
    assert timed[-1].span.end_s <= 100.0 + len(spoken.probabilities) * WINDOW_S + 0.001
