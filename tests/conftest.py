"""Fixtures for everybody."""

import os
from pathlib import Path

import pytest

from kinodex.engines.weights import is_current

pytest_plugins = ["backends"]


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of model files that ``scripts/setup`` prepares; a test that needs it fails without."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "kinodex" / "models"
    if not is_current(folder):
        pytest.fail(f"the model files in {folder} are not prepared; run 'sh scripts/setup'")
    return folder
