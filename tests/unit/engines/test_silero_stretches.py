from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.engines.silero import WINDOW_S
from kinodex.engines.silero_stretches import Found, Stretch, calmest, find_stretches

LONGEST = round(15 / WINDOW_S)
MARGIN = round(0.2 / WINDOW_S)
PAUSE = round(1 / WINDOW_S) + 1


def windows(*runs: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, value, np.float32) for value, count in runs])


def find(probabilities: np.ndarray, *, is_open: bool = False, is_end: bool = True) -> Found:
    return find_stretches(probabilities, probabilities, is_open=is_open, is_end=is_end)


def in_pieces(probabilities: np.ndarray, loudness: np.ndarray, size: int) -> list[Stretch]:
    stretches, first, is_open = [], 0, False
    for end in range(size, len(probabilities) + size, size):
        found = find_stretches(
            probabilities[first:end],
            loudness[first:end],
            is_open=is_open,
            is_end=end >= len(probabilities),
        )
        stretches += [Stretch(first + each.start, first + each.end) for each in found.stretches]
        first, is_open = first + found.keep_from, found.is_open
    return stretches


def test_silence_holds_no_speech() -> None:
    assert find(windows((0.01, 500))).stretches == ()


def test_speech_is_found_with_a_margin_on_both_sides() -> None:
    found = find(windows((0.0, 100), (0.9, 50), (0.0, 100)))

    assert found.stretches == (Stretch(100 - MARGIN, 150 + MARGIN),)


def test_a_margin_ends_where_the_track_ends() -> None:
    assert find(windows((0.9, 50))).stretches == (Stretch(0, 50),)


def test_a_click_is_no_speech() -> None:
    assert find(windows((0.0, 50), (0.9, 3), (0.0, 50))).stretches == ()


def test_a_short_pause_stays_inside_a_sentence() -> None:
    found = find(windows((0.9, 50), (0.0, PAUSE // 2), (0.9, 50)))

    assert len(found.stretches) == 1


def test_a_long_pause_ends_a_stretch() -> None:
    found = find(windows((0.9, 50), (0.0, PAUSE), (0.9, 50)))

    assert found.stretches == (Stretch(0, 50 + MARGIN), Stretch(50 + PAUSE - MARGIN, 100 + PAUSE))


def test_a_voice_that_drops_goes_on_where_it_would_not_have_begun() -> None:
    assert find(windows((0.9, 20), (0.4, 60), (0.0, 10))).stretches == (Stretch(0, 80 + MARGIN),)
    assert find(windows((0.4, 60))).stretches == ()


def test_a_long_speech_is_cut_at_its_calmest_place() -> None:
    probabilities = windows((0.9, 300), (0.6, 5), (0.9, 400))

    first, second = find(probabilities).stretches

    assert first.end == second.start
    assert 300 <= first.end < 305


def test_no_stretch_is_much_longer_than_fifteen_seconds() -> None:
    found = find(windows((0.0, 50), (0.9, 5000), (0.0, 50)))

    assert max(each.end - each.start for each in found.stretches) <= LONGEST + 2 * MARGIN


def test_speech_that_may_go_on_is_kept_for_the_next_look() -> None:
    found = find(windows((0.0, 50), (0.9, 60)), is_end=False)

    assert found == Found((), keep_from=50 - MARGIN, is_open=False)


def test_what_is_kept_stays_short_however_long_somebody_speaks() -> None:
    found = find(windows((0.9, 5000)), is_end=False)

    assert found.is_open
    assert 5000 - found.keep_from <= LONGEST


@given(
    runs=st.lists(st.tuples(st.sampled_from([0.0, 0.4, 0.6, 0.95]), st.integers(1, 250)), max_size=25),
    size=st.integers(40, 1000),
    seed=st.integers(0, 3),
)
@settings(max_examples=150, deadline=None)
def test_pieces_give_what_the_whole_gives(runs: list[tuple[float, int]], size: int, seed: int) -> None:
    probabilities = windows((0.0, 1), *runs)
    loudness = np.random.default_rng(seed).random(len(probabilities)).astype(np.float32)

    whole = find_stretches(probabilities, loudness, is_open=False, is_end=True).stretches

    assert in_pieces(probabilities, loudness, size) == list(whole)
    assert all(one.end <= other.start for one, other in pairwise(whole))
    assert all(0 <= each.start < each.end <= len(probabilities) for each in whole)


@pytest.mark.parametrize("place", [3, 40, 96])
def test_the_calmest_place_is_where_least_is_heard(place: int) -> None:
    loudness = np.ones(100, np.float32)
    loudness[place - 2 : place + 3] = 0.1

    assert calmest(np.full(100, 0.9, np.float32), loudness) == place
