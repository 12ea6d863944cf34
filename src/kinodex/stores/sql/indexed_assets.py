"""Tasks beside the videos they made, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kinodex.domain.assets import IndexedAsset
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.tasks import Task
from kinodex.domain.videos import Video
from kinodex.stores.sql.conditions import METADATA_PREFIX, Field, metadata
from kinodex.stores.sql.lists import page_of
from kinodex.stores.sql.tables import task_metadata, tasks, videos
from kinodex.stores.sql.tasks import SqlTaskStore, task_of
from kinodex.stores.sql.videos import video_of

_READY = "ready"
_of_video = metadata(videos.c.id)
_of_task = metadata(tasks.c.id, task_metadata.c.task_id)


def _metadata(condition: Condition) -> sa.ColumnElement[bool]:
    """Ready videos have metadata of their own; before that it is the task's."""
    return sa.case((videos.c.id.is_not(None), _of_video(condition)), else_=_of_task(condition))


FIELDS: Mapping[str, Field] = {
    **{name: tasks.c[name] for name in ("filename", "duration_s", "width_px", "height_px", "size_bytes")},
    "id": tasks.c.video_id,
    "status": tasks.c.status,
    "created_at": tasks.c.created_at,
    "fps": videos.c.fps,
    "updated_at": sa.func.coalesce(videos.c.updated_at, tasks.c.updated_at),
    METADATA_PREFIX: _metadata,
}

_BESIDE = sa.select(tasks).outerjoin(videos, videos.c.id == tasks.c.video_id)
_SHOWN = sa.or_(tasks.c.status != _READY, videos.c.id.is_not(None))


@dataclass(frozen=True, slots=True)
class SqlIndexedAssetStore:
    """The indexed assets as one transaction sees them."""

    connection: sa.Connection

    def list(self, index_id: IndexId, listing: Listing) -> Page[IndexedAsset]:
        """Return a page."""
        query = _BESIDE.where(_SHOWN, tasks.c.index_id == index_id)
        page = page_of(self.connection, query, listing, fields=FIELDS, item=task_of)
        found = self._videos(page.items)
        return Page([IndexedAsset(task, found.get(task.video_id)) for task in page.items], page.total)

    def describe(self, task: Task) -> None:
        """Overwrite the user's metadata of a task whose video is not there yet, also of a failed one."""
        SqlTaskStore(self.connection).describe(task)

    def _videos(self, made_by: Sequence[Task]) -> Mapping[VideoId, Video]:
        wanted = [task.video_id for task in made_by]
        rows = self.connection.execute(sa.select(videos).where(videos.c.id.in_(wanted)))
        return {video.id: video for video in map(video_of, rows)}
