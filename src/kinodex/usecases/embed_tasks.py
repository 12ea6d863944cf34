"""Embedding tasks: vectors of a whole video, clip by clip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kinodex.domain import errors
from kinodex.domain.assets import AssetKind, AssetStatus
from kinodex.domain.clock import now
from kinodex.domain.embeddings import Embedded, EmbedStatus, EmbedTask, EmbedWanted
from kinodex.domain.ids import AssetId, EmbedTaskId, TaskId, new_id
from kinodex.domain.limits import Limits, check_facts
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.names import filename_of_url
from kinodex.jobs.protocols import Jobs
from kinodex.media.protocols import MediaReader
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.assets import require_asset
from kinodex.usecases.blobs import (
    asset_key,
    embedded_key,
    embedding_prefix,
    embedding_source_key,
)
from kinodex.usecases.purging import LONGEST_UPLOAD, announce_prefix

SHORTEST_CLIP_S, LONGEST_CLIP_S = 2.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedRequest:
    """What a caller asks for; ``family`` is ``v1`` or ``v2``."""

    family: str
    model_name: str
    wanted: EmbedWanted
    task_id: EmbedTaskId = field(default_factory=lambda: EmbedTaskId(new_id()))
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedTasks:
    """Embedding tasks, as a client sees them; ``limits`` are those of videos under the newest version."""

    records: Records
    blobs: BlobStore
    jobs: Jobs
    fetcher: VideoFetcher
    media: MediaReader
    limits: Limits

    def create_from_url(self, request: EmbedRequest, url: str) -> EmbedTask:
        """
        Start embedding the video at a URL; a worker fetches it.

        Raises:
            UrlRefused: The address is not acceptable.
            ParameterInvalid: Clips or a stretch of the video that cannot be.
        """
        _check(request.wanted)
        address = url.strip()
        self.fetcher.admit(address)
        return self._add(_task(request, filename=filename_of_url(address), url=address))

    def create_from_file(self, request: EmbedRequest, path: Path, *, filename: str) -> EmbedTask:
        """
        Start embedding a file that lies at ``path``, which this call takes over.

        Raises:
            VideoRejected: Not a video, or one that breaks a requirement.
            ParameterInvalid: Clips or a stretch of the video that cannot be.
        """
        try:
            _check(request.wanted)
            check_facts(self.media.probe(path), self.limits)
            self._announce(request)
            self.blobs.put_file(embedding_source_key(request.task_id), path)
        finally:
            path.unlink(missing_ok=True)
        return self._add(_task(request, filename=filename))

    def create_from_asset(self, request: EmbedRequest, asset_id: AssetId) -> EmbedTask:
        """
        Start embedding an asset.

        Raises:
            NotFound: No such asset.
            ParameterInvalid: It is not ready, or clips that cannot be.
            AssetKindWrong: It is no video.
        """
        _check(request.wanted)
        with self.records.read() as transaction:
            asset = require_asset(transaction, asset_id)
        if asset.status is not AssetStatus.READY or asset.kind is None:
            raise errors.ParameterInvalid("asset_id", f"the asset is {asset.status}, not ready")
        if asset.technical is None or asset.technical.video is None:
            raise errors.AssetKindWrong(AssetKind.VIDEO, asset.kind)
        check_facts(asset.technical.video, self.limits)
        self._announce(request)
        try:
            self.blobs.copy(asset_key(asset_id), embedding_source_key(request.task_id))
        except FileNotFoundError as error:  # it was deleted at this moment
            raise errors.NotFound("asset", asset_id) from error
        return self._add(_task(request, filename=asset.filename))

    def get(self, task_id: EmbedTaskId, *, family: str) -> EmbedTask:
        """
        Return a task.

        Raises:
            NotFound: None of this family has this id.
        """
        with self.records.read() as transaction:
            task = transaction.embed_tasks.get(task_id)
        if task is None or task.family != family:
            raise errors.NotFound("embedding task", task_id)
        return task

    def vectors(self, task: EmbedTask) -> Sequence[Embedded]:
        """Return the vectors of a task, empty until it is ready."""
        if task.status is not EmbedStatus.READY:
            return ()
        return msgspec.msgpack.decode(self.blobs.get_bytes(embedded_key(task.id)), type=tuple[Embedded, ...])

    def list(self, listing: Listing, *, family: str) -> Page[EmbedTask]:
        """Return a page of the tasks of a family."""
        with self.records.read() as transaction:
            return transaction.embed_tasks.list(listing.also((Condition("family", "eq", family),)))

    def _announce(self, request: EmbedRequest) -> None:
        with self.records.write() as transaction:
            announce_prefix(transaction, embedding_prefix(request.task_id))

    def _add(self, task: EmbedTask) -> EmbedTask:
        with self.records.write() as transaction:
            if (made := transaction.embed_tasks.get(task.id)) is not None:
                transaction.purges.spare(embedding_prefix(task.id))
                return made
            if task.url is None and not transaction.purges.spare(embedding_prefix(task.id)):
                raise errors.UploadExpired(LONGEST_UPLOAD.total_seconds())
            transaction.embed_tasks.add(task)
            self.jobs.enqueue(TaskId(task.id), transaction=transaction.handle)
        return task


def _task(request: EmbedRequest, *, filename: str, url: str | None = None) -> EmbedTask:
    at = now()
    return EmbedTask(
        id=request.task_id,
        family=request.family,
        status=EmbedStatus.PROCESSING,
        model_name=request.model_name,
        wanted=request.wanted,
        filename=filename,
        created_at=at,
        updated_at=at,
        url=url,
        request_id=request.request_id,
    )


def _check(wanted: EmbedWanted) -> None:
    lengths: Mapping[str, float | None] = {
        "clip length": wanted.clip_s,
        "min_duration_sec": wanted.minimum_shot_s,
    }
    for name, length_s in lengths.items():
        if length_s is not None and not SHORTEST_CLIP_S <= length_s <= LONGEST_CLIP_S:
            reason = f"{length_s:g} s is outside {SHORTEST_CLIP_S:g} to {LONGEST_CLIP_S:g} s"
            raise errors.ParameterInvalid(name, reason)
    if wanted.start_s < 0:
        raise errors.ParameterInvalid("start", f"{wanted.start_s:g} s is before the beginning")
    if wanted.end_s is not None and wanted.end_s <= wanted.start_s:
        reason = f"{wanted.end_s:g} s is not after the start at {wanted.start_s:g} s"
        raise errors.ParameterInvalid("end", reason)
