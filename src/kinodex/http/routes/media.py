"""``/media``: pictures of videos under links that expire, for players and pages that hold no key."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.links import check_link, picture_path
from kinodex.http.parameters import index_id_of, video_id_of
from kinodex.http.signing import LIFE_S
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call

router = APIRouter(prefix="/media", tags=["media"])

MEDIA_HEADERS = {
    "Cache-Control": f"private, max-age={LIFE_S}",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@router.get("/{index_id}/{video_id}/{at_ms}.jpg", openapi_extra=documented(spec.PICTURE))
async def get_picture(
    index_id: str,
    video_id: str,
    at_ms: str,
    request: Request,
    *,
    usecases: UseCasesDep,
    signer: SignerDep,
) -> Response:
    """Return the picture a link leads to."""
    check_link(request, signer, picture_path(index_id, video_id, at_ms))
    # What was signed was made by us: it is well formed.
    content = await call(
        usecases.videos.thumbnail, index_id_of(index_id), video_id_of(video_id), at_s=int(at_ms) / 1000
    )
    return Response(content, media_type="image/jpeg", headers=MEDIA_HEADERS)
