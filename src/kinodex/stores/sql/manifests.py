"""Which vector segments are visible, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.stores.protocols import VectorManifest
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.revisions import count_change
from kinodex.stores.sql.tables import vector_manifests


@dataclass(frozen=True, slots=True)
class SqlManifestStore:
    """The manifests as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, index_id: IndexId, manifests: Sequence[VectorManifest]) -> None:
        """Make segments visible; one takes the place of another of the same video, modality and space."""
        insert = self.dialect.insert(vector_manifests)
        upsert = insert.on_conflict_do_update(
            index_elements=["video_id", "modality", "space"],
            set_={name: insert.excluded[name] for name in ("index_id", "blob", "sha256", "rows")},
        )
        if manifests:
            self.connection.execute(upsert, [_row(index_id, manifest) for manifest in manifests])
            count_change(self.connection, index_id)

    def of_video(self, video_id: VideoId) -> Sequence[VectorManifest]:
        """Return all segments of a video."""
        manifest = vector_manifests.c
        query = sa.select(vector_manifests).where(manifest.video_id == video_id)
        rows = self.connection.execute(query.order_by(manifest.modality, manifest.space))
        return [_manifest(row) for row in rows]

    def list(
        self,
        index_id: IndexId,
        *,
        modality: Modality,
        space: str,
        videos: Sequence[VideoId] | None,
    ) -> Sequence[VectorManifest]:
        """Return the segments of an index, or of some of its videos; an empty sequence gives none."""
        manifest = vector_manifests.c
        query = sa.select(vector_manifests).where(
            manifest.index_id == index_id, manifest.modality == modality.value, manifest.space == space
        )
        if videos is not None:
            query = query.where(self.dialect.among(manifest.video_id, videos))
        return [_manifest(row) for row in self.connection.execute(query.order_by(manifest.video_id))]

    def lacking(
        self,
        index_id: IndexId,
        *,
        modality: Modality,
        space: str,
        videos: Sequence[VideoId] | None,
    ) -> Sequence[VideoId]:
        """Return the videos of an index, or of some, with segments of a modality but none in a space."""
        manifest = vector_manifests.c
        of_modality = sa.and_(manifest.index_id == index_id, manifest.modality == modality.value)
        served = sa.select(manifest.video_id).where(of_modality, manifest.space == space)
        query = sa.select(manifest.video_id).where(of_modality).distinct()
        query = query.where(manifest.video_id.not_in(served)).order_by(manifest.video_id)
        if videos is not None:
            query = query.where(self.dialect.among(manifest.video_id, videos))
        return [VideoId(video) for video in self.connection.scalars(query)]

    def of_index(self, index_id: IndexId) -> Sequence[VectorManifest]:
        """Return all segments of an index."""
        query = sa.select(vector_manifests).where(vector_manifests.c.index_id == index_id)
        ordered = query.order_by(vector_manifests.c.video_id, vector_manifests.c.blob)
        return [_manifest(row) for row in self.connection.execute(ordered)]

    def remove(self, manifest: VectorManifest) -> None:
        """Hide a segment from search; one that has taken its place meanwhile stays."""
        there = vector_manifests.c
        this = sa.and_(
            there.video_id == manifest.video_id,
            there.modality == manifest.modality.value,
            there.space == manifest.space,
            there.sha256 == manifest.sha256,
        )
        count_change(self.connection, sa.select(there.index_id).where(this).scalar_subquery())
        self.connection.execute(sa.delete(vector_manifests).where(this))


def _row(index_id: IndexId, manifest: VectorManifest) -> dict[str, object]:
    return {**asdict(manifest), "index_id": index_id, "modality": manifest.modality.value}


def _manifest(row: sa.Row[Any]) -> VectorManifest:
    return VectorManifest(
        video_id=row.video_id,
        modality=Modality(row.modality),
        space=row.space,
        blob=row.blob,
        sha256=row.sha256,
        rows=row.rows,
    )
