"""The database and the blob store of a process, and who may write to them."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kinodex.domain.errors import DatabaseUnusable, DataFolderInUse
from kinodex.settings import Settings
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.records import SqlRecords


def open_records(settings: Settings) -> SqlRecords:
    """
    Open the database, and bring its tables up to date.

    Raises:
        DatabaseUnusable: It is not there, or was made by a newer version.
    """
    try:
        return SqlRecords(settings.effective_database_url)
    except (ConnectionError, ValueError) as error:
        raise DatabaseUnusable(str(error)) from error


def open_blobs(settings: Settings) -> ObstoreBlobs:
    """Return the blob store: a folder or a bucket."""
    return ObstoreBlobs(settings.effective_blob_url, config=s3_config())


def s3_config() -> Mapping[str, str]:
    """Return what the environment says of S3."""
    return {name.lower(): value for name, value in os.environ.items() if name.startswith("AWS_")}


def is_alone(settings: Settings) -> bool:
    """Return whether no other process can use the database."""
    return settings.effective_database_url.startswith("sqlite")


@contextmanager
def only_writer(settings: Settings) -> Iterator[None]:
    """
    Keep a second process off an embedded database: SQLite is written by one process only.

    Raises:
        DataFolderInUse: Another process holds the data folder.
    """
    if not is_alone(settings):
        yield
        return
    with (settings.data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataFolderInUse(settings.data_dir.absolute()) from error
        yield
