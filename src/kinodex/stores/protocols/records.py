"""Records, and the transactions they change in."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinodex.domain.events import Event
from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId
from kinodex.domain.indexes import Index, IndexTotals
from kinodex.domain.keys import ApiKey
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.stores.protocols.assets import AssetStore, IndexedAssetStore, UploadStore
from kinodex.stores.protocols.embeddings import EmbedTaskStore
from kinodex.stores.protocols.purges import PurgeStore
from kinodex.stores.protocols.repeats import RepeatStore
from kinodex.stores.protocols.sharing import ClaimStore, SourceStore
from kinodex.stores.protocols.texts import TextStore
from kinodex.stores.protocols.vectors import ManifestStore
from kinodex.stores.protocols.webhooks import DeliveryStore, WebhookStore


class IndexStore(Protocol):
    """Indexes."""

    def add(self, index: Index) -> None:
        """
        Store a new index.

        Raises:
            IndexNameTaken: If the name is in use.
        """
        ...

    def get(self, index_id: IndexId) -> Index | None:
        """Return an index, or ``None``."""
        ...

    def list(self, listing: Listing) -> Page[Index]:
        """
        Return a page of indexes.

        Fields: ``id name created_at updated_at``; ``options models families`` take a tuple, of which the
        index has all.
        """
        ...

    def rename(self, index_id: IndexId, name: str, at: datetime) -> None:
        """
        Give an index another name.

        Raises:
            IndexNameTaken: If another index has it.
        """
        ...

    def totals(self, index_ids: Sequence[IndexId]) -> Mapping[IndexId, IndexTotals]:
        """Count the ready videos of some indexes; every id asked for is in the answer."""
        ...

    def delete(self, index_id: IndexId) -> None:
        """Remove an index with its tasks, videos, texts and vector manifests."""
        ...


class TaskStore(Protocol):
    """Tasks."""

    def add(self, task: Task) -> None:
        """Store a new task."""
        ...

    def get(self, task_id: TaskId) -> Task | None:
        """Return a task, or ``None``."""
        ...

    def of_video(self, video_id: VideoId) -> Task | None:
        """Return the task that made a video, or ``None``."""
        ...

    def of_index(self, index_id: IndexId) -> Sequence[Task]:
        """Return all tasks of an index."""
        ...

    def replace(self, task: Task) -> bool:
        """
        Overwrite a task that is there and not final yet.

        Returns:
            False if it was deleted meanwhile, had ended or is at another attempt: then nothing changed.
        """
        ...

    def reopen(self, task: Task) -> bool:
        """
        Overwrite a failed task with its next attempt.

        Returns:
            False if it is not failed any more or is at another attempt: then nothing changed.
        """
        ...

    def note_wait(self, task: Task, reason: str | None) -> None:
        """Say what the work on an attempt waits for; nothing if the task ended or is another attempt's."""
        ...

    def list(self, listing: Listing) -> Page[Task]:
        """
        Return a page of tasks.

        Fields: ``id index_id filename duration_s width_px height_px created_at updated_at
        estimated_ready_at status``.
        """
        ...

    def unfinished(self) -> Sequence[Task]:
        """Return tasks that are neither ready nor failed, oldest first."""
        ...

    def count_by_status(self, index_id: IndexId | None) -> Mapping[TaskStatus, int]:
        """Count the tasks of one index, or of all; statuses without any may be absent."""
        ...

    def count_unfinished(self, key_id: KeyId | None) -> int:
        """Count the tasks that are neither ready nor failed, of one key or of all."""
        ...

    def delete(self, task_id: TaskId) -> None:
        """Remove a task and what is noted of its steps."""
        ...


