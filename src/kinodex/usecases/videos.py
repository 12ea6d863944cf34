"""Videos of an index: list, look into, describe, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.media import Decoded
from kinodex.domain.options import Modality
from kinodex.domain.timeline import SampledFrame, Span
from kinodex.domain.videos import MetadataValue, Video, check_user_metadata
from kinodex.stores.protocols import BlobStore, Records, TextLine
from kinodex.usecases.blobs import artifact_key, frames_key
from kinodex.usecases.indexes import require_index
from kinodex.usecases.purging import Purging, purge_videos


@dataclass(frozen=True, slots=True)
class VideoList:
    """A page of videos and the length of all videos on all pages, in seconds."""

    page: Page[Video]
    total_duration_s: float


class Videos:
    """Ready videos."""

    def __init__(self, *, records: Records, blobs: BlobStore, purging: Purging) -> None:
        self._records = records
        self._blobs = blobs
        self._purging = purging

    def get(self, index_id: IndexId, video_id: VideoId) -> Video:
        """
        Return a video.

        Raises:
            NotFound: No such index, or no such video in it.
        """
        with self._records.read() as transaction:
            require_index(transaction, index_id)
            video = transaction.videos.get(index_id, video_id)
        if video is None:
            raise errors.NotFound("video", video_id)
        return video

    def find(self, index_id: IndexId, video_id: VideoId) -> Video | None:
        """Return a video, or ``None`` if it is not there (any more)."""
        with self._records.read() as transaction:
            return transaction.videos.get(index_id, video_id)

    def list(self, index_id: IndexId, listing: Listing) -> VideoList:
        """
        Return a page of the videos of an index.

        Raises:
            NotFound: No such index.
        """
        with self._records.read() as transaction:
            require_index(transaction, index_id)
            page = transaction.videos.list(index_id, listing)
            total_s = transaction.indexes.totals([index_id])[index_id].total_duration_s
        return VideoList(page, total_s)

    def update(
        self,
        index_id: IndexId,
        video_id: VideoId,
        *,
        title: str | None = None,
        metadata: Mapping[str, MetadataValue | None] | None = None,
    ) -> None:
        """
        Set the title and merge metadata by key; a value of ``None`` removes the key.

        Raises:
            NotFound: No such index or video.
            ParameterInvalid: Metadata that cannot be stored.
        """
        changes = dict(metadata or {})
        check_user_metadata({key: value for key, value in changes.items() if value is not None})
        with self._records.write() as transaction:
            require_index(transaction, index_id)
            video = transaction.videos.get(index_id, video_id)
            if video is None:
                raise errors.NotFound("video", video_id)
            merged = {**video.user_metadata, **changes}
            kept = {key: value for key, value in merged.items() if value is not None}
            transaction.videos.update(
                replace(video, title=title or video.title, user_metadata=kept, updated_at=now())
            )

    def delete(self, index_id: IndexId, video_id: VideoId) -> None:
        """
        Remove a video; the very next search does not find it. Its task stays, its bytes go soon.

        Raises:
            NotFound: No such index or video.
        """
        with self._records.write() as transaction:
            require_index(transaction, index_id)
            if not transaction.videos.delete(index_id, video_id):
                raise errors.NotFound("video", video_id)
            purge_videos(transaction, [video_id], are_worked_on=False)
        self._purging.soon()

    def lines(
        self, index_id: IndexId, video_id: VideoId, *, modality: Modality, span: Span | None
    ) -> Sequence[TextLine]:
        """
        Return what is said (``SPEECH``) or written (``SCREEN_TEXT``), in order of time.

        Raises:
            NotFound: No such index or video.
        """
        self.get(index_id, video_id)
        with self._records.read() as transaction:
            return transaction.texts.lines(video_id, modality, span)

    def thumbnail(self, index_id: IndexId, video_id: VideoId, *, at_s: float | None) -> bytes:
        """
        Return a JPEG of the kept picture nearest to a time; the middle of the video without one.

        Raises:
            NotFound: No such index or video.
            ParameterInvalid: A time outside the video.
        """
        video = self.get(index_id, video_id)
        duration_s = video.facts.duration_s
        wanted_s = duration_s / 2 if at_s is None else at_s
        if not 0 <= wanted_s <= duration_s:
            raise errors.ParameterInvalid(
                "time", f"{wanted_s:g} s is outside the {duration_s:g} s of the video"
            )
        frame = self._nearest_frame(video_id, wanted_s)
        return self._blobs.get_range(frames_key(video_id), frame.offset, frame.length)

    def shots(self, index_id: IndexId, video_id: VideoId) -> Sequence[Span]:
        """
        Return the shots of a video, in order of time, without gap or overlap.

        Raises:
            NotFound: No such index or video.
        """
        self.get(index_id, video_id)
        return [shot.span for shot in self._decoded(video_id).shots]

    def _decoded(self, video_id: VideoId) -> Decoded:
        return msgspec.json.decode(self._blobs.get_bytes(artifact_key(video_id, "decoded")), type=Decoded)

    def _nearest_frame(self, video_id: VideoId, at_s: float) -> SampledFrame:
        return min(self._decoded(video_id).frames, key=lambda frame: abs(frame.at_s - at_s))
