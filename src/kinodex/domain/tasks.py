"""A task: the record a client watches from the URL to the searchable video."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinodex.domain.ids import IndexId, TaskId, VideoId
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

    ``url`` is as given; it loses its query when the task ends, and is never logged with it.
    """

    url: str | None = None
    upload_blob: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    What is stored of a task.

    ``generation`` is the API version it came in by, which decides the limits.
    ``progress`` is the share of the whole work that is done, in [0, 1]; ``step`` names what is going on.
    ``width_px`` to ``duration_s`` are filled in once measured.
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
    transcript_url: str | None = None
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
