"""Write an ONNX graph node by node, with readable calls and the same bytes every time."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kinodex.domain.arrays import AnyArray

OPSET = 20  # the first with Gelu
IR_VERSION = 9  # the one of opset 20; every onnxruntime since 1.17 reads it

Number = type[np.float32] | type[np.int64] | type[np.uint8]


class Graph:
    """A graph being written: each call adds a node and returns the name of what it gives."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: tuple[str | int, ...], dtype: Number) -> str:
        """Declare an input; a word in the shape stands for any length."""
        self._inputs.append(_value(name, shape, dtype))
        return name

    def output(self, value: str, name: str, shape: tuple[str | int, ...]) -> None:
        """Give out a value of ``float32`` under a name."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(_value(name, shape, np.float32))

    def constant(self, array: AnyArray) -> str:
        """Store an array in the file."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def integers(self, *numbers: int) -> str:
        """Store a list of whole numbers, as shapes and axes are given."""
        return self.constant(np.array(numbers, dtype=np.int64))

    def number(self, value: float) -> str:
        """Store one ``float32`` number."""
        return self.constant(np.array(value, dtype=np.float32))

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output."""
        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def split(self, value: str, parts: int, *, axis: int) -> list[str]:
        """Cut a value into equal parts."""
        names = [f"n{len(self._nodes)}_{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [value], names, axis=axis, num_outputs=parts))
        return names

    def save(self, path: Path) -> None:
        """Check the graph and write it."""
        graph = helper.make_graph(
            self._nodes, self._name, self._inputs, self._outputs, initializer=self._constants
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="kinodex",
        )
        onnx.checker.check_model(model, full_check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString(deterministic=True))


_TYPES: dict[Number, int] = {
    np.float32: TensorProto.FLOAT,
    np.int64: TensorProto.INT64,
    np.uint8: TensorProto.UINT8,
}


def _value(name: str, shape: tuple[str | int, ...], dtype: Number) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[dtype], list(shape))
