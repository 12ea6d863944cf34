"""
Moonshine tiny: sound to tokens (Jeffries et al. 2024, "Moonshine", https://arxiv.org/abs/2410.15608).

An encoder looks at the whole passage; a decoder then writes one token at a time, each time the most
probable one, keeping the keys and values of what it wrote before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from kinodex.domain.arrays import AnyArray, Sound
from kinodex.engines.moonshine_vocabulary import BEGIN, END, Vocabulary, read_vocabulary
from kinodex.engines.onnx_model import OnnxModel
from kinodex.engines.silero import SAMPLE_RATE_HZ
from kinodex.engines.weights import model_file

_TOKENS_PER_S = 6.5  # the authors' limit; people do not speak faster
_FEWEST_TOKENS = 4  # a single short word and its full stop
_SHORTEST = SAMPLE_RATE_HZ // 4  # samples; below, the encoder's convolutions have nothing to stand on
_NO_PAST = np.zeros((1, 8, 0, 36), np.float32)  # (batch, heads, nothing yet, head width)

_LOOP_GROUP = 24  # tokens: longest group looked for
_LOOP_TIMES = 3
_LOOP_TOKENS = 12  # "no, no, no" is speech, so a loop of a short group must go on longer


@dataclass(frozen=True, slots=True)
class Recognized:
    """
    What the decoder wrote.

    ``confidence`` is the mean natural logarithm of the tokens' probabilities: 0 is certain.
    """

    text: str
    confidence: float


class MoonshineModel:
    """The two graphs and the token table, loaded."""

    def __init__(self, models: Path, *, threads: int, engine: str) -> None:
        """Load; raises ``EngineNotReady`` if a file is missing or damaged."""

        def load(name: str) -> OnnxModel:
            path = model_file(models, f"moonshine/{name}", engine=engine)
            return OnnxModel(path, threads=threads, engine=engine)

        self._encoder = load("encoder_model.ort")
        self._decoder = load("decoder_model_merged.ort")
        self._vocabulary: Vocabulary = read_vocabulary(
            model_file(models, "moonshine/tokenizer.bin", engine=engine), engine=engine
        )
        self._past_names = tuple(name for name in self._decoder.inputs if name.startswith("past_key_values"))

    def recognize(self, sound: Sound) -> Recognized:
        """
        Write down a passage of at most about 15 s.

        Raises:
            EngineFailed: If the model fails.
        """
        tokens, log_probabilities = self._write(sound)
        return Recognized(self._vocabulary.text(without_loop(tokens)), float(np.mean(log_probabilities)))

    def _write(self, sound: Sound) -> tuple[list[int], list[float]]:
        padded = np.pad(sound, (0, max(0, _SHORTEST - len(sound))))[np.newaxis]
        mask = np.ones(padded.shape, np.int64)  # the decoder, too, wants it in samples
        encoded = self._encoder.run({"input_values": padded, "attention_mask": mask})
        fixed = {"encoder_attention_mask": mask, "encoder_hidden_states": encoded["last_hidden_state"]}
        past: dict[str, AnyArray] = dict.fromkeys(self._past_names, _NO_PAST)
        tokens: list[int] = []
        log_probabilities: list[float] = []
        for _ in range(token_limit(len(sound))):
            last = tokens[-1] if tokens else BEGIN
            logits, past = self._step(last, fixed, past=past, is_first=not tokens)
            token = int(logits.argmax())
            log_probabilities.append(float(-np.log(np.exp(logits - logits[token]).sum())))
            if token == END:
                break
            tokens.append(token)
            if loop_length(tokens):
                break
        return tokens, log_probabilities

    def _step(
        self, token: int, fixed: dict[str, AnyArray], *, past: dict[str, AnyArray], is_first: bool
    ) -> tuple[AnyArray, dict[str, AnyArray]]:
        ids = np.array([[token]], np.int64)
        result = self._decoder.run(
            {**fixed, **past, "input_ids": ids, "use_cache_branch": np.array([not is_first])}
        )
        # With a past, the graph gives back empty arrays for the encoder's share: the first ones stay.
        present = {
            name: result[name.replace("past_key_values", "present")]
            if is_first or ".decoder." in name
            else past[name]
            for name in self._past_names
        }
        return result["logits"][0, -1], present


def token_limit(samples: int) -> int:
    """Return how many tokens a passage can hold at most."""
    return max(_FEWEST_TOKENS, ceil(samples / SAMPLE_RATE_HZ * _TOKENS_PER_S))


def loop_length(tokens: Sequence[int]) -> int:
    """Return how many tokens at the end are one group over and over; 0 if they are not."""
    for group in range(1, min(_LOOP_GROUP, len(tokens) // _LOOP_TIMES) + 1):
        times = max(_LOOP_TIMES, ceil(_LOOP_TOKENS / group))
        tail = list(tokens[-group * times :])
        if len(tail) == group * times and tail == tail[:group] * times:
            return len(tail)
    return 0


def without_loop(tokens: Sequence[int]) -> Sequence[int]:
    """
    Return the tokens before a loop at their end; none at all if the loop is the greater part.

    A decoder that lost its way writes the same few words for ever. It loses it on singing and on
    music, and what it then wrote before the loop is worth nothing either.
    """
    loop = loop_length(tokens)
    return tokens[:0] if 2 * loop > len(tokens) else tokens[: len(tokens) - loop]
