"""A task: the record a client watches from the URL to the searchable video."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kinodex.domain.ids import AssetId, IndexId, KeyId, TaskId, VideoId
from kinodex.domain.request_headers import RequestHeaders
from kinodex.domain.videos import MetadataValue


class TaskStatus(StrEnum):
    """Where a task stands. Final states never change."""

    UPLOADING = "uploading"  # bytes are being fetched or received
    VALIDATING = "validating"  # container, resolution, duration are being checked
    PENDING = "pending"  # accepted, waits for a worker
    QUEUED = "queued"  # a worker is assigned
    INDEXING = "indexing"  # decoding and understanding
    READY = "ready"  # searchable
    FAILED = "failed"  # will not become ready

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self in {TaskStatus.READY, TaskStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: the error's stable code and its sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSource:
    """
    Where the bytes come from: a URL, or an upload that lies in the blob store already.

    ``url`` is as given and ``headers`` go with requests for it. Both may hold secrets, which are kept until
    the task ends and never logged or shown. ``is_incomplete`` says that they are gone: the URL (or that of
    the transcript) had a query or headers, so that with what is left the video can perhaps not be had again.
    """

    url: str | None = field(default=None, repr=False)
    upload_blob: str | None = None
    headers: RequestHeaders = field(default=(), repr=False)
    is_incomplete: bool = False

    def without_secrets(self) -> "VideoSource":
        """Return what may be kept once the bytes are here, or will not come any more."""
        if self.url is None or self.url.lower().startswith("s3:"):
            return self
        bare = self.url.partition("#")[0].partition("?")[0]
        has_lost = bool(self.headers) or "?" in self.url.partition("#")[0]
        return VideoSource(
            url=bare, upload_blob=self.upload_blob, is_incomplete=self.is_incomplete or has_lost
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    What is stored of a task.

    ``generation`` is the API version it came in by, which decides the limits.
    ``progress`` is the share of the whole work that is done, in [0, 1]; ``step`` names what is going on.
    ``width_px`` to ``duration_s`` are filled in once measured. ``attempt`` counts up with each retry;
    ``key_id`` is the key that asked; ``waits_for`` is what the work waits for at the moment, if it does.
    ``received_bytes`` is how much of a video at a URL has come so far.
    """

    id: TaskId
    index_id: IndexId
    video_id: VideoId
    status: TaskStatus
    source: VideoSource
    filename: str
    generation: str
    created_at: datetime
    updated_at: datetime
    estimated_ready_at: datetime
    language: str = "en"
    transcript_blob: str | None = None
    transcript_url: str | None = field(default=None, repr=False)
    keep_stream: bool = True
    user_metadata: tuple[tuple[str, MetadataValue], ...] = ()
    duration_s: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    size_bytes: int | None = None
    step: str | None = None
    progress: float = 0.0
    failure: Failure | None = None
    request_id: str | None = None
    asset_id: AssetId | None = None
    attempt: int = 1
    key_id: KeyId | None = None
    waits_for: str | None = None
    received_bytes: int | None = None
