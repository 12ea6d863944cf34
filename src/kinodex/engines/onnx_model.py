"""A graph that onnxruntime runs on the processor: opened quietly, its errors ours."""

from collections.abc import Mapping
from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from kinodex.domain.arrays import AnyArray
from kinodex.domain.errors import EngineFailed, EngineNotReady

_ERRORS_ONLY = 3  # onnxruntime's severity; below it, harmless warnings would reach the terminal

_SHORT_OF_MEMORY = ("bad_alloc", "Failed to allocate memory")  # it has no class or code for this

# onnxruntime names its errors one by one; they share no base class of its own.
ORT_ERRORS: tuple[type[Exception], ...] = tuple(
    value for value in vars(ort_state).values() if isinstance(value, type) and issubclass(value, Exception)
)


def open_session(path: Path, *, threads: int, engine: str) -> onnxruntime.InferenceSession:
    """
    Return a session for a graph file, ``.onnx`` or ``.ort``.

    No memory arena, so that memory goes back after a large input; no spinning threads, so that an
    engine that waits costs nothing.

    Args:
        path: The graph file.
        threads: Threads of one call, at least 1.
        engine: Who asks, for the message.

    Raises:
        EngineNotReady: If the file is missing or no graph.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except ORT_ERRORS as error:
        raise EngineNotReady(engine, f"{path.name} cannot be loaded; run 'sh scripts/setup'") from error


class OnnxModel:
    """A loaded graph: named arrays in, named arrays out."""

    def __init__(self, path: Path, *, threads: int, engine: str) -> None:
        """Load the graph; raises ``EngineNotReady`` like ``open_session``."""
        self._session = open_session(path, threads=threads, engine=engine)
        self._engine = engine
        self.inputs = tuple(entry.name for entry in self._session.get_inputs())
        self.outputs = tuple(entry.name for entry in self._session.get_outputs())

    def run(self, feed: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
        """
        Return every output by name.

        Raises:
            EngineFailed: If onnxruntime refuses the arrays or fails on them.
            MemoryError: If it found too little memory; with less at a time it may work.
        """
        try:
            return dict(zip(self.outputs, self._session.run(None, dict(feed)), strict=True))
        except ORT_ERRORS as error:
            if any(words in str(error) for words in _SHORT_OF_MEMORY):
                raise MemoryError("onnxruntime found too little memory") from error
            raise EngineFailed(self._engine, "onnxruntime stopped with an error") from error
