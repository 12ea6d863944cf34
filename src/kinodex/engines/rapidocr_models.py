"""
The two PP-OCRv6 networks inside the ``rapidocr`` wheel (Apache-2.0): where text is, and what it says.

Only rapidocr's pre- and post-processing is used, on sessions we open ourselves: so it can neither
download anything nor write beside its own files, takes our number of threads and says nothing.
Reads Chinese, Japanese and Latin script; not Korean, Cyrillic, Arabic.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinodex.domain.arrays import Frame
from kinodex.domain.errors import EngineFailed, EngineNotReady
from kinodex.engines.onnx_model import open_session

Quad = NDArray[np.float32]
"""The corners of a line in pixels: top left, top right, bottom right, bottom left; shape ``(4, 2)``."""

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNIZER = "PP-OCRv6_rec_small.onnx"

# rapidocr's own defaults but for the size: the detector sees no side longer than 640 px, where recall is
# the same at half the cost.
_DETECTION = {
    "limit_type": "max",
    "limit_side_len": 640,
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "thresh": 0.3,
    "box_thresh": 0.5,
    "max_candidates": 1000,
    "unclip_ratio": 1.6,
    "use_dilation": True,
    "score_mode": "fast",
}
_RECOGNITION = {"rec_batch_num": 6, "rec_img_shape": [3, 48, 320], "font_path": None}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says; ``confidence`` in [0, 1] is the mean over its characters."""

    text: str
    confidence: float


class _Options(dict[str, Any]):
    """Options as rapidocr reads them: by key and as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


class PpOcr:
    """Detector and recogniser, loaded."""

    def __init__(self, *, threads: int, engine: str) -> None:
        """Load; raises ``EngineNotReady`` if the wheel lacks its models."""
        # Imported here, because it takes a second and sets up a logger on the way.
        from rapidocr import EngineType, LangDet, LangRec  # noqa: PLC0415  see above
        from rapidocr.ch_ppocr_det import TextDetector  # noqa: PLC0415
        from rapidocr.ch_ppocr_rec import TextRecognizer  # noqa: PLC0415

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL + 1)
        self._engine = engine

        def options(model: str, others: dict[str, Any]) -> _Options:
            session = open_session(bundled_model(model, engine=engine), threads=threads, engine=engine)
            return _Options(others, engine_type=EngineType.ONNXRUNTIME, session=session)

        self._detector = TextDetector(options(_DETECTOR, {**_DETECTION, "lang_type": LangDet.CH}))
        self._recognizer = TextRecognizer(options(_RECOGNIZER, {**_RECOGNITION, "lang_type": LangRec.CH}))

    def detect(self, picture: Frame) -> list[Quad]:
        """
        Return where lines of text are; none for a picture too small to hold any.

        Raises:
            EngineFailed: If the network fails.
        """
        found = self._call(self._detector, np.ascontiguousarray(picture[:, :, ::-1]))
        return [] if found.boxes is None else [np.asarray(quad, np.float32) for quad in found.boxes]

    def recognize(self, picture: Frame, quads: Sequence[Quad]) -> list[Reading]:
        """
        Return what each of some lines says, in their order.

        Raises:
            EngineFailed: If the network fails.
        """
        from rapidocr.ch_ppocr_rec import TextRecInput  # noqa: PLC0415  see __init__
        from rapidocr.utils.process_img import get_rotate_crop_image  # noqa: PLC0415

        if not quads:
            return []
        bgr = np.ascontiguousarray(picture[:, :, ::-1])
        crops = [get_rotate_crop_image(bgr, quad.copy()) for quad in quads]
        result = self._call(self._recognizer, TextRecInput(img=crops))
        return [
            Reading(text.strip(), float(score))
            for text, score in zip(result.txts, result.scores, strict=True)
        ]

    def _call(self, network: Any, argument: object) -> Any:
        from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError  # noqa: PLC0415

        try:
            return network(argument)
        except ONNXRuntimeError as error:
            raise EngineFailed(self._engine, "onnxruntime stopped with an error") from error


def bundled_model(name: str, *, engine: str) -> Path:
    """
    Return where a network lies inside the package.

    Raises:
        EngineNotReady: If it is not there.
    """
    path = Path(str(files("rapidocr") / "models" / name))
    if not path.is_file():
        raise EngineNotReady(engine, f"{name} is missing from the package rapidocr; run 'sh scripts/setup'")
    return path
