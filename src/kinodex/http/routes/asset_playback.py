"""``/media/assets``: the bytes, the stream and the thumbnail of assets, under links that expire."""

from collections.abc import AsyncIterator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kinodex.domain.ids import AssetId
from kinodex.http.byte_ranges import ByteRange
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.links import PLAYLIST, STREAM, THUMBNAIL, asset_path, asset_playback_path, check_link
from kinodex.http.parameters import asset_id_of
from kinodex.http.partial import partial
from kinodex.http.routes.media import MEDIA_HEADERS
from kinodex.http.signing import LIFE_S
from kinodex.http.spec import assets as spec
from kinodex.http.spec import operations
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.usecases import UseCases

router = APIRouter(prefix="/media/assets/{asset_id}", tags=["media"])

PIECE_BYTES = 1024 * 1024
_PLAYED = {**MEDIA_HEADERS, "Access-Control-Allow-Origin": "*"}
"""Players on other pages fetch these with scripts; whoever holds the link may."""
_SAVED = {
    "Cache-Control": f"private, max-age={LIFE_S}",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@router.get("", openapi_extra=documented(spec.FILE))
async def get_file(
    asset_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> StreamingResponse:
    """Return the bytes of an asset under a link that works for an hour without a key."""
    check_link(request, signer, asset_path(asset_id))
    identifier = asset_id_of(asset_id)
    size_bytes = await call(usecases.library.assets.size, identifier)
    headers = {**_SAVED, "Content-Length": str(size_bytes)}
    content = _content(usecases, identifier, size_bytes)
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


@router.get("/playlist.m3u8", openapi_extra=documented(operations.PLAYLIST))
async def get_playlist(asset_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep) -> Response:
    """Return the HLS playlist; it leads to the stream for an hour longer than the asset lasts."""
    identifier = _allowed(request, signer=signer, asset_id=asset_id, name=PLAYLIST)
    asset = await call(usecases.library.assets.get, identifier)
    path = asset_playback_path(asset_id, STREAM)
    signed = signer.sign(path, life_s=LIFE_S + (asset.duration_s or 0))
    uri = f"{STREAM}{signed.removeprefix(path)}"
    playlist = await call(usecases.library.playback.playlist, identifier, stream_uri=uri)
    return Response(playlist, media_type="application/vnd.apple.mpegurl", headers=_PLAYED)


@router.get("/stream.mp4", openapi_extra=documented(operations.STREAM))
@router.head("/stream.mp4", include_in_schema=False)
async def get_stream(asset_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep) -> Response:
    """Return the stream of an asset, or the part of it that is asked for."""
    identifier = _allowed(request, signer=signer, asset_id=asset_id, name=STREAM)
    total = await call(usecases.library.playback.stream_bytes, identifier)
    return partial(
        request,
        lambda part: _stream(usecases, identifier, part),
        total=total,
        etag=f'"{identifier}-{total}"',
        media_type="video/mp4",
        headers=_PLAYED,
    )


@router.get("/thumbnail.jpg", openapi_extra=documented(operations.PICTURE))
async def get_thumbnail(
    asset_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return the picture that stands for an asset."""
    identifier = _allowed(request, signer=signer, asset_id=asset_id, name=THUMBNAIL)
    content = await call(usecases.library.playback.thumbnail, identifier)
    return Response(content, media_type="image/jpeg", headers=MEDIA_HEADERS)


def _allowed(request: Request, *, signer: SignerDep, asset_id: str, name: str) -> AssetId:
    """Return the id a link is about, or raise ``KeyInvalid`` if it was never given out or has expired."""
    check_link(request, signer, asset_playback_path(asset_id, name))
    return asset_id_of(asset_id)


async def _content(usecases: UseCases, asset_id: AssetId, size_bytes: int) -> AsyncIterator[bytes]:
    for start in range(0, size_bytes, PIECE_BYTES):
        yield await call(usecases.library.assets.read, asset_id, start, PIECE_BYTES)


async def _stream(usecases: UseCases, asset_id: AssetId, part: ByteRange) -> AsyncIterator[bytes]:
    end = part.start + part.length
    for start in range(part.start, end, PIECE_BYTES):
        length = min(PIECE_BYTES, end - start)
        yield await call(usecases.library.playback.stream, asset_id, start, length)
