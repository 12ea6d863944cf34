"""Ready videos in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import msgspec
import sqlalchemy as sa

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.media import MediaFacts
from kinodex.domain.videos import MetadataValue, Video
from kinodex.domain.warnings import VideoWarning
from kinodex.stores.sql.conditions import METADATA_PREFIX, Field, metadata, metadata_rows, translate
from kinodex.stores.sql.lists import page_of
from kinodex.stores.sql.revisions import count_change
from kinodex.stores.sql.tables import video_metadata, videos

FIELDS: Mapping[str, Field] = {
    **{
        name: videos.c[name]
        for name in (
            "id",
            "filename",
            "title",
            "duration_s",
            "fps",
            "width_px",
            "height_px",
            "size_bytes",
            "created_at",
            "updated_at",
            "indexed_at",
        )
    },
    METADATA_PREFIX: metadata(videos.c.id),
}

_FACTS = tuple(field.name for field in fields(MediaFacts))
"""Columns that are facts of the file."""


@dataclass(frozen=True, slots=True)
class SqlVideoStore:
    """The videos as one transaction sees them."""

    connection: sa.Connection

    def add(self, video: Video) -> None:
        """Store a video; an earlier one with the same id goes, with its texts and vector manifests."""
        self.connection.execute(sa.delete(videos).where(videos.c.id == video.id))
        self.connection.execute(sa.insert(videos).values(_row(video)))
        self._add_metadata(video)
        count_change(self.connection, video.index_id)

    def get(self, index_id: IndexId, video_id: VideoId) -> Video | None:
        """Return a video of an index, or ``None``."""
        row = self.connection.execute(sa.select(videos).where(*_this(index_id, video_id))).one_or_none()
        return None if row is None else video_of(row)

    def list(self, index_id: IndexId, listing: Listing) -> Page[Video]:
        """Return a page of videos."""
        query = sa.select(videos).where(videos.c.index_id == index_id)
        return page_of(self.connection, query, listing, fields=FIELDS, item=video_of)

    def matching(self, index_id: IndexId, conditions: Sequence[Condition]) -> Sequence[VideoId]:
        """Return the ids of all videos of an index that fulfil all conditions."""
        query = sa.select(videos.c.id).where(videos.c.index_id == index_id, *translate(conditions, FIELDS))
        return [
            VideoId(video_id) for video_id in self.connection.execute(query.order_by(videos.c.id)).scalars()
        ]

    def twin(self, sha256: str, recipe: str) -> Video | None:
        """Return a video of any index made of these bytes by this recipe, the newest, or ``None``."""
        query = sa.select(videos).where(videos.c.sha256 == sha256, videos.c.recipe == recipe)
        newest = query.order_by(videos.c.indexed_at.desc(), videos.c.id).limit(1)
        row = self.connection.execute(newest).one_or_none()
        return None if row is None else video_of(row)

    def of_bytes(self, sha256: str) -> Sequence[Video]:
        """Return the videos of all indexes made of these bytes, the newest first."""
        query = sa.select(videos).where(videos.c.sha256 == sha256)
        rows = self.connection.execute(query.order_by(videos.c.indexed_at.desc(), videos.c.id))
        return [video_of(row) for row in rows]

    def update(self, video: Video) -> None:
        """Overwrite title, metadata, warnings, ``is_playable`` and ``updated_at`` of a video."""
        change = {
            "title": video.title,
            "is_playable": video.is_playable,
            "user_metadata": video.user_metadata,
            "warnings": video.warnings,
            "updated_at": video.updated_at,
        }
        there = sa.update(videos).where(*_this(video.index_id, video.id)).values(change)
        if self.connection.execute(there).rowcount:
            self.connection.execute(sa.delete(video_metadata).where(video_metadata.c.video_id == video.id))
            self._add_metadata(video)
            count_change(self.connection, video.index_id)

    def delete(self, index_id: IndexId, video_id: VideoId) -> bool:
        """Remove a video; its texts and vector manifests go with it, by the foreign keys."""
        is_gone = self.connection.execute(sa.delete(videos).where(*_this(index_id, video_id))).rowcount == 1
        count_change(self.connection, index_id)
        return is_gone

    def _add_metadata(self, video: Video) -> None:
        rows = metadata_rows(video_metadata.c.video_id, video.id, video.user_metadata)
        if rows:
            self.connection.execute(sa.insert(video_metadata), rows)


def _this(index_id: IndexId, video_id: VideoId) -> tuple[sa.ColumnElement[bool], ...]:
    return (videos.c.id == video_id, videos.c.index_id == index_id)


def _row(video: Video) -> dict[str, object]:
    return {
        "id": video.id,
        "index_id": video.index_id,
        "filename": video.filename,
        "title": video.title,
        "sha256": video.sha256,
        "created_at": video.created_at,
        "updated_at": video.updated_at,
        "indexed_at": video.indexed_at,
        "user_metadata": video.user_metadata,
        "engines": video.engines,
        "warnings": msgspec.to_builtins(video.warnings),
        "recipe": video.recipe,
        "asset_id": video.asset_id,
        "is_playable": video.is_playable,
        **asdict(video.facts),
    }


def video_of(row: sa.Row[Any]) -> Video:
    """Return the video a row of its table holds."""
    return Video(
        id=row.id,
        index_id=row.index_id,
        filename=row.filename,
        title=row.title,
        sha256=row.sha256,
        created_at=row.created_at,
        updated_at=row.updated_at,
        indexed_at=row.indexed_at,
        facts=MediaFacts(**{name: getattr(row, name) for name in _FACTS}),
        user_metadata=msgspec.convert(row.user_metadata, dict[str, MetadataValue]),
        engines=row.engines,
        warnings=msgspec.convert(row.warnings, tuple[VideoWarning, ...]),
        recipe=row.recipe,
        asset_id=row.asset_id,
        is_playable=bool(row.is_playable),
    )
