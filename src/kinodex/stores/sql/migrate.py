"""Bring the tables of a database up to date."""

import logging
from pathlib import Path

import sqlalchemy as sa

from kinodex.stores.sql.dialects import Dialect

SCRIPTS = Path(__file__).parent / "migrations"
HEAD = "0017"
"""The newest revision in ``migrations/versions``; a test keeps it so."""


def migrate(engine: sa.Engine, dialect: Dialect) -> None:
    """
    Apply the revisions a database has not seen, all in one transaction.

    Processes that start together wait for one another; with nothing to do it costs one query.
    """
    if _revision(engine) == HEAD:
        return
    with engine.begin() as connection:
        dialect.begin_write(connection)
        dialect.serialize(connection, "migrations")
        _upgrade(connection)


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return revision


def _upgrade(connection: sa.Connection) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # A third of a second to import, and almost never needed.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
