"""The graph against a plain numpy forward pass, on random weights of the real shape."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kinodex.engines.lite0_graph import build_lite0
from kinodex.engines.onnx_model import OnnxModel

pytestmark = pytest.mark.slow

Weights = dict[str, np.ndarray]

BLOCKS = (  # kernel, stride, expansion, channels in, channels out: EfficientNet-Lite0
    *[(3, 1, 1, 32, 16), (3, 2, 6, 16, 24), (3, 1, 6, 24, 24), (5, 2, 6, 24, 40), (5, 1, 6, 40, 40)],
    *[(3, 2, 6, 40, 80), (3, 1, 6, 80, 80), (3, 1, 6, 80, 80)],
    *[(5, 1, 6, 80, 112), (5, 1, 6, 112, 112), (5, 1, 6, 112, 112)],
    *[(5, 2, 6, 112, 192), (5, 1, 6, 192, 192), (5, 1, 6, 192, 192), (5, 1, 6, 192, 192)],
    *[(3, 1, 6, 192, 320)],
)


def shapes() -> Iterator[tuple[str, str, tuple[int, int, int, int]]]:
    """Yield convolution, its normalisation, and the shape of the kernel."""
    yield "_conv_stem", "_bn0", (32, 3, 3, 3)
    for number, (kernel, _stride, expansion, before, after) in enumerate(BLOCKS):
        name, wide = f"_blocks.{number}", before * expansion
        if expansion > 1:
            yield f"{name}._expand_conv", f"{name}._bn0", (wide, before, 1, 1)
        yield f"{name}._depthwise_conv", f"{name}._bn1", (wide, 1, kernel, kernel)
        yield f"{name}._project_conv", f"{name}._bn2", (after, wide, 1, 1)
    yield "_conv_head", "_bn1", (1280, 320, 1, 1)


@pytest.fixture(scope="module")
def weights() -> Weights:
    random = np.random.default_rng(3)
    result: Weights = {}
    for convolution, norm, shape in shapes():
        spread = np.sqrt(2 / np.prod(shape[1:]))
        result[f"{convolution}.weight"] = (random.standard_normal(shape) * spread).astype(np.float32)
        for part, low, high in (("weight", 0.8, 1.2), ("bias", -0.1, 0.3), ("running_mean", -0.1, 0.1)):
            result[f"{norm}.{part}"] = random.uniform(low, high, shape[0]).astype(np.float32)
        result[f"{norm}.running_var"] = random.uniform(0.5, 1.5, shape[0]).astype(np.float32)
    result["_fc.weight"] = (random.standard_normal((1000, 1280)) * 0.05).astype(np.float32)
    result["_fc.bias"] = (random.standard_normal(1000) * 0.05).astype(np.float32)
    return result


def convolve(value: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Convolve ``(channels, height, width)`` with "same" padding, heavier at the end."""
    size, side = kernel.shape[2], value.shape[1]
    padding = max(0, (-(-side // stride) - 1) * stride + size - side)
    edges = (padding // 2, padding - padding // 2)
    padded = np.pad(value, ((0, 0), edges, edges))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    if kernel.shape[1] == 1:
        return np.einsum("chwyx,cyx->chw", windows, kernel[:, 0], optimize=True)
    return np.tensordot(kernel, windows, axes=((1, 2, 3), (0, 3, 4)))


def forward(weights: Weights, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and features of one picture."""

    def layer(value: np.ndarray, convolution: str, norm: str, stride: int = 1) -> np.ndarray:
        value = convolve(value, weights[f"{convolution}.weight"], stride)
        mean, variance, scale, shift = (
            weights[f"{norm}.{part}"][:, None, None]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (value - mean) / np.sqrt(variance + 1e-3) * scale + shift

    value = ((picture.astype(np.float32) - 127) / 128).transpose(2, 0, 1)
    value = np.clip(layer(value, "_conv_stem", "_bn0", 2), 0, 6)
    for number, (_kernel, stride, expansion, before, after) in enumerate(BLOCKS):
        name, inner = f"_blocks.{number}", value
        if expansion > 1:
            inner = np.clip(layer(inner, f"{name}._expand_conv", f"{name}._bn0"), 0, 6)
        inner = np.clip(layer(inner, f"{name}._depthwise_conv", f"{name}._bn1", stride), 0, 6)
        inner = layer(inner, f"{name}._project_conv", f"{name}._bn2")
        value = inner + value if stride == 1 and before == after else inner
    value = np.clip(layer(value, "_conv_head", "_bn1"), 0, 6)
    features = value.mean(axis=(1, 2))
    places = value.reshape(len(value), -1).T
    return (softmax(features[None], weights) + softmax(places, weights)) / 2, features


def softmax(rows: np.ndarray, weights: Weights) -> np.ndarray:
    logits = (rows @ weights["_fc.weight"].T + weights["_fc.bias"]) / 1.5
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).mean(axis=0)


@pytest.fixture(scope="module")
def path(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lite0")
    build_lite0(weights, folder / "graph.onnx")
    return folder / "graph.onnx"


def test_the_graph_computes_what_the_paper_says(path: Path, weights: Weights) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    pictures[1] = np.linspace(0, 255, 224, dtype=np.uint8)[None, :, None]

    seen = OnnxModel(path, threads=1, engine="t").run({"pictures": pictures})

    for row, picture in enumerate(pictures):
        probabilities, features = forward(weights, picture)
        assert features.max() > 0.1
        np.testing.assert_allclose(seen["features"][row], features, atol=1e-4)
        np.testing.assert_allclose(seen["probabilities"][row], probabilities, atol=1e-5)
    np.testing.assert_allclose(seen["probabilities"].sum(axis=1), 1, atol=1e-5)


def test_the_same_weights_give_the_same_bytes(path: Path, weights: Weights, tmp_path: Path) -> None:
    build_lite0(weights, tmp_path / "again.onnx")

    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()
