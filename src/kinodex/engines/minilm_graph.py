"""
The ONNX graph of all-MiniLM-L6-v2 out of its weights.

The network is BERT (Devlin et al. 2019) with 6 layers of 384 and 12 heads (Wang et al. 2020, "MiniLM");
a sentence is the mean of its token vectors, brought to length 1 (Reimers and Gurevych 2019).
"""

from pathlib import Path

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.engines.graphs import Graph

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
_HEAD_DIMENSIONS = DIMENSIONS // HEADS
_EPSILON = 1e-12
_MASKED = -1e9  # far below any score, and finite: no NaN where a row is all padding

Weights = dict[str, AnyArray]


def build_minilm(weights: Weights, target: Path) -> None:
    """
    Write the graph: ``ids``, ``mask`` (int64, (n, length)) to ``vectors`` (float32, (n, 384), length 1).

    Args:
        weights: The tensors of ``model.safetensors`` by name.
        target: The ONNX file.
    """
    graph = Graph("minilm")
    ids = graph.input("ids", ("n", "length"), np.int64)
    mask = graph.input("mask", ("n", "length"), np.int64)
    hidden = _embeddings(graph, weights, ids)
    penalty = _penalty(graph, mask)
    for layer in range(LAYERS):
        hidden = _layer(graph, weights, f"encoder.layer.{layer}", hidden=hidden, penalty=penalty)
    graph.output(_pooled(graph, hidden, mask), "vectors", ("n", DIMENSIONS))
    graph.save(target)


def _embeddings(graph: Graph, weights: Weights, ids: str) -> str:
    words = graph.add("Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), ids)
    # A single sentence has type 0 throughout, so its row is added to the positions once and for all.
    places = weights["embeddings.position_embeddings.weight"]
    table = graph.constant(places + weights["embeddings.token_type_embeddings.weight"][0])
    length = graph.add("Shape", ids, start=1)
    positions = graph.add("Slice", table, graph.integers(0), length, graph.integers(0))
    return _norm(graph, weights, "embeddings.LayerNorm", graph.add("Add", words, positions))


def _penalty(graph: Graph, mask: str) -> str:
    kept = graph.add("Unsqueeze", _float(graph, mask), graph.integers(1, 2))
    return graph.add("Mul", graph.add("Sub", graph.number(1.0), kept), graph.number(_MASKED))


def _layer(graph: Graph, weights: Weights, name: str, *, hidden: str, penalty: str) -> str:
    attended = _attention(graph, weights, f"{name}.attention", hidden=hidden, penalty=penalty)
    wide = _linear(graph, weights, f"{name}.intermediate.dense", attended)
    narrow = _linear(graph, weights, f"{name}.output.dense", graph.add("Gelu", wide))
    return _norm(graph, weights, f"{name}.output.LayerNorm", graph.add("Add", narrow, attended))


def _attention(graph: Graph, weights: Weights, name: str, *, hidden: str, penalty: str) -> str:
    # One product for queries, keys and values: three small ones keep two cores less busy.
    parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
    kernel = np.concatenate([weights[f"{part}.weight"] for part in parts])
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    joined = _affine(graph, kernel, bias, hidden)
    query, key, value = (_by_head(graph, part) for part in graph.split(joined, 3, axis=2))
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scaled = graph.add("Mul", scores, graph.number(_HEAD_DIMENSIONS**-0.5))
    shares = graph.add("Softmax", graph.add("Add", scaled, penalty), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
    flat = graph.add("Reshape", mixed, graph.integers(0, 0, DIMENSIONS))
    output = _linear(graph, weights, f"{name}.output.dense", flat)
    return _norm(graph, weights, f"{name}.output.LayerNorm", graph.add("Add", output, hidden))


def _by_head(graph: Graph, value: str) -> str:
    cut = graph.add("Reshape", value, graph.integers(0, 0, HEADS, _HEAD_DIMENSIONS))
    return graph.add("Transpose", cut, perm=[0, 2, 1, 3])


def _pooled(graph: Graph, hidden: str, mask: str) -> str:
    kept = graph.add("Unsqueeze", _float(graph, mask), graph.integers(2))
    total = graph.add("ReduceSum", graph.add("Mul", hidden, kept), graph.integers(1), keepdims=0)
    # The mean differs from the sum by a factor, which bringing the vector to length 1 takes out again.
    length = graph.add("ReduceL2", total, graph.integers(1), keepdims=1)
    return graph.add("Div", total, graph.add("Max", length, graph.number(_EPSILON)))


def _linear(graph: Graph, weights: Weights, name: str, value: str) -> str:
    return _affine(graph, weights[f"{name}.weight"], weights[f"{name}.bias"], value)


def _affine(graph: Graph, kernel: AnyArray, bias: AnyArray, value: str) -> str:
    return graph.add("Add", graph.add("MatMul", value, graph.constant(kernel.T)), graph.constant(bias))


def _norm(graph: Graph, weights: Weights, name: str, value: str) -> str:
    scale, bias = graph.constant(weights[f"{name}.weight"]), graph.constant(weights[f"{name}.bias"])
    return graph.add("LayerNormalization", value, scale, bias, axis=-1, epsilon=_EPSILON)


def _float(graph: Graph, value: str) -> str:
    return graph.add("Cast", value, to=1)
