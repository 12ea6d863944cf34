"""Make from the weights what the engines load: two graphs and a table of label vectors."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from kinodex.engines import registry
from kinodex.engines.labels import embed_labels
from kinodex.engines.lite0_graph import build_lite0
from kinodex.engines.minilm_graph import build_minilm
from kinodex.engines.minilm_onnx import MiniLmSentences
from kinodex.engines.torch_checkpoint import read_checkpoint
from kinodex.engines.weights import write_manifest


def convert(sources: Path, made: Path) -> None:
    """
    Write every file of ``registry.MADE``. The same sources give the same bytes on the same machine.

    Args:
        sources: Folder with the files of ``registry.SOURCES``.
        made: Folder that holds the files of ``registry.KEPT`` already.
    """
    build_minilm(load_file(sources / registry.MINILM_WEIGHTS.target), made / registry.MINILM_GRAPH)
    build_lite0(read_checkpoint(sources / registry.LITE0_WEIGHTS.target), made / registry.LITE0_GRAPH)
    write_manifest(made)  # so that the engine takes this folder for a models folder
    sentences = MiniLmSentences(made, threads=1)  # one thread: sums in the same order every time
    np.save(made / registry.LABEL_VECTORS, embed_labels(sentences), allow_pickle=False)
