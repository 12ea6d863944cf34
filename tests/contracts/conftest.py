"""Records and blobs of each kind: SQLite and a folder always, PostgreSQL and S3 where they can be had."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from backends import postgres_database

from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.records import SqlRecords


@pytest.fixture(scope="session")
def postgres_records(postgres_server: str) -> Iterator[SqlRecords]:
    """Records that tests empty and use again: making a database each time takes most of a test."""
    with postgres_database(postgres_server) as url:
        opened = SqlRecords(url)
        yield opened
        opened.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where records meet bytes, two pairs have all four stores; the other two pairs are slow."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if (params.get("records"), params.get("blobs")) in {("sqlite", "s3"), ("postgres", "folder")}:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that has our tables already."""
    path = tmp_path_factory.mktemp("template") / "kinodex.db"
    SqlRecords(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database file that is not there yet."""
    return f"sqlite:///{tmp_path / 'records' / 'kinodex.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def postgres_queue(postgres_server: str) -> Iterator[SqlRecords]:
    """Records that share their database with a queue; tests empty both and use them again."""
    with postgres_database(postgres_server) as url:
        opened = SqlRecords(url)
        DbosJobs(opened.engine)
        yield opened
        opened.close()


@pytest.fixture
def postgres_queue_url(postgres_queue: SqlRecords) -> str:
    """A database with the tables of records and queue, without any row."""
    _empty(postgres_queue.engine)
    return postgres_queue.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgres"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlRecords]:
    """Records in a database of each kind, without any row."""
    if request.param == "postgres":
        opened: SqlRecords = request.getfixturevalue("postgres_records")
        _empty(opened.engine)
        yield opened
        return
    template = request.getfixturevalue("sqlite_template")
    opened = SqlRecords(f"sqlite:///{shutil.copyfile(template, tmp_path / 'kinodex.db')}")
    yield opened
    opened.close()


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> ObstoreBlobs:
    """An empty blob store of each kind."""
    if request.param == "folder":
        return ObstoreBlobs(str(tmp_path / "blobs"))
    return ObstoreBlobs(request.getfixturevalue("s3_url"), config=request.getfixturevalue("s3_config"))


def _empty(engine: sa.Engine) -> None:
    """Remove all rows but those that say which migrations were made."""
    tables = (
        "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables "
        "WHERE schemaname IN ('public', 'dbos') AND tablename NOT IN ('alembic_version', 'dbos_migrations')"
    )
    with engine.begin() as connection:
        names = connection.exec_driver_sql(tables.replace("%", "%%")).scalar_one()
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
