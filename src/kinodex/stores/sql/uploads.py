"""Uploads in parts in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kinodex.domain.assets import AssetKind, PartStatus, Upload, UploadPart, UploadStatus
from kinodex.domain.ids import AssetId, UploadId
from kinodex.domain.listing import Listing, Page
from kinodex.stores.sql.asset_tables import upload_parts, uploads
from kinodex.stores.sql.conditions import Field
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.lists import page_of

_PLAIN = ("id", "asset_id", "total_bytes", "part_bytes", "created_at", "updated_at", "expires_at")
_PART = ("number", "size_bytes", "etag", "updated_at", "uploaded_at", "error")
_FIELDS: Mapping[str, Field] = {name: uploads.c[name] for name in ("id", "created_at")}


@dataclass(frozen=True, slots=True)
class SqlUploadStore:
    """The uploads as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, upload: Upload) -> None:
        """Store a new upload."""
        self.connection.execute(sa.insert(uploads).values(_row(upload)))

    def get(self, upload_id: UploadId, *, for_change: bool = False) -> Upload | None:
        """Return an upload, or ``None``; with ``for_change`` its other writers wait."""
        return self._one(uploads.c.id == upload_id, for_change=for_change)

    def of_asset(self, asset_id: AssetId) -> Upload | None:
        """Return the upload an asset comes by, or ``None``."""
        return self._one(uploads.c.asset_id == asset_id)

    def replace(self, upload: Upload) -> None:
        """Overwrite an upload."""
        self.connection.execute(sa.update(uploads).where(uploads.c.id == upload.id).values(_row(upload)))

    def incomplete(self, *, page: int, page_limit: int) -> Page[Upload]:
        """Return the uploads that are not completed, newest first."""
        query = sa.select(uploads).where(uploads.c.status != UploadStatus.COMPLETED.value)
        listing = Listing(page=page, page_limit=page_limit)
        return page_of(self.connection, query, listing, fields=_FIELDS, item=_upload)

    def overdue(self, at: datetime) -> Sequence[Upload]:
        """Return active uploads that expire before a time."""
        late = sa.and_(uploads.c.status == UploadStatus.ACTIVE.value, uploads.c.expires_at < at)
        return [_upload(row) for row in self.connection.execute(sa.select(uploads).where(late))]

    def put_part(self, upload_id: UploadId, part: UploadPart) -> None:
        """Store what is known of a part, in place of what was known before."""
        facts = {**{name: getattr(part, name) for name in _PART}, "status": part.status.value}
        first = self.dialect.insert(upload_parts).values(upload_id=upload_id, **facts)
        self.connection.execute(
            first.on_conflict_do_update(index_elements=["upload_id", "number"], set_=facts)
        )

    def parts(self, upload_id: UploadId) -> Sequence[UploadPart]:
        """Return the parts something is known of, in order."""
        query = sa.select(upload_parts).where(upload_parts.c.upload_id == upload_id)
        rows = self.connection.execute(query.order_by(upload_parts.c.number))
        return [
            UploadPart(**{name: getattr(row, name) for name in _PART}, status=PartStatus(row.status))
            for row in rows
        ]

    def _one(self, condition: sa.ColumnElement[bool], *, for_change: bool = False) -> Upload | None:
        query = sa.select(uploads).where(condition)
        # SQLite has one writer at a time anyway, and no such clause.
        row = self.connection.execute(query.with_for_update() if for_change else query).first()
        return None if row is None else _upload(row)


def _row(upload: Upload) -> dict[str, object]:
    return {
        **{name: getattr(upload, name) for name in _PLAIN},
        "kind": upload.kind.value,
        "status": upload.status.value,
    }


def _upload(row: sa.Row[Any]) -> Upload:
    return Upload(
        **{name: getattr(row, name) for name in _PLAIN},
        kind=AssetKind(row.kind),
        status=UploadStatus(row.status),
    )
