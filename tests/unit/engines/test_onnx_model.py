from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.errors import EngineFailed, EngineNotReady
from kinodex.engines.graphs import Graph
from kinodex.engines.onnx_model import OnnxModel


@pytest.fixture
def zeros(tmp_path: Path) -> OnnxModel:
    """Return a graph that makes as many zeros as it is told and sums them."""
    graph = Graph("zeros")
    many = graph.add("ConstantOfShape", graph.input("shape", ("n",), np.int64))
    graph.output(graph.add("ReduceSum", many, keepdims=0), "sum", ())
    graph.save(tmp_path / "zeros.onnx")
    return OnnxModel(tmp_path / "zeros.onnx", threads=1, engine="zeros")


def test_outputs_come_by_name(zeros: OnnxModel) -> None:
    assert zeros.run({"shape": np.array([3], dtype=np.int64)})["sum"] == 0


def test_arrays_of_the_wrong_kind_are_a_failure_of_the_engine(zeros: OnnxModel) -> None:
    with pytest.raises(EngineFailed):
        zeros.run({"shape": np.array([3.0], dtype=np.float32)})


def test_short_memory_is_told_apart_so_that_less_can_be_tried(zeros: OnnxModel) -> None:
    more_than_can_be_addressed = np.array([2**46], dtype=np.int64)

    with pytest.raises(MemoryError):
        zeros.run({"shape": more_than_can_be_addressed})


def test_a_file_that_is_no_graph_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "no.onnx").write_bytes(b"no graph")

    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        OnnxModel(tmp_path / "no.onnx", threads=1, engine="e")
