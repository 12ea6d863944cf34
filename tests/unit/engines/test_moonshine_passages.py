from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from kinodex.domain.arrays import Sound
from kinodex.engines.moonshine_passages import read_passages
from kinodex.engines.silero import WINDOW, GateState

RATE = 16_000
ReaderOf = Callable[[Sound], Callable[[float, float], Sound]]


def judge_by_loudness(sound: Sound, state: GateState) -> tuple[np.ndarray, GateState]:
    """Take whatever is loud for speech."""
    padded = np.pad(sound, (0, -len(sound) % WINDOW)).reshape(-1, WINDOW)
    return (np.abs(padded).max(axis=1) > 0.1).astype(np.float32), state


def track(duration_s: float, *loud_s: tuple[float, float]) -> Sound:
    sound = np.zeros(round(duration_s * RATE), np.float32)
    for start_s, end_s in loud_s:
        sound[round(start_s * RATE) : round(end_s * RATE)] = 0.5
    return sound


def test_passages_have_the_time_they_have_in_the_track(reader_of: ReaderOf) -> None:
    sound = track(100, (10, 12), (63, 66), (97, 100))

    passages = list(read_passages(reader_of(sound), 100, judge=judge_by_loudness))

    assert [passage.start_s for passage in passages] == pytest.approx([9.8, 62.8, 96.8], abs=0.05)
    assert [len(passage.sound) / RATE for passage in passages] == pytest.approx([2.4, 3.4, 3.2], abs=0.1)


def test_speech_across_a_piece_is_one_passage(reader_of: ReaderOf) -> None:
    passages = list(read_passages(reader_of(track(60, (28, 36))), 60, judge=judge_by_loudness))

    assert len(passages) == 1
    assert passages[0].start_s == pytest.approx(27.8, abs=0.05)
    assert (np.abs(passages[0].sound) > 0.1).sum() == 8 * RATE


def test_endless_speech_loses_no_sample(reader_of: ReaderOf) -> None:
    passages = list(read_passages(reader_of(track(130, (0, 130))), 130, judge=judge_by_loudness))

    assert sum(len(passage.sound) for passage in passages) == pytest.approx(130 * RATE, abs=WINDOW)
    assert max(len(passage.sound) for passage in passages) <= 15.5 * RATE


def test_the_track_is_read_once_in_pieces_of_at_most_a_minute() -> None:
    asked: list[tuple[float, float]] = []

    def read(start_s: float, end_s: float) -> Sound:
        asked.append((start_s, end_s))
        return track(end_s - start_s)

    assert list(read_passages(read, 3601.5, judge=judge_by_loudness)) == []
    assert max(end_s - start_s for start_s, end_s in asked) <= 60
    assert asked[0][0] == 0
    assert asked[-1][1] == 3601.5
    assert all(before[1] == after[0] for before, after in pairwise(asked))


def test_sound_that_ends_before_the_video_is_followed_by_silence(reader_of: ReaderOf) -> None:
    sound = track(40, (38, 40))

    passages = list(read_passages(reader_of(sound), 120, judge=judge_by_loudness))

    assert [passage.start_s for passage in passages] == pytest.approx([37.8], abs=0.05)


def test_a_track_of_no_length_is_not_read() -> None:
    def read(start_s: float, end_s: float) -> Sound:
        raise AssertionError((start_s, end_s))

    assert list(read_passages(read, 0.0, judge=judge_by_loudness)) == []
