"""Indexed assets: videos of an index from the moment their indexing was asked for, whatever their status."""

from collections.abc import Mapping
from dataclasses import replace

from kinodex.domain import errors
from kinodex.domain.assets import IndexedAsset
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId, IndexId, VideoId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.tasks import Task
from kinodex.domain.videos import MetadataValue, check_user_metadata
from kinodex.jobs.protocols import Jobs
from kinodex.stores.protocols import Records, Transaction
from kinodex.usecases.indexes import require_index
from kinodex.usecases.purging import Purging, purge_videos
from kinodex.usecases.tasks import TaskRequest, Tasks
from kinodex.usecases.videos import Videos


class IndexedAssets:
    """
    Tasks and the videos they make, as one thing.

    The id of an indexed asset is that of its video: searches name it, and ``Videos`` has it once it is ready.
    """

    def __init__(
        self, *, records: Records, jobs: Jobs, tasks: Tasks, videos: Videos, purging: Purging
    ) -> None:
        self._records = records
        self._purging = purging
        self._jobs = jobs
        self._tasks = tasks
        self._videos = videos

    def create(self, request: TaskRequest, asset_id: AssetId) -> Task:
        """Start indexing an asset; see ``Tasks.create_from_asset``."""
        return self._tasks.create_from_asset(request, asset_id)

    def get(self, index_id: IndexId, video_id: VideoId) -> IndexedAsset:
        """
        Return an indexed asset.

        Raises:
            NotFound: No such index, or no such indexed asset in it.
        """
        with self._records.read() as transaction:
            return _require(transaction, index_id, video_id)

    def list(self, index_id: IndexId, listing: Listing) -> Page[IndexedAsset]:
        """
        Return a page of the indexed assets of an index.

        Raises:
            NotFound: No such index.
        """
        with self._records.read() as transaction:
            require_index(transaction, index_id)
            return transaction.indexed_assets.list(index_id, listing)

    def update(
        self, index_id: IndexId, video_id: VideoId, metadata: Mapping[str, MetadataValue | None]
    ) -> None:
        """
        Merge the user's metadata by key; a value of ``None`` removes the key.

        Raises:
            NotFound: No such index or indexed asset.
            ParameterInvalid: Metadata that cannot be stored.
        """
        check_user_metadata({key: value for key, value in metadata.items() if value is not None})
        with self._records.write() as transaction:
            found = _require(transaction, index_id, video_id)
            if found.video is None:
                merged = {**dict(found.task.user_metadata), **metadata}
                kept = tuple(sorted((key, value) for key, value in merged.items() if value is not None))
                transaction.indexed_assets.describe(replace(found.task, user_metadata=kept, updated_at=now()))
                return
        self._videos.update(index_id, video_id, metadata=metadata)

    def delete(self, index_id: IndexId, video_id: VideoId) -> None:
        """
        Remove an indexed asset, whatever its status; one under way ends. The asset stays.

        Raises:
            NotFound: No such index or indexed asset.
        """
        with self._records.write() as transaction:
            found = _require(transaction, index_id, video_id)
            if found.video is None:
                transaction.tasks.delete(found.task.id)
                purge_videos(transaction, [video_id], are_worked_on=not found.task.status.is_final)
        if found.video is not None:
            self._videos.delete(index_id, video_id)
            return
        self._jobs.cancel(found.task.id, attempt=found.task.attempt)
        self._purging.soon()


def _require(transaction: Transaction, index_id: IndexId, video_id: VideoId) -> IndexedAsset:
    require_index(transaction, index_id)
    task = transaction.tasks.of_video(video_id)
    video = transaction.videos.get(index_id, video_id)
    is_there = task is not None and task.index_id == index_id
    if task is None or not is_there or (task.status.value == "ready" and video is None):
        raise errors.NotFound("indexed asset", video_id)
    return IndexedAsset(task, video)
