"""Whether a checkpoint still computes what it computed when it was installed."""

from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.errors import EngineNotReady
from kinodex.engines.dual_encoders.encoder import DualEncoder

LEAST_COSINE = {"fp32": 0.999, "fp16": 0.999, "int8": 0.99}
"""By precision; what other processors and versions of onnxruntime move stays far above it."""

_TEXTS = ("a red car on a bridge", "Two people talk.", "night")
_SIDE_PX = 96


@dataclass(frozen=True, slots=True)
class Golden:
    """
    What known pictures and words became.

    Attributes:
        pictures: Shape ``(2, d)``.
        texts: Shape ``(3, d)``.
    """

    pictures: Vectors
    texts: Vectors


def compute(encoder: DualEncoder) -> Golden:
    """Embed the known pictures and words."""
    return Golden(encoder.embed_frames(_pictures()).appearance, encoder.embed_words(_TEXTS))


def compare(encoder: DualEncoder, golden: Golden, *, precision: str) -> None:
    """
    Hold an encoder against what it computed before.

    Raises:
        EngineNotReady: It computes something else: files, runtime or processor have changed.
    """
    now, least = compute(encoder), LEAST_COSINE[precision]
    for what, then, new in (
        ("pictures", golden.pictures, now.pictures),
        ("words", golden.texts, now.texts),
    ):
        if then.shape != new.shape:
            raise EngineNotReady(encoder.name, f"its {what} have the shape {new.shape}, not {then.shape}")
        cosine = float((then * new).sum(axis=1).min())
        if not cosine >= least:
            raise EngineNotReady(
                encoder.name,
                f"its {what} are not what they were when it was installed (cosine {cosine:.4f}, at least "
                f"{least} is needed); run 'kinodex models verify {encoder.name}'",
            )


def _pictures() -> list[Frame]:
    down, along = np.mgrid[0:_SIDE_PX, 0:_SIDE_PX].astype(np.uint8)
    waves = np.stack([down * 2, along * 2, 255 - down - along], axis=-1)
    squares = np.repeat(((down // 24 + along // 24) % 2 * 255)[..., None], 3, axis=-1)
    return [waves.astype(np.uint8), squares.astype(np.uint8)]
