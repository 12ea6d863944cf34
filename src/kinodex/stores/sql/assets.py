"""Assets in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kinodex.domain.assets import (
    Asset,
    AssetFacts,
    AssetKind,
    AssetMethod,
    AssetStatus,
    AssetUse,
    Rendition,
)
from kinodex.domain.ids import AssetId
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.tasks import Failure
from kinodex.domain.videos import MetadataValue
from kinodex.stores.sql.asset_tables import assets
from kinodex.stores.sql.conditions import Field
from kinodex.stores.sql.lists import page_of
from kinodex.stores.sql.tables import indexes, tasks, videos

_PLAIN = (
    "id",
    "filename",
    "created_at",
    "updated_at",
    "url",
    "file_type",
    "size_bytes",
    "duration_s",
    "sha256",
    "wants_stream",
    "wants_thumbnail",
    "request_id",
)
"""Columns that are attributes of an asset as they are."""


def _part_of_name(condition: Condition) -> sa.ColumnElement[bool]:
    return assets.c.folded_filename.contains(str(condition.value).casefold(), autoescape=True)


FIELDS: Mapping[str, Field] = {
    **{name: assets.c[name] for name in ("id", "kind", "created_at", "updated_at")},
    "filename": _part_of_name,
}

_HERE = sa.or_(
    sa.and_(tasks.c.status != "ready", tasks.c.status != "failed"),
    sa.exists().where(videos.c.id == tasks.c.video_id),
)
"""The video is there, or may still come."""


@dataclass(frozen=True, slots=True)
class SqlAssetStore:
    """The assets as one transaction sees them."""

    connection: sa.Connection

    def add(self, asset: Asset) -> None:
        """Store a new asset."""
        self.connection.execute(sa.insert(assets).values(_row(asset)))

    def get(self, asset_id: AssetId, *, for_change: bool = False) -> Asset | None:
        """Return an asset, or ``None``; with ``for_change`` its other writers wait."""
        query = sa.select(assets).where(assets.c.id == asset_id)
        # SQLite has one writer at a time anyway, and no such clause.
        row = self.connection.execute(query.with_for_update() if for_change else query).one_or_none()
        return None if row is None else _asset(row)

    def replace(self, asset: Asset) -> bool:
        """Overwrite an asset; False if it is gone."""
        change = sa.update(assets).where(assets.c.id == asset.id).values(_row(asset))
        return self.connection.execute(change).rowcount == 1

    def list(self, listing: Listing) -> Page[Asset]:
        """Return a page of assets."""
        return page_of(self.connection, sa.select(assets), listing, fields=FIELDS, item=_asset)

    def uses(self, asset_id: AssetId, *, page: int = 1, page_limit: int = 10) -> Page[AssetUse]:
        """Return the videos made from an asset that are there or may still become ready, newest first."""
        query = (
            sa.select(tasks.c.id, tasks.c.created_at, tasks.c.video_id, tasks.c.index_id, indexes.c.name)
            .join(indexes, indexes.c.id == tasks.c.index_id)
            .where(tasks.c.asset_id == asset_id, _HERE)
        )
        listing = Listing(page=page, page_limit=page_limit)
        fields: Mapping[str, Field] = {name: tasks.c[name] for name in ("id", "created_at")}
        return page_of(
            self.connection,
            query,
            listing,
            fields=fields,
            item=lambda row: AssetUse(row.video_id, row.index_id, row.name),
        )

    def delete(self, asset_id: AssetId) -> None:
        """Remove an asset; the upload it came by goes with it, by the foreign keys."""
        self.connection.execute(sa.delete(assets).where(assets.c.id == asset_id))


def _row(asset: Asset) -> dict[str, object]:
    failure = asset.failure
    return {
        **{name: getattr(asset, name) for name in _PLAIN},
        "method": asset.method.value,
        "status": asset.status.value,
        "technical": asset.technical,
        "stream": asset.stream,
        "thumbnail": asset.thumbnail,
        "kind": None if asset.kind is None else asset.kind.value,
        "folded_filename": asset.filename.casefold(),
        "user_metadata": asset.user_metadata,
        "failure_code": None if failure is None else failure.code,
        "failure_message": None if failure is None else failure.message,
    }


def _asset(row: sa.Row[Any]) -> Asset:
    return Asset(
        **{name: getattr(row, name) for name in _PLAIN},
        method=AssetMethod(row.method),
        status=AssetStatus(row.status),
        technical=msgspec.convert(row.technical, AssetFacts | None),
        stream=msgspec.convert(row.stream, Rendition | None),
        thumbnail=msgspec.convert(row.thumbnail, Rendition | None),
        kind=None if row.kind is None else AssetKind(row.kind),
        user_metadata=msgspec.convert(row.user_metadata, dict[str, MetadataValue] | None),
        failure=None if row.failure_code is None else Failure(row.failure_code, row.failure_message),
    )
