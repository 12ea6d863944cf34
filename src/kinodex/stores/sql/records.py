"""The database: one transaction that shows all record stores, in SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from kinodex.stores.sql.assets import SqlAssetStore
from kinodex.stores.sql.damage import rows_without_parent
from kinodex.stores.sql.deliveries import SqlDeliveryStore
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.embed_tasks import SqlEmbedTaskStore
from kinodex.stores.sql.indexed_assets import SqlIndexedAssetStore
from kinodex.stores.sql.indexes import SqlIndexStore
from kinodex.stores.sql.keys import SqlKeyStore
from kinodex.stores.sql.manifests import SqlManifestStore
from kinodex.stores.sql.migrate import migrate
from kinodex.stores.sql.outbox import SqlOutboxStore
from kinodex.stores.sql.pages import SqlPageStore
from kinodex.stores.sql.postgres import Postgres
from kinodex.stores.sql.purges import SqlPurgeStore
from kinodex.stores.sql.repeats import SqlRepeatStore
from kinodex.stores.sql.sharing import SqlClaimStore, SqlSourceStore
from kinodex.stores.sql.sqlite import Sqlite
from kinodex.stores.sql.steps import SqlStepStore
from kinodex.stores.sql.tasks import SqlTaskStore
from kinodex.stores.sql.texts import SqlTextStore
from kinodex.stores.sql.uploads import SqlUploadStore
from kinodex.stores.sql.videos import SqlVideoStore
from kinodex.stores.sql.webhooks import SqlWebhookStore


@dataclass(frozen=True, slots=True)
class SqlTransaction:
    """All record stores on one connection."""

    connection: sa.Connection
    dialect: Dialect

    @property
    def handle(self) -> sa.Connection:
        """The connection, for a queue in the same database."""
        return self.connection

    @property
    def indexes(self) -> SqlIndexStore:
        """Indexes."""
        return SqlIndexStore(self.connection, self.dialect)

    @property
    def tasks(self) -> SqlTaskStore:
        """Tasks."""
        return SqlTaskStore(self.connection)

    @property
    def videos(self) -> SqlVideoStore:
        """Ready videos."""
        return SqlVideoStore(self.connection)

    @property
    def texts(self) -> SqlTextStore:
        """Spoken and written lines."""
        return SqlTextStore(self.connection, self.dialect)

    @property
    def manifests(self) -> SqlManifestStore:
        """Visible vector segments."""
        return SqlManifestStore(self.connection, self.dialect)

    @property
    def keys(self) -> SqlKeyStore:
        """API keys."""
        return SqlKeyStore(self.connection)

    @property
    def outbox(self) -> SqlOutboxStore:
        """Events to be told."""
        return SqlOutboxStore(self.connection, self.dialect)

    @property
    def webhooks(self) -> SqlWebhookStore:
        """Who is told of events."""
        return SqlWebhookStore(self.connection)

    @property
    def deliveries(self) -> SqlDeliveryStore:
        """Events on their way to webhooks."""
        return SqlDeliveryStore(self.connection, self.dialect)

    @property
    def pages(self) -> SqlPageStore:
        """Frozen result lists."""
        return SqlPageStore(self.connection)

    @property
    def repeats(self) -> SqlRepeatStore:
        """Requests that may come again."""
        return SqlRepeatStore(self.connection, self.dialect)

    @property
    def purges(self) -> SqlPurgeStore:
        """Bytes that are to be removed."""
        return SqlPurgeStore(self.connection, self.dialect)

    @property
    def steps(self) -> SqlStepStore:
        """How long steps took."""
        return SqlStepStore(self.connection, self.dialect)

    @property
    def sources(self) -> SqlSourceStore:
        """Known sources."""
        return SqlSourceStore(self.connection, self.dialect)

    @property
    def claims(self) -> SqlClaimStore:
        """Claims on what others wait for."""
        return SqlClaimStore(self.connection, self.dialect)

    @property
    def assets(self) -> SqlAssetStore:
        """Uploaded files."""
        return SqlAssetStore(self.connection)

    @property
    def uploads(self) -> SqlUploadStore:
        """Uploads in parts."""
        return SqlUploadStore(self.connection, self.dialect)

    @property
    def embed_tasks(self) -> SqlEmbedTaskStore:
        """Embedding tasks."""
        return SqlEmbedTaskStore(self.connection)

    @property
    def indexed_assets(self) -> SqlIndexedAssetStore:
        """Tasks beside their videos."""
        return SqlIndexedAssetStore(self.connection)


class SqlRecords:
    """Records in the database a URL names; its tables are made or brought up to date first."""

    def __init__(self, url: str) -> None:
        """
        Open the database.

        Args:
            url: ``sqlite:////folder/file.db`` or ``postgresql://user@host/database``.

        Raises:
            ValueError: The URL names another kind of database.
            ConnectionError: The database does not answer.
        """
        parsed = _parsed(url)
        self._dialect = _dialect(parsed)
        self._engine = self._dialect.open(parsed)
        self._reading = self._dialect.read(self._engine)
        try:
            migrate(self._engine, self._dialect)
        except sa.exc.OperationalError as error:
            self._engine.dispose()
            raise ConnectionError(f"the database does not answer: {error.orig}") from error
        self._watch = self._dialect.watch(parsed)

    @property
    def engine(self) -> sa.Engine:
        """The connections, to be shared with a queue in the same database."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Open a transaction that only reads: one consistent view, no lock on writers."""
        with self._reading.connect() as connection:
            self._dialect.begin_read(connection)
            yield SqlTransaction(connection, self._dialect)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """
        Open a transaction that may write: committed at the end, rolled back if something is raised.

        Raises:
            StorageFull: The disk of the database is full; nothing was changed.
        """
        try:
            with self._engine.begin() as connection:
                self._dialect.begin_write(connection)
                yield SqlTransaction(connection, self._dialect)
        except sa.exc.DBAPIError as error:
            full = self._dialect.storage_full(error, self._engine)
            if full is None:
                raise
            raise full from error

    def version(self) -> int | None:
        """Return a number that is another one after each commit, or ``None`` where it takes long to say."""
        return None if self._watch is None else self._watch.version()

    def ping(self) -> None:
        """
        Return if the database answers.

        Raises:
            ConnectionError: It does not.
        """
        try:
            with self.read() as transaction:
                transaction.connection.exec_driver_sql("SELECT 1")
        except sa.exc.DBAPIError as error:
            raise ConnectionError(f"the database does not answer: {error.orig}") from error

    def damage(self) -> Sequence[str]:
        """Return what the database finds wrong with itself, one sentence each; slow, reads everything."""
        with self.write() as transaction:
            own = self._dialect.damage(transaction.connection)
            return [*own, *rows_without_parent(transaction.connection)]

    def close(self) -> None:
        """Give all connections back."""
        if self._watch is not None:
            self._watch.close()
        self._engine.dispose()


def _parsed(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ValueError("the database URL cannot be read") from error


def _dialect(url: sa.URL) -> Dialect:
    if url.drivername.split("+")[0] in {"postgresql", "postgres"}:
        return Postgres()
    if url.drivername.split("+")[0] == "sqlite":
        return Sqlite()
    raise ValueError(f"the database URL begins with {url.drivername!r}; sqlite and postgresql are known")
