"""What people look at of an asset: a stream for players, and a thumbnail."""

from dataclasses import dataclass, replace
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.assets import Asset, AssetKind, Rendition, RenditionStatus
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId
from kinodex.media.protocols import MediaReader
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.blobs import asset_playlist_key, asset_stream_key, asset_thumbnail_key
from kinodex.usecases.playback import pointing_to

_NO_STREAM = "Only videos have streams; this is {kind}."
_NO_PICTURE = "There is no picture of sound."
_NAMES = {AssetKind.AUDIO: "sound", AssetKind.IMAGE: "a picture"}


@dataclass(frozen=True, slots=True)
class RenditionMaker:
    """Makes what was wished for, and keeps it in the blob store."""

    media: MediaReader
    blobs: BlobStore

    def make(self, asset: Asset, path: Path, folder: Path) -> Asset:
        """
        Return an asset with what it lacked; what cannot be made has an error instead.

        Args:
            asset: One that is ready.
            path: Its bytes.
            folder: For files on the way.

        Raises:
            DecoderLost, StorageFull: It may work another time.
        """
        if asset.wants_stream and asset.stream is None:
            asset = replace(asset, stream=self._stream(asset, path, folder))
        if asset.wants_thumbnail and asset.thumbnail is None:
            asset = replace(asset, thumbnail=self._thumbnail(asset, path, folder))
        return asset

    def _stream(self, asset: Asset, path: Path, folder: Path) -> Rendition:
        facts = None if asset.technical is None else asset.technical.video
        if asset.kind is not AssetKind.VIDEO or facts is None:
            kind = _NAMES.get(asset.kind, "something else") if asset.kind else "something else"
            return Rendition(RenditionStatus.ERROR, _NO_STREAM.format(kind=kind))
        try:
            package = self.media.package(path, folder / "stream", facts=facts, progress=_ignore)
        except errors.DecoderLost:
            raise
        except errors.VideoBroken as error:
            return Rendition(RenditionStatus.ERROR, f"It cannot be played here: {error.message}")
        if package.stream is None or package.playlist is None:
            return Rendition(RenditionStatus.ERROR, f"It cannot be played here: {package.flaw}.")
        self.blobs.put_file(asset_stream_key(asset.id), package.stream)
        self.blobs.put_file(asset_playlist_key(asset.id), package.playlist)
        return Rendition(RenditionStatus.READY, f"Playback: {package.flaw}." if package.flaw else None)

    def _thumbnail(self, asset: Asset, path: Path, folder: Path) -> Rendition:
        if asset.kind is AssetKind.AUDIO:
            return Rendition(RenditionStatus.ERROR, _NO_PICTURE)
        try:
            picture = self.media.thumbnail(path, folder / "thumbnail")
        except errors.DecoderLost:
            raise
        except errors.VideoRejected as error:
            return Rendition(RenditionStatus.ERROR, error.message)
        self.blobs.put_bytes(asset_thumbnail_key(asset.id), picture)
        return Rendition(RenditionStatus.READY)


def unmade(asset: Asset, flaw: str) -> Asset:
    """Return an asset on which work has ended without all that was wished for, and why."""
    lost = Rendition(RenditionStatus.ERROR, flaw)
    return replace(
        asset,
        stream=asset.stream or (lost if asset.wants_stream else None),
        thumbnail=asset.thumbnail or (lost if asset.wants_thumbnail else None),
        updated_at=now(),
    )


class AssetPlayback:
    """What players and pages ask for."""

    def __init__(self, *, records: Records, blobs: BlobStore) -> None:
        self._records = records
        self._blobs = blobs

    def playlist(self, asset_id: AssetId, *, stream_uri: str) -> str:
        """
        Return the HLS playlist of an asset, all of whose parts lie in the file at ``stream_uri``.

        Raises:
            NotFound: No such asset, or it has no stream.
        """
        return pointing_to(stream_uri, self._bytes(asset_id, asset_playlist_key(asset_id), "stream"))

    def thumbnail(self, asset_id: AssetId) -> bytes:
        """
        Return the thumbnail of an asset, a JPEG.

        Raises:
            NotFound: No such asset, or it has none.
        """
        return self._bytes(asset_id, asset_thumbnail_key(asset_id), "thumbnail")

    def stream_bytes(self, asset_id: AssetId) -> int:
        """
        Return how long the stream of an asset is.

        Raises:
            NotFound: No such asset, or it has no stream.
        """
        self._check(asset_id)
        size_bytes = self._blobs.size(asset_stream_key(asset_id))
        if size_bytes is None:
            raise errors.NotFound("stream of asset", asset_id)
        return size_bytes

    def stream(self, asset_id: AssetId, start: int, length: int) -> bytes:
        """Return a part of the stream of an asset."""
        return self._blobs.get_range(asset_stream_key(asset_id), start, length)

    def _bytes(self, asset_id: AssetId, key: str, what: str) -> bytes:
        self._check(asset_id)
        try:
            return self._blobs.get_bytes(key)
        except FileNotFoundError as error:
            raise errors.NotFound(f"{what} of asset", asset_id) from error

    def _check(self, asset_id: AssetId) -> None:
        with self._records.read() as transaction:
            if transaction.assets.get(asset_id) is None:
                raise errors.NotFound("asset", asset_id)


def _ignore(_share: float) -> None:
    """Nobody waits for the progress of a stream."""
