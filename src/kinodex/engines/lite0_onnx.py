"""What is in a picture: EfficientNet-Lite0 on onnxruntime, three views a picture."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np

from kinodex.domain.arrays import AnyArray, Frame
from kinodex.engines import registry
from kinodex.engines.crops import square_views
from kinodex.engines.onnx_model import OnnxModel
from kinodex.engines.weights import model_file

SIDE_PX = 224
CLASSES = 1000
FEATURES = 1280


class Seen(NamedTuple):
    """
    What the network sees in some pictures.

    Attributes:
        probabilities: Of the ImageNet classes, ``float32``, shape ``(n, 3, 1000)``, one row a view.
        features: The pooled last layer, ``float32``, shape ``(n, 3, 1280)``, not negative.
    """

    probabilities: AnyArray
    features: AnyArray


class Lite0Classifier:
    """The network; loaded at first use or by ``load``."""

    def __init__(self, models: Path, *, threads: int, engine: str) -> None:
        self._models = models
        self._threads = threads
        self._engine = engine
        self._loading = Lock()
        self._model: OnnxModel | None = None

    def load(self) -> OnnxModel:
        """
        Return the graph, opening it the first time.

        Raises:
            EngineNotReady: If its file is missing.
        """
        with self._loading:
            if self._model is None:
                path = model_file(self._models, registry.LITE0_GRAPH, engine=self._engine)
                self._model = OnnxModel(path, threads=self._threads, engine=self._engine)
            return self._model

    def look(self, frames: Sequence[Frame]) -> Seen:
        """
        Return what is in each picture, at least one.

        The views of one picture are one run: runs of eight pictures cost 1.5 times as much each, as their
        layers no longer fit the cache, and 220 MB more memory.
        """
        model = self.load()
        seen = [model.run({"pictures": square_views(frame, side_px=SIDE_PX)}) for frame in frames]
        return Seen(
            probabilities=np.stack([each["probabilities"] for each in seen]),
            features=np.stack([each["features"] for each in seen]),
        )
