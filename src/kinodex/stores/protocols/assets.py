"""Assets, the uploads they come by, and what was made from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinodex.domain.assets import Asset, AssetUse, IndexedAsset, Upload, UploadPart
from kinodex.domain.ids import AssetId, IndexId, UploadId
from kinodex.domain.listing import Listing, Page
from kinodex.domain.tasks import Task


class AssetStore(Protocol):
    """Assets."""

    def add(self, asset: Asset) -> None:
        """Store a new asset."""
        ...

    def get(self, asset_id: AssetId, *, for_change: bool = False) -> Asset | None:
        """Return an asset, or ``None``; with ``for_change`` its other writers wait."""
        ...

    def replace(self, asset: Asset) -> bool:
        """Overwrite an asset; False if it is gone."""
        ...

    def list(self, listing: Listing) -> Page[Asset]:
        """
        Return a page of assets.

        Fields: ``id kind created_at updated_at``, and ``filename``, which looks for a part of the name
        in capitals or not.
        """
        ...

    def uses(self, asset_id: AssetId, *, page: int = 1, page_limit: int = 10) -> Page[AssetUse]:
        """Return the videos made from an asset that are there or may still become ready, newest first."""
        ...

    def delete(self, asset_id: AssetId) -> None:
        """Remove an asset with the upload it came by."""
        ...


class UploadStore(Protocol):
    """Uploads in parts."""

    def add(self, upload: Upload) -> None:
        """Store a new upload."""
        ...

    def get(self, upload_id: UploadId, *, for_change: bool = False) -> Upload | None:
        """Return an upload, or ``None``; with ``for_change`` its other writers wait."""
        ...

    def of_asset(self, asset_id: AssetId) -> Upload | None:
        """Return the upload an asset comes by, or ``None``."""
        ...

    def replace(self, upload: Upload) -> None:
        """Overwrite an upload."""
        ...

    def incomplete(self, *, page: int, page_limit: int) -> Page[Upload]:
        """Return the uploads that are not completed, newest first."""
        ...

    def overdue(self, at: datetime) -> Sequence[Upload]:
        """Return active uploads that expire before a time."""
        ...

    def put_part(self, upload_id: UploadId, part: UploadPart) -> None:
        """Store what is known of a part, in place of what was known before."""
        ...

    def parts(self, upload_id: UploadId) -> Sequence[UploadPart]:
        """Return the parts something is known of, in order."""
        ...


class IndexedAssetStore(Protocol):
    """Tasks of an index beside their videos; tasks whose video was deleted are left out."""

    def list(self, index_id: IndexId, listing: Listing) -> Page[IndexedAsset]:
        """
        Return a page.

        Fields: ``id filename duration_s fps width_px height_px size_bytes created_at updated_at status``
        and ``metadata.<key>``.
        """
        ...

    def describe(self, task: Task) -> None:
        """Overwrite the user's metadata and ``updated_at`` of a task, whatever its status."""
        ...
