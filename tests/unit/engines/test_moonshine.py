from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.arrays import Sound
from kinodex.domain.errors import EngineNotReady
from kinodex.engines.moonshine import MoonshineSpeech, is_trusted
from kinodex.engines.moonshine_decoder import Recognized

RATE = 16_000
ReaderOf = Callable[[Sound], Callable[[float, float], Sound]]


@pytest.fixture(scope="module")
def speech(models_dir: Path) -> MoonshineSpeech:
    return MoonshineSpeech(models_dir, threads=1)


def silence(seconds: int) -> Sound:
    return np.zeros(seconds * RATE, np.float32)


def noise(seconds: int) -> Sound:
    return np.random.default_rng(1).normal(0, 0.2, seconds * RATE).astype(np.float32)


def tones(seconds: int) -> Sound:
    """Return a throbbing chord, which the gate takes for a voice."""
    at_s = np.arange(seconds * RATE) / RATE
    vibrato = 1 + 0.003 * np.sin(2 * np.pi * 5 * at_s)
    chord = sum(np.sin(2 * np.pi * pitch_hz * at_s * vibrato) for pitch_hz in (220, 277, 330, 440))
    return (chord * 0.1 * (0.3 + 0.7 * np.abs(np.sin(4 * np.pi * at_s)))).astype(np.float32)


@pytest.mark.parametrize("make", [silence, noise, tones])
def test_nothing_is_written_where_nobody_speaks(
    speech: MoonshineSpeech, reader_of: ReaderOf, make: Callable[[int], Sound]
) -> None:
    assert list(speech.transcribe(reader_of(make(20)), 20.0)) == []


def test_speech_becomes_sentences_in_order(
    speech: MoonshineSpeech, reader_of: ReaderOf, speech_sample: Sound
) -> None:
    duration_s = len(speech_sample) / RATE

    utterances = list(speech.transcribe(reader_of(speech_sample), duration_s))

    assert sum(len(utterance.words) for utterance in utterances) >= 50
    assert "railway station" in utterances[-1].text
    assert all(utterance.text == utterance.text.strip() != "" for utterance in utterances)
    assert all(" ".join(word.text for word in each.words) == each.text for each in utterances)
    assert all(one.span.end_s <= other.span.start_s for one, other in pairwise(utterances))
    assert utterances[0].span.start_s >= 0
    assert utterances[-1].span.end_s <= duration_s


def test_times_are_those_of_the_track(
    speech: MoonshineSpeech, reader_of: ReaderOf, speech_sample: Sound
) -> None:
    shifted = np.concatenate([silence(40), speech_sample])

    before = list(speech.transcribe(reader_of(speech_sample), len(speech_sample) / RATE))
    after = list(speech.transcribe(reader_of(shifted), len(shifted) / RATE))

    assert [each.text for each in after] == [each.text for each in before]
    assert [each.span.start_s - 40 for each in after] == pytest.approx(
        [each.span.start_s for each in before], abs=0.05
    )


@pytest.mark.parametrize(
    ("heard", "trusted"),
    [(Recognized("Hello.", -0.5), True), (Recognized("You", -1.1), False), (Recognized("", 0.0), False)],
)
def test_a_guess_in_noise_is_dropped(heard: Recognized, trusted: bool) -> None:
    assert is_trusted(heard) is trusted


def test_making_it_loads_nothing_and_without_files_it_says_what_to_run(tmp_path: Path) -> None:
    speech = MoonshineSpeech(tmp_path, threads=1)

    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        speech.warm_up()


def test_it_is_silent_on_the_terminal(
    models_dir: Path, reader_of: ReaderOf, capfd: pytest.CaptureFixture[str]
) -> None:
    fresh = MoonshineSpeech(models_dir, threads=1)
    fresh.warm_up()
    list(fresh.transcribe(reader_of(silence(1)), 1.0))

    assert capfd.readouterr() == ("", "")
