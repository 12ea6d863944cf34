"""Sentences as vectors: all-MiniLM-L6-v2 on onnxruntime."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from tokenizers import Tokenizer

from kinodex.domain.arrays import Vectors
from kinodex.domain.errors import EngineNotReady
from kinodex.domain.spaces import Calibration, Space
from kinodex.engines import registry
from kinodex.engines.onnx_model import OnnxModel
from kinodex.engines.weights import CURE, model_file

NAME = "all-minilm-l6-v2"
DIMENSIONS = 384
LONGEST_TOKENS = 256
"""What follows is cut off; the model was trained on shorter texts, and a spoken line is far below it."""

LINE_CALIBRATION = Calibration(slope=33.8, offset=-14.0)
"""
Fitted by ``benchmarks/fit_calibrations.py`` on 40 lines with a paraphrase, a short query and another
line of the same talk each: .25 from a cosine of .38, .75 from .45. Of the true pairs 99 % get .75, of
the others .1 %.
"""


def sentence_space() -> Space:
    """Return the space of the vectors; known without loading anything."""
    made_of = (registry.MINILM_WEIGHTS.sha256, registry.MINILM_TOKENIZER.sha256, f"mean {LONGEST_TOKENS}")
    build = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
    return Space(NAME, build, DIMENSIONS)


class MiniLmSentences:
    """
    Embeds English sentences.

    A vector does not depend on what else is in its batch: padding is masked out.
    ``float32`` throughout. Dynamic int8 is twice as fast, and its vectors move with their batch
    (cosine .99) and away from these (.95), so a stored line would not be found again exactly.
    """

    name = NAME
    calibration = LINE_CALIBRATION

    def __init__(self, models: Path, *, threads: int) -> None:
        self.space = sentence_space()
        self._models = models
        self._threads = threads
        self._loading = Lock()
        self._loaded: tuple[Tokenizer, OnnxModel] | None = None

    def warm_up(self) -> None:
        """Load the weights. Raises EngineNotReady as the protocol says."""
        self._load()

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        """Return one row a sentence, as the protocol says; shape (0, 384) for none."""
        if not sentences:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        tokenizer, model = self._load()
        encoded = tokenizer.encode_batch(list(sentences))
        ids = np.array([each.ids for each in encoded], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
        return model.run({"ids": ids, "mask": mask})["vectors"]

    def _load(self) -> tuple[Tokenizer, OnnxModel]:
        with self._loading:
            if self._loaded is None:
                self._loaded = (self._tokenizer(), self._model())
            return self._loaded

    def _tokenizer(self) -> Tokenizer:
        path = model_file(self._models, registry.MINILM_TOKENIZER.target, engine=NAME)
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers has no class of its own
            raise EngineNotReady(NAME, f"its tokenizer cannot be read; {CURE}") from error
        tokenizer.enable_truncation(LONGEST_TOKENS)
        tokenizer.enable_padding()  # to the longest of the batch
        return tokenizer

    def _model(self) -> OnnxModel:
        path = model_file(self._models, registry.MINILM_GRAPH, engine=NAME)
        return OnnxModel(path, threads=self._threads, engine=NAME)
