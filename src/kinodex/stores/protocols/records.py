"""The database: all record stores, and the transactions they change in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from kinodex.stores.protocols.assets import AssetStore, IndexedAssetStore, UploadStore
from kinodex.stores.protocols.embeddings import EmbedTaskStore
from kinodex.stores.protocols.events import OutboxStore
from kinodex.stores.protocols.indexes import IndexStore, VideoStore
from kinodex.stores.protocols.keys import KeyStore
from kinodex.stores.protocols.pages import PageStore
from kinodex.stores.protocols.purges import PurgeStore
from kinodex.stores.protocols.repeats import RepeatStore
from kinodex.stores.protocols.sharing import ClaimStore, SourceStore
from kinodex.stores.protocols.tasks import StepStore, TaskStore
from kinodex.stores.protocols.texts import TextStore
from kinodex.stores.protocols.vectors import ManifestStore
from kinodex.stores.protocols.webhooks import DeliveryStore, WebhookStore


class Transaction(Protocol):
    """All record stores, seen in one transaction."""

    @property
    def handle(self) -> object:
        """What a queue in the same database needs to take part."""
        ...

    @property
    def indexes(self) -> IndexStore:
        """Indexes."""
        ...

    @property
    def tasks(self) -> TaskStore:
        """Tasks."""
        ...

    @property
    def videos(self) -> VideoStore:
        """Ready videos."""
        ...

    @property
    def texts(self) -> TextStore:
        """Spoken and written lines."""
        ...

    @property
    def manifests(self) -> ManifestStore:
        """Visible vector segments."""
        ...

    @property
    def keys(self) -> KeyStore:
        """API keys."""
        ...

    @property
    def outbox(self) -> OutboxStore:
        """Events to be told."""
        ...

    @property
    def webhooks(self) -> WebhookStore:
        """Who is told of events."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """Events on their way to webhooks."""
        ...

    @property
    def pages(self) -> PageStore:
        """Frozen result lists."""
        ...

    @property
    def repeats(self) -> RepeatStore:
        """Requests that may come again."""
        ...

    @property
    def purges(self) -> PurgeStore:
        """Bytes that are to be removed."""
        ...

    @property
    def steps(self) -> StepStore:
        """How long steps took."""
        ...

    @property
    def sources(self) -> SourceStore:
        """Known sources."""
        ...

    @property
    def claims(self) -> ClaimStore:
        """Claims on what others wait for."""
        ...

    @property
    def assets(self) -> AssetStore:
        """Uploaded files."""
        ...

    @property
    def uploads(self) -> UploadStore:
        """Uploads in parts."""
        ...

    @property
    def embed_tasks(self) -> EmbedTaskStore:
        """Embedding tasks."""
        ...

    @property
    def indexed_assets(self) -> IndexedAssetStore:
        """Tasks beside their videos."""
        ...


class Records(Protocol):
    """The database."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that only reads: one consistent view, no lock on writers."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that may write: committed at the end, rolled back if something is raised."""
        ...

    def version(self) -> int | None:
        """
        Return a number that is another one after each commit, whoever made it, within microseconds.

        ``None`` where the database cannot say so any faster than it can be read.
        """
        ...

    def ping(self) -> None:
        """Raise if the database does not answer."""
        ...

    def damage(self) -> Sequence[str]:
        """Return what the database finds wrong with itself, one sentence each; slow, reads everything."""
        ...

    def close(self) -> None:
        """Give all connections back."""
        ...
