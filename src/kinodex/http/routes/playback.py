"""``/media``: what players ask for, under links that expire."""

from collections.abc import AsyncIterator, Iterator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kinodex.domain.ids import IndexId, VideoId
from kinodex.http.byte_ranges import ByteRange
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.links import PLAYLIST, SHEET, STORYBOARD, STREAM, check_link, playback_path
from kinodex.http.parameters import index_id_of, video_id_of
from kinodex.http.partial import partial
from kinodex.http.routes.media import MEDIA_HEADERS
from kinodex.http.signing import LIFE_S, Signer
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.usecases import UseCases

router = APIRouter(prefix="/media/{index_id}/{video_id}", tags=["media"])

_PLAYED = {**MEDIA_HEADERS, "Access-Control-Allow-Origin": "*"}
"""Players on other pages fetch these with scripts; whoever holds the link may."""


@router.get("/playlist.m3u8", openapi_extra=documented(spec.PLAYLIST))
async def get_playlist(
    index_id: str, video_id: str, request: Request, *, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return the HLS playlist; it leads to the stream for an hour longer than the video lasts."""
    index, video = _allowed(request, signer, index_id, video_id, PLAYLIST)
    duration_s = (await call(usecases.videos.get, index, video)).facts.duration_s
    path = playback_path(index_id, video_id, STREAM)
    name = signer.sign(path, life_s=LIFE_S + duration_s).removeprefix(path)
    playlist = await call(usecases.playback.playlist, index, video, stream_uri=f"{STREAM}{name}")
    return Response(playlist, media_type="application/vnd.apple.mpegurl", headers=_PLAYED)


@router.get("/stream.mp4", openapi_extra=documented(spec.STREAM))
@router.head("/stream.mp4", include_in_schema=False)
async def get_stream(
    index_id: str, video_id: str, request: Request, *, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return the stream, or the part of it that is asked for."""
    index, video = _allowed(request, signer, index_id, video_id, STREAM)
    total = await call(usecases.playback.stream_bytes, index, video)
    return partial(
        request,
        lambda part: _pieces(usecases, video, part),
        total=total,
        etag=f'"{video}-{total}"',
        media_type="video/mp4",
        headers=_PLAYED,
    )


@router.get("/storyboard.vtt", openapi_extra=documented(spec.STORYBOARD))
async def get_storyboard(
    index_id: str, video_id: str, request: Request, *, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return which part of the sheet shows which stretch of the video, as WebVTT with ``#xywh``."""
    index, video = _allowed(request, signer, index_id, video_id, STORYBOARD)
    storyboard = await call(usecases.playback.storyboard, index, video)
    path = playback_path(index_id, video_id, SHEET)
    sheet = f"{SHEET}{signer.sign(path).removeprefix(path)}"
    ends_s = (*storyboard.starts_s[1:], storyboard.duration_s)
    cues = ["WEBVTT"]
    for number, (start_s, end_s) in enumerate(zip(storyboard.starts_s, ends_s, strict=True)):
        place = ",".join(map(str, storyboard.tiling.place(number)))
        cues.append(f"{_clock(start_s)} --> {_clock(end_s)}\n{sheet}#xywh={place}")
    return Response("\n\n".join(cues) + "\n", media_type="text/vtt", headers=_PLAYED)


@router.get("/storyboard.jpg", openapi_extra=documented(spec.SHEET))
async def get_sheet(
    index_id: str, video_id: str, request: Request, *, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return the sheet of small pictures."""
    index, video = _allowed(request, signer, index_id, video_id, SHEET)
    content = await call(usecases.playback.sheet, index, video)
    return Response(content, media_type="image/jpeg", headers=_PLAYED)


def _allowed(
    request: Request, signer: Signer, index_id: str, video_id: str, name: str
) -> tuple[IndexId, VideoId]:
    """Return the ids a link is about, or raise ``KeyInvalid`` if it was never given out or has expired."""
    check_link(request, signer, playback_path(index_id, video_id, name))
    return index_id_of(index_id), video_id_of(video_id)


async def _pieces(usecases: UseCases, video_id: VideoId, part: ByteRange) -> AsyncIterator[bytes]:
    pieces: Iterator[bytes] = usecases.playback.stream(video_id, part.start, part.length)
    while (piece := await call(next, pieces, b"")) != b"":
        yield piece


def _clock(seconds: float) -> str:
    """Return a time as WebVTT writes it."""
    milliseconds = round(seconds * 1000)
    minutes, rest_ms = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest_ms // 1000:02}.{rest_ms % 1000:03}"
