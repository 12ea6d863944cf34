"""An asset: an uploaded file that waits to be used, and the upload in parts it may come by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinodex.domain.ids import AssetId, IndexId, UploadId, VideoId
from kinodex.domain.media import MediaFacts
from kinodex.domain.streams import FileFacts
from kinodex.domain.tasks import Failure, Task
from kinodex.domain.videos import MetadataValue, Video


class AssetKind(StrEnum):
    """What a file is by its bytes."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"


class AssetMethod(StrEnum):
    """How an asset came here."""

    DIRECT = "direct"
    URL = "url"
    MULTIPART = "multipart"


class AssetStatus(StrEnum):
    """Where an asset stands. Final states never change."""

    PROCESSING = "processing"  # bytes are on their way, or are being looked at
    READY = "ready"  # can be used
    FAILED = "failed"  # never will be

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self is not AssetStatus.PROCESSING


class RenditionStatus(StrEnum):
    """Where something stands that is made from an asset."""

    READY = "ready"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Rendition:
    """
    What was made from an asset for people to look at: its stream or its thumbnail.

    ``flaw`` says in a sentence what is not as it should be: why there is none, or what it lacks.
    """

    status: RenditionStatus
    flaw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFacts:
    """What a file is: as it declares it, and for a video as it was measured."""

    file: FileFacts
    video: MediaFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLimits:
    """How large an asset may be by the way it comes, pictures by any way; and how parts are cut."""

    direct_bytes: int
    url_bytes: int
    multipart_bytes: int
    image_bytes: int
    part_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """
    What is stored of an asset.

    ``kind``, ``file_type`` (a MIME type), ``size_bytes``, ``duration_s``, ``sha256`` (hex) and
    ``technical`` are filled in once the bytes were looked at; pictures have no duration.
    ``url`` loses its query when the bytes are here. ``user_metadata`` is ``None`` where none was set.
    ``stream`` and ``thumbnail`` are ``None`` until they are made, or have turned out not to be possible.
    """

    id: AssetId
    method: AssetMethod
    status: AssetStatus
    filename: str
    created_at: datetime
    updated_at: datetime
    url: str | None = None
    kind: AssetKind | None = None
    file_type: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    sha256: str | None = None
    technical: AssetFacts | None = None
    wants_stream: bool = False
    wants_thumbnail: bool = False
    stream: Rendition | None = None
    thumbnail: Rendition | None = None
    user_metadata: Mapping[str, MetadataValue] | None = None
    failure: Failure | None = None
    request_id: str | None = None

    @property
    def lacks_renditions(self) -> bool:
        """Whether something that was wished for is still to be made from its bytes."""
        lacks_stream = self.wants_stream and self.stream is None
        lacks_thumbnail = self.wants_thumbnail and self.thumbnail is None
        return self.status is not AssetStatus.FAILED and (lacks_stream or lacks_thumbnail)

    @property
    def is_worked_on(self) -> bool:
        """Whether a worker has something to do about it."""
        return not self.status.is_final or self.lacks_renditions


class UploadStatus(StrEnum):
    """Where an upload in parts stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """
    An upload in parts (the API says *chunks*), numbered from 1; all have ``part_bytes`` but the last.

    ``kind`` is what the client announced.
    """

    id: UploadId
    asset_id: AssetId
    kind: AssetKind
    status: UploadStatus
    total_bytes: int
    part_bytes: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.total_bytes // self.part_bytes)

    def size_of(self, number: int) -> int:
        """Return how many bytes a part must have."""
        return min(self.part_bytes, self.total_bytes - (number - 1) * self.part_bytes)


class PartStatus(StrEnum):
    """Where a part stands."""

    PENDING = "pending"  # not here, or not reported yet
    COMPLETED = "completed"  # here, reported and checked
    FAILED = "failed"  # reported, and not what is here


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPart:
    """What is known of one part; parts nobody has sent or reported are not stored."""

    number: int
    status: PartStatus
    size_bytes: int
    etag: str
    updated_at: datetime
    uploaded_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class AssetUse:
    """A video of an index that was made, or is being made, from an asset."""

    video_id: VideoId
    index_id: IndexId
    index_name: str


@dataclass(frozen=True, slots=True)
class IndexedAsset:
    """A task and the video it has made, if it has: what the API calls an indexed asset."""

    task: Task
    video: Video | None
