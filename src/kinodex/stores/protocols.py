"""
What is remembered, and where.

Records live in SQL and change in transactions; bytes (videos, frame packs, vectors) live in the blob
store under keys we choose. Blobs come first, then the one transaction that makes them visible.
Everything here is synchronous: callers choose the thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kinodex.domain.arrays import AnyArray, Vectors
from kinodex.domain.events import Event
from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId
from kinodex.domain.indexes import Index, IndexTotals
from kinodex.domain.keys import ApiKey
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.timeline import Box, Span
from kinodex.domain.videos import Video


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

    def replace(self, task: Task) -> bool:
        """
        Overwrite a task that is there and not final yet.

        Returns:
            False if it was deleted meanwhile or had ended: then nothing changed.
        """
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

    def delete(self, task_id: TaskId) -> None:
        """Remove a task."""
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

    def update(self, video: Video) -> None:
        """Overwrite title, metadata and ``updated_at`` of a video."""
        ...

    def delete(self, index_id: IndexId, video_id: VideoId) -> bool:
        """Remove a video with its texts and vector manifests; False if it was not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """An utterance or a line of screen text; ``number`` counts them within video and modality from 0."""

    video_id: VideoId
    modality: Modality
    number: int
    span: Span
    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class TextHit:
    """
    A line that holds words of a query.

    ``rank`` is BM25 or its like, higher is better, comparable within one answer only;
    ``coverage`` the share of the query's words it holds, in (0, 1]; ``words`` are those words.
    """

    line: TextLine
    rank: float
    coverage: float
    words: tuple[str, ...]


class TextStore(Protocol):
    """Spoken and written lines, searchable by word. Case, accents and width of letters do not matter."""

    def add(self, index_id: IndexId, lines: Sequence[TextLine]) -> None:
        """Store the lines of a video and make them searchable in the same transaction."""
        ...

    def lines(self, video_id: VideoId, modality: Modality, span: Span | None = None) -> Sequence[TextLine]:
        """Return the lines of a video in order of time, those that overlap the span if one is given."""
        ...

    def find(
        self,
        index_id: IndexId,
        query: str,
        *,
        modality: Modality,
        exact: bool,
        videos: Sequence[VideoId] | None,
        limit: int,
    ) -> Sequence[TextHit]:
        """
        Return the best lines for a query, best first.

        Args:
            index_id: Where to look.
            query: Words; punctuation is ignored.
            modality: ``SPEECH`` or ``SCREEN_TEXT``.
            exact: All words, next to each other, in this order; else any of them.
            videos: Only in these; ``None`` for all. An empty sequence finds nothing.
            limit: At most so many lines, >= 1. The restriction to videos comes before this cut.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorManifest:
    """
    A stored vector segment: all vectors of one video in one space for one modality.

    ``blob`` is its key; ``sha256`` (hex) that of its bytes; ``rows`` how many vectors it holds.
    """

    video_id: VideoId
    modality: Modality
    space: str
    blob: str
    sha256: str
    rows: int


class ManifestStore(Protocol):
    """Which vector segments are visible to search."""

    def add(self, index_id: IndexId, manifests: Sequence[VectorManifest]) -> None:
        """Make segments visible when the transaction commits."""
        ...

    def list(
        self,
        index_id: IndexId,
        *,
        modality: Modality,
        space: str,
        videos: Sequence[VideoId] | None,
    ) -> Sequence[VectorManifest]:
        """Return the segments of an index, or of some of its videos; an empty sequence gives none."""
        ...


class KeyStore(Protocol):
    """API keys, hashed."""

    def add(self, key: ApiKey) -> None:
        """Store a key."""
        ...

    def find(self, digest: str) -> ApiKey | None:
        """Return the key with this digest unless it was revoked."""
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
        """Store an event in this transaction; a second one with the same id is ignored."""
        ...

    def list(self, *, after: str | None, limit: int) -> Sequence[Event]:
        """Return events in the order they were stored, those after the one with this id."""
        ...


class PageStore(Protocol):
    """Frozen result lists that page tokens point at."""

    def add(self, token: str, *, owner: str, content: bytes, expires_at: datetime) -> None:
        """Keep a result list until it expires; expired ones of others are removed on the way."""
        ...

    def get(self, token: str, *, owner: str, at: datetime) -> bytes | None:
        """Return a list that belongs to the owner and has not expired, or ``None``."""
        ...


class StepStore(Protocol):
    """How long steps took on this machine, for estimates, metrics and explanations."""

    def started(self, task_id: TaskId, step: str, at: datetime) -> None:
        """Note that a step begins (again): its attempts go up by one."""
        ...

    def finished(self, task_id: TaskId, step: str, *, seconds: float, video_s: float | None) -> None:
        """Note that a step is done and how long it took, for a video of this length if known."""
        ...

    def of_task(self, task_id: TaskId) -> Sequence["StepRecord"]:
        """Return the steps of a task in the order they first began."""
        ...

    def rates(self) -> Mapping[str, float]:
        """Return seconds per second of video for each step: the median of its last 20 runs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of one task."""

    step: str
    attempts: int
    seconds: float | None


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
    def pages(self) -> PageStore:
        """Frozen result lists."""
        ...

    @property
    def steps(self) -> StepStore:
        """How long steps took."""
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

    def close(self) -> None:
        """Give all connections back."""
        ...


class BlobStore(Protocol):
    """Bytes under keys such as ``videos/<id>/source``. A key is visible whole or not at all."""

    def put_file(self, key: str, path: Path) -> None:
        """
        Store a file; an existing blob is replaced. Durable when it returns.

        A local store may link to the file instead of copying it: replace it afterwards if need be, but
        do not write into it.
        """
        ...

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store bytes; an existing blob is replaced. Durable when it returns."""
        ...

    def get_bytes(self, key: str) -> bytes:
        """
        Return a whole blob.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """
        Return part of a blob; shorter at its end.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def size(self, key: str) -> int | None:
        """Return the length in bytes, or ``None`` if there is no such blob."""
        ...

    def fetch_to(self, key: str, path: Path) -> None:
        """
        Copy a blob to a local file, or link to it where it is local already: not to be written into.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix that ends in ``/``."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a prefix that ends in ``/``. None there is no error."""
        ...

    def ping(self) -> None:
        """Raise if the store cannot be written to."""
        ...