class VideoStore(Protocol):
    """Ready videos."""

    def add(self, video: Video) -> None:
        """Store a video; with the same id, it replaces the earlier one."""
        ...

    def get(self, index_id: IndexId, video_id: VideoId) -> Video | None:
        """Return a video of an index, or ``None``."""
        ...

    def list(self, index_id: IndexId, listing: Listing) -> Page[Video]:
        """
        Return a page of videos.

        Fields: ``id filename title duration_s fps width_px height_px size_bytes created_at updated_at
        indexed_at`` and ``metadata.<key>``.
        """
        ...

    def matching(self, index_id: IndexId, conditions: Sequence[Condition]) -> Sequence[VideoId]:
        """Return the ids of all videos of an index that fulfil all conditions (fields as in ``list``)."""
        ...

    def twin(self, sha256: str, recipe: str) -> Video | None:
        """Return a video of any index made of these bytes by this recipe, the newest, or ``None``."""
        ...

    def of_bytes(self, sha256: str) -> Sequence[Video]:
        """Return the videos of all indexes made of these bytes, the newest first."""
        ...

    def update(self, video: Video) -> None:
        """Overwrite title, metadata, warnings and ``updated_at`` of a video."""
        ...

    def delete(self, index_id: IndexId, video_id: VideoId) -> bool:
        """Remove a video with its texts and vector manifests; False if it was not there."""
        ...


class KeyStore(Protocol):
    """API keys, hashed."""

    def add(self, key: ApiKey) -> None:
        """Store a key."""
        ...

    def find(self, digest: str) -> ApiKey | None:
        """Return the key with this digest, or ``None``."""
        ...

    def get(self, key_id: KeyId) -> ApiKey | None:
        """Return a key, or ``None``."""
        ...

    def expire(self, key_id: KeyId, at: datetime) -> None:
        """Let a key end at a time."""
        ...

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too, oldest first."""
        ...

    def revoke(self, key_id: KeyId, at: datetime) -> bool:
        """Revoke a key; False if there is none or it was revoked before."""
        ...


class OutboxStore(Protocol):
    """Events that must be told."""

    def add(self, event: Event) -> None:
        """
        Store an event and queue it for each enabled webhook that wants it, in this transaction.

        A second event with the same id is ignored.
        """
        ...

    def list(self, *, after: str | None, limit: int) -> Sequence[Event]:
        """Return events in the order they were stored, those after the one with this id."""
        ...

    def get(self, event_id: str) -> Event | None:
        """Return an event, or ``None``."""
        ...

    def newest(self) -> Event | None:
        """Return the event stored last, or ``None`` if there is none."""
        ...

    def remove_before(self, at: datetime, *, limit: int) -> int:
        """Remove the oldest events made before a time with their deliveries; the newest stays always."""
        ...


class PageStore(Protocol):
    """Frozen result lists that page tokens point at."""

    def add(self, token: str, *, owner: str, content: bytes, expires_at: datetime) -> None:
        """Keep a result list until it expires; expired ones of others are removed on the way."""
        ...

    def get(self, token: str, *, owner: str, at: datetime) -> bytes | None:
        """Return a list that belongs to the owner and has not expired, or ``None``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of one task; ``note`` says for people what was special about it."""

    step: str
    attempts: int
    seconds: float | None
    note: str | None = None


class StepStore(Protocol):
    """How long steps took on this machine, for estimates, metrics and explanations."""

    def started(self, task_id: TaskId, step: str, at: datetime) -> None:
        """Note that a step begins (again): its attempts go up by one."""
        ...

    def finished(self, task_id: TaskId, step: str, *, seconds: float, video_s: float | None) -> None:
        """Note that a step is done and how long it took, for a video of this length if known."""
        ...

    def note(self, task_id: TaskId, step: str, note: str) -> None:
        """Note for people what was special about a step that has begun."""
        ...

    def forget(self, task_id: TaskId, step: str) -> None:
        """Forget a step of a task: it has not been begun then."""
        ...

    def of_task(self, task_id: TaskId) -> Sequence[StepRecord]:
        """Return the steps of a task in the order they first began."""
        ...

    def rates(self) -> Mapping[str, float]:
        """Return seconds per second of video for each step: the median of its last 20 runs."""
        ...


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

    def ping(self) -> None:
        """Raise if the database does not answer."""
        ...

    def damage(self) -> Sequence[str]:
        """Return what the database finds wrong with itself, one sentence each; slow, reads everything."""
        ...

    def close(self) -> None:
        """Give all connections back."""
        ...
