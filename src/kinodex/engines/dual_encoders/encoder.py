"""A dual encoder at work on onnxruntime."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from tokenizers import Tokenizer

from kinodex.domain.arrays import AnyArray, Frame, Vectors
from kinodex.domain.errors import EngineFailed, EngineNotReady
from kinodex.domain.spaces import Space
from kinodex.engines.dual_encoders.layout import Layout
from kinodex.engines.dual_encoders.pixels import to_pixels
from kinodex.engines.dual_encoders.texts import prepare_tokenizer, to_tokens
from kinodex.engines.onnx_model import OnnxModel
from kinodex.engines.protocols import FrameVectors, VisualAbilities

_VECTORS = ("image_embeds", "text_embeds", "pooler_output")
"""What the exports of these families call their vectors; the first that a graph has counts."""

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    pictures: OnnxModel
    texts: OnnxModel


class DualEncoder:
    """
    Embeds pictures and words with one checkpoint; both meet in one space, pictures among themselves too.

    Args:
        layout: The checkpoint.
        build: What identifies its space (``Layout.build``).
        dimensions: Length of its vectors (``dimensions_of``).
        threads: Threads of one call, at least 1.
        languages: ISO 639-1 codes it is said to understand.
        check: Told the loaded encoder once, before its first use; raises ``EngineNotReady`` to refuse it.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        build: str,
        dimensions: int,
        threads: int,
        languages: tuple[str, ...] = (),
        check: Callable[["DualEncoder"], None] | None = None,
    ) -> None:
        self.name = layout.name
        self.meaning_space = self.appearance_space = Space(layout.name, build, dimensions)
        self.meaning_calibration = layout.words
        self.appearance_calibration = layout.pictures
        self.abilities = VisualAbilities(
            "whatever its training has shown it: things, scenes, actions",
            ("sounds", "movement between pictures"),
            languages,
            is_calibrated=layout.is_calibrated,
        )
        self._layout = layout
        self._threads = threads
        self._check = check
        self._loading = Lock()
        self._loaded: _Loaded | None = None
        self._is_checked = False

    def warm_up(self) -> None:
        """Load the graphs and check them. Raises EngineNotReady as the protocol says."""
        self._load()
        if not self._is_checked:
            if self._check is not None:
                self._check(self)
            self._is_checked = True

    def embed_frames(self, frames: Sequence[Frame]) -> FrameVectors:
        """Return the vectors of at least one picture, one view each, as the protocol says."""
        pixels = to_pixels(frames, self._layout.pixels)
        vectors = self._vectors(self._load().pictures, {"pixel_values": pixels})
        return FrameVectors(meaning=vectors[:, None], appearance=vectors)

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Return descriptions among the pictures: the mean over the templates, rows of length 1."""
        if not texts:
            return np.empty((0, self.meaning_space.dimensions), dtype=np.float32)
        templates = self._layout.templates
        captions = [template.replace("{}", text) for text in texts for template in templates]
        loaded = self._load()
        tokens = to_tokens(loaded.tokenizer, captions, self._layout.texts)
        taken = {name: tokens[name] for name in loaded.texts.inputs if name in tokens}
        vectors = self._vectors(loaded.texts, taken)
        return _unit(vectors.reshape(len(texts), len(templates), -1).mean(axis=1))

    def _vectors(self, model: OnnxModel, feed: dict[str, AnyArray]) -> Vectors:
        outputs = model.run(feed)
        vectors = _chosen(outputs, engine=self.name)
        expected = self.meaning_space.dimensions
        if vectors.ndim != 2 or vectors.shape[1] != expected:  # noqa: PLR2004  rows and columns
            raise EngineFailed(self.name, f"its graph gives the shape {vectors.shape}, not (n, {expected})")
        return _unit(vectors)

    def _load(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                layout = self._layout
                self._loaded = _Loaded(
                    prepare_tokenizer(_read_tokenizer(layout.tokenizer, self.name), layout.texts),
                    self._open(layout.picture_graph, takes="pixel_values"),
                    self._open(layout.text_graph, takes="input_ids"),
                )
            return self._loaded

    def _open(self, graph: Path, *, takes: str) -> OnnxModel:
        model = OnnxModel(graph, threads=self._threads, engine=self.name)
        if takes not in model.inputs:
            raise EngineNotReady(self.name, f"{graph.name} takes {', '.join(model.inputs)} and no {takes}")
        return model


def dimensions_of(layout: Layout, *, threads: int) -> int:
    """
    Return how long the vectors of a checkpoint are: by looking at one, as not every configuration says.

    Raises:
        EngineNotReady, EngineFailed: It cannot be run.
    """
    model = OnnxModel(layout.picture_graph, threads=threads, engine=layout.name)
    pixels = to_pixels([np.zeros((64, 64, 3), dtype=np.uint8)], layout.pixels)
    return int(_chosen(model.run({"pixel_values": pixels}), engine=layout.name).shape[-1])


def _chosen(outputs: Mapping[str, AnyArray], *, engine: str) -> AnyArray:
    for name in _VECTORS:
        if name in outputs:
            return outputs[name]
    raise EngineFailed(engine, f"its graph gives {', '.join(outputs)} and no vectors")


def _read_tokenizer(path: Path, engine: str) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers has no class of its own
        raise EngineNotReady(engine, f"{path.name} cannot be read") from error


def _unit(vectors: AnyArray) -> Vectors:
    wide = vectors.astype(np.float32)
    result: Vectors = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), _TINY)
    return result
