"""Assets: files kept to be used, in indexes or elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.assets import Asset, AssetLimits, AssetMethod, AssetStatus, AssetUse, Upload
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId, TaskId, new_id
from kinodex.domain.listing import Listing, Page
from kinodex.domain.names import filename_of_url
from kinodex.domain.tasks import Failure
from kinodex.domain.videos import MetadataValue, check_user_metadata
from kinodex.jobs.protocols import Jobs
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records, Transaction
from kinodex.usecases.blobs import asset_key, asset_prefix, upload_prefix
from kinodex.usecases.examining import Examined, Examiner
from kinodex.usecases.purging import LONGEST_UPLOAD, Purging, announce_prefix, purge_prefixes

Metadata = Mapping[str, MetadataValue | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRequest:
    """
    What a caller says of a new asset; without ``filename`` it gets the name it came by.

    A request that has to run again carries the same ``asset_id`` and gets the asset it made.
    """

    asset_id: AssetId = field(default_factory=lambda: AssetId(new_id()))
    filename: str | None = None
    wants_stream: bool = False
    wants_thumbnail: bool = False
    user_metadata: Metadata | None = None
    request_id: str | None = None


class Assets:
    """Uploaded files."""

    def __init__(
        self,
        *,
        records: Records,
        blobs: BlobStore,
        jobs: Jobs,
        fetcher: VideoFetcher,
        examiner: Examiner,
        limits: AssetLimits,
        purging: Purging,
    ) -> None:
        self._records = records
        self._blobs = blobs
        self._jobs = jobs
        self._fetcher = fetcher
        self._examiner = examiner
        self.limits = limits
        self._purging = purging

    def create_from_url(self, request: AssetRequest, url: str) -> Asset:
        """
        Store an asset whose bytes a worker fetches.

        Raises:
            UrlRefused: The address is not acceptable.
            ParameterInvalid: Metadata that cannot be used.
        """
        address = url.strip()
        self._fetcher.admit(address)
        asset = new_asset(request, AssetMethod.URL, filename=filename_of_url(address), url=address)
        with self._records.write() as transaction:
            if (made := transaction.assets.get(asset.id)) is not None:
                return made
            transaction.assets.add(asset)
            self._jobs.enqueue(TaskId(asset.id), transaction=transaction.handle, queue="receiving")
        return asset

    def create_from_file(self, request: AssetRequest, path: Path, *, filename: str) -> Asset:
        """
        Store a file that lies at ``path``, which this call takes over.

        What cannot be used becomes an asset that has failed and says why; its bytes are not kept.

        Returns:
            The asset as it stands: ready, or failed.

        Raises:
            FileTooLarge, FileEmpty: Nothing is stored.
            ParameterInvalid: Metadata that cannot be used.
        """
        try:
            with self._records.read() as transaction:
                if (made := transaction.assets.get(request.asset_id)) is not None:
                    return made
            asset = new_asset(request, AssetMethod.DIRECT, filename=filename)
            try:
                asset = ready(asset, self._examiner.examine(path))
                with self._records.write() as transaction:
                    announce_prefix(transaction, asset_prefix(asset.id))
                self._blobs.put_file(asset_key(asset.id), path)
            except (errors.FileTooLarge, errors.FileEmpty):
                raise
            except errors.VideoRejected as error:
                asset = failed(asset, Failure(error.code, error.message))
        finally:
            path.unlink(missing_ok=True)
        with self._records.write() as transaction:
            is_kept = asset.status is AssetStatus.READY
            if is_kept and not transaction.purges.spare(asset_prefix(asset.id)):
                raise errors.UploadExpired(LONGEST_UPLOAD.total_seconds())
            transaction.assets.add(asset)
            if asset.lacks_renditions:
                self._jobs.enqueue(TaskId(asset.id), transaction=transaction.handle, queue="receiving")
        return asset

    def get(self, asset_id: AssetId) -> Asset:
        """
        Return an asset.

        Raises:
            NotFound: If there is none.
        """
        with self._records.read() as transaction:
            return require_asset(transaction, asset_id)

    def list(self, listing: Listing) -> Page[Asset]:
        """Return a page of assets."""
        with self._records.read() as transaction:
            return transaction.assets.list(listing)

    def uses(self, asset_id: AssetId, *, page: int, page_limit: int) -> Page[AssetUse]:
        """
        Return the indexed assets made from an asset.

        Raises:
            NotFound: No such asset.
        """
        with self._records.read() as transaction:
            require_asset(transaction, asset_id)
            return transaction.assets.uses(asset_id, page=page, page_limit=page_limit)

    def describe(self, asset_id: AssetId, metadata: Metadata | None, *, merge: bool) -> None:
        """
        Change the user's metadata of an asset.

        Args:
            asset_id: Of the asset.
            metadata: ``None`` removes all there is. Empty texts are passed over.
            merge: Whether other keys stay; then a value of ``None`` removes its key.

        Raises:
            NotFound: No such asset.
            ParameterInvalid: Metadata that cannot be stored.
        """
        changes = {key: value for key, value in (metadata or {}).items() if value != ""}
        _check_metadata(changes)
        with self._records.write() as transaction:
            asset = require_asset(transaction, asset_id, for_change=True)
            merged = {**(asset.user_metadata or {}), **changes} if merge else changes
            kept = {key: value for key, value in merged.items() if value is not None}
            transaction.assets.replace(replace(asset, user_metadata=kept or None, updated_at=now()))

    def delete(self, asset_id: AssetId, *, force: bool) -> None:
        """
        Remove an asset, also one that is on its way. Videos made from it stay.

        Raises:
            NotFound: No such asset.
            AssetInUse: Videos were made from it, and ``force`` is not set.
        """
        with self._records.write() as transaction:
            asset = require_asset(transaction, asset_id, for_change=True)
            uses = transaction.assets.uses(asset_id, page_limit=1).total
            if uses and not force:
                raise errors.AssetInUse(asset_id, uses)
            upload = transaction.uploads.of_asset(asset_id)
            transaction.assets.delete(asset_id)
            purge_asset(transaction, asset_id, upload, is_worked_on=asset.is_worked_on)
        if asset.is_worked_on:
            self._jobs.cancel(TaskId(asset_id))
        self._purging.soon()

    def size(self, asset_id: AssetId) -> int:
        """
        Return how many bytes a ready asset has.

        Raises:
            NotFound: No such asset, or its bytes are not here.
        """
        size_bytes = self._blobs.size(asset_key(asset_id))
        if size_bytes is None:
            raise errors.NotFound("asset", asset_id)
        return size_bytes

    def read(self, asset_id: AssetId, start: int, length: int) -> bytes:
        """
        Return some bytes of a ready asset; fewer at its end.

        Raises:
            NotFound: No such asset, or its bytes are not here.
        """
        try:
            return self._blobs.get_range(asset_key(asset_id), start, length)
        except FileNotFoundError as error:
            raise errors.NotFound("asset", asset_id) from error


def purge_asset(
    transaction: Transaction, asset_id: AssetId, upload: Upload | None, *, is_worked_on: bool
) -> None:
    """Note that the bytes of an asset, and the parts it comes by, are to go."""
    prefixes = [asset_prefix(asset_id), *([upload_prefix(upload.id)] if upload else [])]
    purge_prefixes(transaction, prefixes, are_worked_on=is_worked_on)


def new_asset(request: AssetRequest, method: AssetMethod, *, filename: str, url: str | None = None) -> Asset:
    """
    Return an asset whose bytes are not looked at yet.

    Raises:
        ParameterInvalid: Metadata that cannot be used.
    """
    metadata = {
        key: value
        for key, value in (request.user_metadata or {}).items()
        if value is not None and value != ""
    }
    _check_metadata(metadata)
    at = now()
    return Asset(
        id=request.asset_id,
        method=method,
        status=AssetStatus.PROCESSING,
        filename=request.filename or filename,
        created_at=at,
        updated_at=at,
        url=url,
        wants_stream=request.wants_stream,
        wants_thumbnail=request.wants_thumbnail,
        user_metadata={key: value for key, value in metadata.items() if value is not None} or None,
        request_id=request.request_id,
    )


def ready(asset: Asset, examined: Examined) -> Asset:
    """Return an asset that can be used, with what its bytes told."""
    return replace(
        asset,
        status=AssetStatus.READY,
        updated_at=now(),
        kind=examined.kind,
        file_type=examined.file_type,
        size_bytes=examined.size_bytes,
        duration_s=examined.duration_s,
        sha256=examined.sha256,
        technical=examined.facts,
        url=_without_query(asset.url),
    )


def failed(asset: Asset, failure: Failure) -> Asset:
    """Return an asset that never can be used, and why."""
    return replace(
        asset,
        status=AssetStatus.FAILED,
        failure=failure,
        updated_at=now(),
        url=_without_query(asset.url),
    )


def require_asset(transaction: Transaction, asset_id: AssetId, *, for_change: bool = False) -> Asset:
    """
    Return an asset; with ``for_change`` its other writers wait.

    Raises:
        NotFound: If there is none.
    """
    asset = transaction.assets.get(asset_id, for_change=for_change)
    if asset is None:
        raise errors.NotFound("asset", asset_id)
    return asset


def _check_metadata(metadata: Metadata) -> None:
    check_user_metadata({key: value for key, value in metadata.items() if value is not None})


def _without_query(url: str | None) -> str | None:
    """Signed links are secrets; once the bytes are here nobody needs them."""
    return None if url is None else url.partition("?")[0].partition("#")[0]