@dataclass(frozen=True, slots=True)
class VectorRows:
    """
    Vectors and the time each stands for.

    ``vectors`` has shape ``(n, dimensions)``; ``spans`` is ``float32``, shape ``(n, 2)``: start and end in
    seconds; ``at_s`` is ``float32``, shape ``(n,)``: the instant that stands for the row, the picture's
    own time where it is one; ``numbers`` is ``int32``, shape ``(n,)``: which frame or line a row
    belongs to.
    """

    vectors: Vectors
    spans: AnyArray
    at_s: AnyArray
    numbers: AnyArray


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A stored vector near a query; ``similarity`` is the cosine, ``at_s`` the instant it stands for."""

    video_id: VideoId
    span: Span
    at_s: float
    number: int
    similarity: float


class VectorStore(Protocol):
    """Immutable vector segments in the blob store, and exact search over them."""

    def put(self, video_id: VideoId, modality: Modality, space: Space, rows: VectorRows) -> VectorManifest:
        """Write a segment and return its manifest, which is to be added in the publishing transaction."""
        ...

    def search(
        self, manifests: Sequence[VectorManifest], queries: Vectors, *, top_k: int
    ) -> Sequence[VectorHit]:
        """
        Return the rows nearest to any of the queries, best first; the similarity is the best one.

        Args:
            manifests: Segments of one space; only these are looked at, so filters come before the cut.
            queries: Shape ``(m, dimensions)``, m >= 1.
            top_k: At most so many rows.

        Raises:
            FileNotFoundError: If the blob of a segment is gone.
            ValueError: If the bytes of a segment do not match its checksum.
        """
        ...
