"""
Where somebody speaks: Silero VAD in its sequence form, 16 kHz (https://github.com/snakers4/silero-vad, MIT).

The graph takes many windows at once and hands back its recurrent state, so a track of any length is
judged piece by piece with the result it would have had in one piece. Singing and shouting are often
missed; music, engines and animals are not taken for speech.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinodex.domain.arrays import AnyArray, Sound
from kinodex.engines.onnx_model import OnnxModel
from kinodex.engines.weights import model_file

SAMPLE_RATE_HZ = 16_000
WINDOW = 512
"""Samples judged at once, 32 ms."""
WINDOW_S = WINDOW / SAMPLE_RATE_HZ

_CONTEXT = 64  # samples of the window before that the graph sees again
_STATE_SHAPE = (1, 1, 128)


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate remembers of the sound so far; made by the gate, handed back as it is."""

    hidden: AnyArray
    cell: AnyArray
    context: Sound


def at_start() -> GateState:
    """Return the state before the first sample: silence."""
    zeros = np.zeros(_STATE_SHAPE, np.float32)
    return GateState(zeros, zeros, np.zeros(_CONTEXT, np.float32))


class SileroGate:
    """Tells how probable speech is, 32 ms by 32 ms."""

    def __init__(self, models: Path, *, engine: str) -> None:
        """Remember where the graph lies; ``engine`` is named in errors."""
        self._models = models
        self._engine = engine
        self._model: OnnxModel | None = None

    def warm_up(self) -> OnnxModel:
        """
        Load the graph, once.

        One thread: a window is so small that a second one only waits.

        Raises:
            EngineNotReady: If the file is missing.
        """
        if self._model is None:
            path = model_file(self._models, "silero/silero_vad_16k_sequence.onnx", engine=self._engine)
            self._model = OnnxModel(path, threads=1, engine=self._engine)
        return self._model

    def probabilities(self, sound: Sound, state: GateState) -> tuple[NDArray[np.float32], GateState]:
        """
        Return the probability of speech for each window, and the state to continue with.

        Args:
            sound: Any length but zero; a last window that is not full is filled up with silence.
            state: ``at_start()``, or what the piece before left.

        Returns:
            ``float32`` in [0, 1], shape ``(ceil(samples / WINDOW),)``, and the new state.

        Raises:
            EngineFailed: If the model fails.
        """
        windows = -(-len(sound) // WINDOW)
        padded = np.zeros(_CONTEXT + windows * WINDOW, np.float32)
        padded[:_CONTEXT] = state.context
        padded[_CONTEXT : _CONTEXT + len(sound)] = sound
        overlapping = np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + WINDOW)[::WINDOW]
        result = self.warm_up().run(
            {"input": np.ascontiguousarray(overlapping), "h": state.hidden, "c": state.cell}
        )
        return result["speech_probs"], GateState(result["hn"], result["cn"], padded[-_CONTEXT:])
