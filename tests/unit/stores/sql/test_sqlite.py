"""Connections to SQLite."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from kinodex.stores.sql.sqlite import Sqlite


def test_every_version_of_sqlite_tells_parts_of_a_second(tmp_path: Path) -> None:
    engine = Sqlite().open(sa.make_url(f"sqlite:///{tmp_path / 'kinodex.db'}"))
    with engine.connect() as connection:
        told_s = connection.exec_driver_sql("SELECT unixepoch('subsec')").scalar()
    engine.dispose()

    assert told_s == pytest.approx(time.time(), abs=5)
    assert isinstance(told_s, float)


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    engine = Sqlite().open(sa.make_url(f"sqlite:///{tmp_path / 'new' / 'folder' / 'kinodex.db'}"))
    engine.connect().close()
    engine.dispose()

    assert (tmp_path / "new" / "folder" / "kinodex.db").exists()
