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

    database = tmp_path / "new" / "folder" / "kinodex.db"
    assert database.stat().st_mode & 0o777 == 0o600, "it holds secrets that sign"


def test_what_is_overwritten_is_in_the_file_no_more(tmp_path: Path) -> None:
    path = tmp_path / "kinodex.db"
    engine = Sqlite().open(sa.make_url(f"sqlite:///{path}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (secret TEXT)")
        connection.exec_driver_sql("INSERT INTO things VALUES (?)", ("s3cret" * 2000,))
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    was_there = b"s3cret" in path.read_bytes()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE things SET secret = NULL")
    engine.dispose()

    assert was_there
    assert b"s3cret" not in b"".join(each.read_bytes() for each in tmp_path.iterdir())


def test_an_error_holds_no_parameters(tmp_path: Path) -> None:
    engine = Sqlite().open(sa.make_url(f"sqlite:///{tmp_path / 'kinodex.db'}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (secret TEXT CHECK (length(secret) < 3))")
    with pytest.raises(sa.exc.IntegrityError) as caught, engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO things VALUES (:secret)"), {"secret": "s3cret"})
    engine.dispose()

    assert "s3cret" not in str(caught.value)
