"""Fixtures for everybody."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from kinodex.engines.weights import is_current

pytest_plugins = ["backends"]

# The same examples in every run: a check that passes today passes tomorrow. To look for new ones:
# pytest --hypothesis-profile=default
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of model files that ``scripts/setup`` prepares; a test that needs it fails without."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "kinodex" / "models"
    if not is_current(folder):
        pytest.fail(f"the model files in {folder} are not prepared; run 'sh scripts/setup'")
    return folder
