"""Addresses of media, as answers hold them."""

from starlette.requests import Request

from kinodex.domain.ids import AssetId, IndexId, UploadId, VideoId
from kinodex.domain.timeline import Span
from kinodex.http.parameters import query_fields
from kinodex.http.signing import Signer

PLAYLIST = "playlist.m3u8"
STREAM = "stream.mp4"
STORYBOARD = "storyboard.vtt"
SHEET = "storyboard.jpg"
THUMBNAIL = "thumbnail.jpg"
"""What players ask for, by the names in their paths."""
_BASE = "kinodex.base"


def picture_path(index_id: str, video_id: str, at_ms: str) -> str:
    """Return the path of a picture, as ``routes/media.py`` serves it."""
    return f"/media/{index_id}/{video_id}/{at_ms}.jpg"


def playback_path(index_id: str, video_id: str, name: str) -> str:
    """Return the path of what players ask for, as ``routes/playback.py`` serves it."""
    return f"/media/{index_id}/{video_id}/{name}"


def playback_link(request: Request, signer: Signer, index_id: IndexId, video_id: VideoId, name: str) -> str:
    """Return a link to the playlist or the storyboard of a video."""
    return _link(request, signer, playback_path(index_id, video_id, name))


def picture_link(
    request: Request, signer: Signer, index_id: IndexId, video_id: VideoId, *, at_s: float
) -> str:
    """Return a link to the picture of a video nearest to a time, under the name the client called us by."""
    at_ms = str(int(at_s * 1000))
    return _link(request, signer, picture_path(index_id, video_id, at_ms))


def clip_path(index_id: str, video_id: str, start_ms: str, end_ms: str) -> str:
    """Return the path of a clip, as ``routes/clips.py`` serves it."""
    return f"/media/{index_id}/{video_id}/clip-{start_ms}-{end_ms}.mp4"


def clip_link(request: Request, signer: Signer, index_id: IndexId, video_id: VideoId, span: Span) -> str:
    """Return a link to a stretch of a video, under the name the client called us by."""
    start_ms, end_ms = (str(round(at_s * 1000)) for at_s in (span.start_s, span.end_s))
    return _link(request, signer, clip_path(index_id, video_id, start_ms, end_ms))


def asset_path(asset_id: str) -> str:
    """Return the path of the bytes of an asset, as ``routes/asset_playback.py`` serves it."""
    return f"/media/assets/{asset_id}"


def asset_link(request: Request, signer: Signer, asset_id: AssetId) -> str:
    """Return a link to the bytes of an asset, under the name the client called us by."""
    return _link(request, signer, asset_path(asset_id))


def asset_playback_path(asset_id: str, name: str) -> str:
    """Return the path of what is looked at of an asset, as ``routes/asset_playback.py`` serves it."""
    return f"{asset_path(asset_id)}/{name}"


def asset_playback_link(request: Request, signer: Signer, asset_id: AssetId, name: str) -> str:
    """Return a link to the playlist or the thumbnail of an asset."""
    return _link(request, signer, asset_playback_path(asset_id, name))


def part_path(upload_id: str, number: str) -> str:
    """Return the path a part of an upload is sent to, as ``routes/uploads.py`` serves it."""
    return f"/uploads/{upload_id}/{number}"


def part_link(request: Request, signer: Signer, upload_id: UploadId, number: int) -> str:
    """Return a link to send a part to, under the name the client called us by."""
    return _link(request, signer, part_path(upload_id, str(number)))


def check_link(request: Request, signer: Signer, path: str) -> None:
    """
    Return if a request came by a link to this path that still works.

    Raises:
        KeyInvalid: The link was never given out, or has expired.
    """
    query = query_fields(request.query_params)
    signer.check(path, expires=query.text("expires") or "", signature=query.text("signature") or "")


def _link(request: Request, signer: Signer, path: str) -> str:
    base: str | None = request.scope.get(_BASE)
    if base is None:  # the same for all links of an answer
        base = request.scope[_BASE] = str(request.base_url).rstrip("/")
    return f"{base}{signer.sign(path)}"
