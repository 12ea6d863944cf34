"""The use cases on real stores in a fresh folder, with engines that need no weights."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import quick_executor

from kinodex import bootstrap
from kinodex.settings import Settings
from kinodex.usecases import UseCases


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database and nothing in it: made once, as the steps to its tables take a while."""
    folder = tmp_path_factory.mktemp("library")
    with bootstrap.opened(Settings(data_dir=folder), executor=quick_executor()):
        return folder


@pytest.fixture
def beginning(empty_library: Path) -> Path:
    """The data folder that a test gets a copy of; a module may have one of its own."""
    return empty_library


@pytest.fixture
def usecases(tmp_path: Path, beginning: Path) -> Iterator[UseCases]:
    shutil.copytree(beginning, tmp_path, dirs_exist_ok=True)
    with bootstrap.opened(Settings(data_dir=tmp_path), executor=quick_executor()) as opened:
        yield opened


@pytest.fixture
def index_id(usecases: UseCases) -> str:
    return usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3").id
