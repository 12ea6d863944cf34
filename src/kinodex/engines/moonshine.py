"""Speech to text on any processor: Silero finds who speaks when, Moonshine tiny writes it down (English)."""

from collections.abc import Iterator
from pathlib import Path

from kinodex.domain.timeline import Utterance
from kinodex.engines.moonshine_decoder import MoonshineModel, Recognized
from kinodex.engines.moonshine_passages import read_passages
from kinodex.engines.moonshine_utterances import time_utterances
from kinodex.engines.protocols import ReadSound
from kinodex.engines.silero import SileroGate

_LEAST_CONFIDENCE = (
    -0.8
)  # mean log probability: clear speech has -0.02 to -0.5, guesses in noise -0.85 and less


class MoonshineSpeech:
    """A ``SpeechRecognizer`` for English; times of words are interpolated."""

    name = "moonshine-tiny-en"
    languages = ("en",)

    def __init__(self, models: Path, *, threads: int) -> None:
        """Remember where the weights are; nothing is loaded."""
        self._models = models
        self._threads = threads
        self._gate = SileroGate(models, engine=self.name)
        self._model: MoonshineModel | None = None

    def warm_up(self) -> None:
        """Load the weights; raises ``EngineNotReady`` if files are missing."""
        self._loaded()

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterator[Utterance]:
        """Yield the sentences spoken in a track, in order; see ``SpeechRecognizer``."""
        model = self._loaded()
        for passage in read_passages(read, duration_s, judge=self._gate.probabilities):
            heard = model.recognize(passage.sound)
            if is_trusted(heard):
                yield from time_utterances(passage, heard.text)

    def _loaded(self) -> MoonshineModel:
        if self._model is None:
            self._gate.warm_up()
            self._model = MoonshineModel(self._models, threads=self._threads, engine=self.name)
        return self._model


def is_trusted(heard: Recognized) -> bool:
    """Return whether something was said and is likely right."""
    return heard.text != "" and heard.confidence >= _LEAST_CONFIDENCE
