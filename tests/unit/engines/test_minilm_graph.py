"""The graph against a plain numpy forward pass, on random weights of the real shape."""

import math
from pathlib import Path

import numpy as np
import pytest

from kinodex.engines.minilm_graph import DIMENSIONS, HEADS, LAYERS, build_minilm
from kinodex.engines.onnx_model import OnnxModel

pytestmark = pytest.mark.slow

VOCABULARY = 50
WIDE = 4 * DIMENSIONS
Weights = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def weights() -> Weights:
    random = np.random.default_rng(7)

    def made(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.08).astype(np.float32)

    result = {
        "embeddings.word_embeddings.weight": made(VOCABULARY, DIMENSIONS),
        "embeddings.position_embeddings.weight": made(64, DIMENSIONS),
        "embeddings.token_type_embeddings.weight": made(2, DIMENSIONS),
    }
    shapes = {
        "attention.self.query": (DIMENSIONS, DIMENSIONS),
        "attention.self.key": (DIMENSIONS, DIMENSIONS),
        "attention.self.value": (DIMENSIONS, DIMENSIONS),
        "attention.output.dense": (DIMENSIONS, DIMENSIONS),
        "intermediate.dense": (WIDE, DIMENSIONS),
        "output.dense": (DIMENSIONS, WIDE),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        for name, shape in shapes.items():
            result[f"encoder.layer.{layer}.{name}.weight"] = made(*shape)
            result[f"encoder.layer.{layer}.{name}.bias"] = made(shape[0])
        norms += [
            f"encoder.layer.{layer}.attention.output.LayerNorm",
            f"encoder.layer.{layer}.output.LayerNorm",
        ]
    for norm in norms:
        result[f"{norm}.weight"], result[f"{norm}.bias"] = 1 + made(DIMENSIONS), made(DIMENSIONS)
    return result


@pytest.fixture(scope="module")
def path(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("minilm")
    build_minilm(weights, folder / "graph.onnx")
    return folder / "graph.onnx"


def norm(value: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    centred = value - value.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def dense(value: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def forward(weights: Weights, ids: list[int]) -> np.ndarray:
    """Return the vector of one sentence, without padding, step by step as the papers say."""
    words = weights["embeddings.word_embeddings.weight"][ids]
    places = weights["embeddings.position_embeddings.weight"][: len(ids)]
    hidden = words + places + weights["embeddings.token_type_embeddings.weight"][0]
    hidden = norm(hidden.astype(np.float64), weights, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            dense(hidden, weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")
        )
        heads = []
        for columns in np.split(np.arange(DIMENSIONS), HEADS):
            scores = query[:, columns] @ key[:, columns].T / math.sqrt(len(columns))
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            heads.append(shares / shares.sum(axis=1, keepdims=True) @ value[:, columns])
        mixed = dense(np.concatenate(heads, axis=1), weights, f"{name}.attention.output.dense")
        hidden = norm(hidden + mixed, weights, f"{name}.attention.output.LayerNorm")
        wide = dense(hidden, weights, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        hidden = norm(
            hidden + dense(wide, weights, f"{name}.output.dense"), weights, f"{name}.output.LayerNorm"
        )
    mean = hidden.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_the_graph_computes_what_the_papers_say_also_in_a_padded_batch(path: Path, weights: Weights) -> None:
    sentences = [[1, 7, 42, 3, 2], [1, 9, 2], [1, 30, 31, 32, 33, 34, 35, 2]]
    ids = np.zeros((3, 8), dtype=np.int64)
    mask = np.zeros((3, 8), dtype=np.int64)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence)], mask[row, : len(sentence)] = sentence, 1

    vectors = OnnxModel(path, threads=1, engine="t").run({"ids": ids, "mask": mask})["vectors"]

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, [forward(weights, ids) for ids in sentences], atol=2e-6)


def test_the_same_weights_give_the_same_bytes(path: Path, weights: Weights, tmp_path: Path) -> None:
    build_minilm(weights, tmp_path / "again.onnx")

    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()
