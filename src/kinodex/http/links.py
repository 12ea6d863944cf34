"""Addresses of media, as answers hold them."""

from starlette.requests import Request

from kinodex.domain.ids import IndexId, VideoId
from kinodex.http.signing import Signer


def picture_path(index_id: str, video_id: str, at_ms: str) -> str:
    """Return the path of a picture, as ``routes/media.py`` serves it."""
    return f"/media/{index_id}/{video_id}/{at_ms}.jpg"


def picture_link(
    request: Request, signer: Signer, index_id: IndexId, video_id: VideoId, *, at_s: float
) -> str:
    """Return a link to the picture of a video nearest to a time, under the name the client called us by."""
    at_ms = str(int(at_s * 1000))
    path = signer.sign(picture_path(index_id, video_id, at_ms))
    return f"{str(request.base_url).rstrip('/')}{path}"
