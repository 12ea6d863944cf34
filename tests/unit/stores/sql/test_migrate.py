"""The migrations and the tables say the same."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kinodex.stores.sql.migrate import HEAD, SCRIPTS, migrate
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.sql.sqlite import Sqlite
from kinodex.stores.sql.tables import metadata, screen_words

OURS_ALONE = "text_words"
"""The tables of the full-text index are not among ``tables.py``."""


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return Sqlite().open(sa.make_url(f"sqlite:///{tmp_path / 'kinodex.db'}"))


def test_migrating_makes_the_tables_the_stores_use(engine: sa.Engine) -> None:
    migrate(engine, Sqlite())

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, *_: not str(name).startswith(OURS_ALONE)},
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_that_is_looked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrating_twice_changes_nothing(engine: sa.Engine) -> None:
    migrate(engine, Sqlite())
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all()

    migrate(engine, Sqlite())

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all() == before
    engine.dispose()


def test_a_migration_that_breaks_leaves_nothing_behind(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE outbox (in_the_way INTEGER)")

    with pytest.raises(sa.exc.OperationalError):
        migrate(engine, Sqlite())

    assert sa.inspect(engine).get_table_names() == ["outbox"]
    engine.dispose()


def test_opening_a_database_that_is_up_to_date_is_quick(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kinodex.db'}"
    SqlRecords(url).close()

    began_s = time.monotonic()
    SqlRecords(url).close()

    assert time.monotonic() - began_s < 0.3


def test_words_of_screen_text_from_before_are_learned(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
        columns = "index_id, video_id, number, modality, text, start_s, end_s, scope, words"
        for number, (modality, text) in enumerate([("screen_text", "Paymemt 4711 due"), ("speech", "hello")]):
            connection.exec_driver_sql(
                f"INSERT INTO text_lines ({columns}) VALUES ('i', 'v', ?, ?, ?, 0, 1, 's', 'w')",
                (number, modality, text),
            )
        connection.commit()

    migrate(engine, Sqlite())

    with engine.connect() as connection:
        words = connection.execute(sa.select(screen_words)).all()
    assert [tuple(row) for row in words] == [("i", "paymemt", "tmemyap", 7)]
    engine.dispose()
