"""The ``hls`` of an answer, with links for the client that asks."""

from starlette.requests import Request

from kinodex.domain.videos import Video
from kinodex.http.links import PLAYLIST, STORYBOARD, picture_link, playback_link
from kinodex.http.signing import Signer
from kinodex.http.wire.playback import hls
from kinodex.http.wire.values import Json

PLAYABLE_IN = frozenset({"v1.2", "v1.3"})
"""The versions that know of playing."""


def hls_of(request: Request, signer: Signer, video: Video | None, *, generation: str) -> Json:
    """Return the field ``hls``; nothing where there is no stream, or where the version knows none."""
    if video is None or not video.is_playable or generation not in PLAYABLE_IN:
        return {}
    middle_s = video.facts.duration_s / 2
    shown = hls(
        playlist=playback_link(request, signer, video.index_id, video.id, PLAYLIST),
        thumbnail=picture_link(request, signer, video.index_id, video.id, at_s=middle_s),
        storyboard=playback_link(request, signer, video.index_id, video.id, STORYBOARD),
        updated_at=video.indexed_at,
    )
    return {"hls": shown}
