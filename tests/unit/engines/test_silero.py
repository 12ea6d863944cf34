from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.arrays import Sound
from kinodex.domain.errors import EngineNotReady
from kinodex.engines.silero import WINDOW, SileroGate, at_start


@pytest.fixture(scope="module")
def gate(models_dir: Path) -> SileroGate:
    return SileroGate(models_dir, engine="test")


def test_there_is_one_probability_for_each_window_begun(gate: SileroGate) -> None:
    probabilities, _ = gate.probabilities(np.zeros(WINDOW * 3 + 1, np.float32), at_start())

    assert probabilities.shape == (4,)


def test_a_track_in_pieces_is_judged_as_in_one(gate: SileroGate, speech_sample: Sound) -> None:
    sound = speech_sample[: WINDOW * 200]
    whole, _ = gate.probabilities(sound, at_start())

    first, state = gate.probabilities(sound[: WINDOW * 77], at_start())
    second, _ = gate.probabilities(sound[WINDOW * 77 :], state)

    assert np.allclose(np.concatenate([first, second]), whole, atol=1e-4)


def test_speech_is_told_from_silence(gate: SileroGate, speech_sample: Sound) -> None:
    spoken, _ = gate.probabilities(speech_sample, at_start())
    silent, _ = gate.probabilities(np.zeros_like(speech_sample), at_start())

    assert spoken.max() > 0.9
    assert silent.max() < 0.1


def test_without_its_file_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        SileroGate(tmp_path, engine="test").warm_up()
