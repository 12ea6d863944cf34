"""The use cases on real stores in a fresh folder, with engines that need no weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import quick_executor

from kinodex import bootstrap
from kinodex.settings import Settings
from kinodex.usecases import UseCases


@pytest.fixture
def usecases(tmp_path: Path) -> Iterator[UseCases]:
    with bootstrap.opened(Settings(data_dir=tmp_path), executor=quick_executor()) as opened:
        yield opened


@pytest.fixture
def index_id(usecases: UseCases) -> str:
    return usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3").id
