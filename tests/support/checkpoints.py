"""The tiny checkpoints of ``tests/models``, and copies of them to break."""

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MODELS = Path(__file__).parents[1] / "models"
TINY_CLIP = MODELS / "tiny-clip"


def copy_of(checkpoint: Path, target: Path) -> Path:
    """Copy a checkpoint to where a test may change it."""
    shutil.copytree(checkpoint, target)
    return target


def changed(folder: Path, file: str, **values: object) -> None:
    """Change values in one of the JSON files of a folder; ``None`` takes one away."""
    path = folder / file
    content = json.loads(path.read_text()) | values
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))


def reference(checkpoint: Path) -> dict[str, NDArray]:
    """Return what the torch model itself made of some pictures and captions."""
    with np.load(checkpoint / "reference.npz") as kept:
        return dict(kept)
