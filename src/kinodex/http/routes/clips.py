"""``/indexes/{id}/videos/{id}/clip``: a stretch of a video as a file, with a key or by a link."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from typing import BinaryIO

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.timeline import Span
from kinodex.http.auth import READ
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.downloads import as_file, renamed
from kinodex.http.drain import Drain
from kinodex.http.gates import passing
from kinodex.http.links import check_link, clip_link, clip_path
from kinodex.http.parameters import index_id_of, query_fields, video_id_of
from kinodex.http.signing import LIFE_S
from kinodex.http.spec import clips as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.versions import only_in
from kinodex.http.wire.values import to_the_second
from kinodex.usecases import UseCases

router = APIRouter(prefix="/indexes/{index_id}/videos/{video_id}", tags=["videos"])
linked = APIRouter(prefix="/media/{index_id}/{video_id}", tags=["media"])

LOOK_EVERY_S = 0.5
"""So often it is noticed that the client left, or the server ends."""
_PIECE_BYTES = 1024 * 1024


@router.get("/clip", dependencies=[READ, only_in("v1.3")], openapi_extra=documented(spec.CLIP))
async def get_clip(
    index_id: str, video_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Return a stretch of a video as an MP4 that begins on the exact frame; with ``link``, a link to it."""
    index, video = index_id_of(index_id), video_id_of(video_id)
    query = query_fields(request.query_params)
    for name in ("start", "end"):
        if query.value(name) is None:
            raise errors.ParameterMissing(name)
    start_s, end_s = query.number("start", default=0.0), query.number("end", default=0.0)
    span = await call(usecases.clips.check, index, video, start_s=start_s, end_s=end_s)
    if query.flag("link"):
        expires_at = now() + timedelta(seconds=LIFE_S)
        link = clip_link(request, signer, index, video, span)
        return JSONResponse({"url": link, "expires_at": to_the_second(expires_at)})
    return await _made(request, usecases, index, video, span=span, owner=None)


@linked.get("/clip-{start_ms}-{end_ms}.mp4", openapi_extra=documented(spec.LINKED))
async def get_linked_clip(
    index_id: str,
    video_id: str,
    start_ms: str,
    end_ms: str,
    *,
    request: Request,
    usecases: UseCasesDep,
    signer: SignerDep,
) -> Response:
    """Return the clip a link leads to."""
    check_link(request, signer, clip_path(index_id, video_id, start_ms, end_ms))
    index, video = index_id_of(index_id), video_id_of(video_id)
    span = await call(
        usecases.clips.check, index, video, start_s=int(start_ms) / 1000, end_s=int(end_ms) / 1000
    )
    return await _made(request, usecases, index, video, span=span, owner=video)


async def _made(
    request: Request,
    usecases: UseCases,
    index_id: IndexId,
    video_id: VideoId,
    *,
    span: Span,
    owner: str | None,
) -> Response:
    async with passing(request, "clips", owner=owner):
        file, size_bytes, filename = await _cut(request, usecases, index_id, video_id, span=span)
    ending = f".{span.start_s:.2f}-{span.end_s:.2f}s.mp4"
    headers = {**as_file(renamed(filename, ending)), "Content-Length": str(size_bytes)}
    return StreamingResponse(_pieces(file), media_type="video/mp4", headers=headers)


async def _cut(
    request: Request, usecases: UseCases, index_id: IndexId, video_id: VideoId, *, span: Span
) -> tuple[BinaryIO, int, str]:
    """Make a clip; return its open file, which has no name any more, its length and the name of its video."""
    drain: Drain = request.app.state.drain
    is_over = threading.Event()

    def go_on() -> None:
        if is_over.is_set():
            raise errors.ServerStopping

    def work() -> tuple[BinaryIO, int, str]:
        with ExitStack() as stack, usecases.clips.cut(index_id, video_id, span, go_on=go_on) as clip:
            file = stack.enter_context(clip.path.open("rb"))
            size_bytes = clip.path.stat().st_size
            stack.pop_all()
            return file, size_bytes, clip.filename

    working = asyncio.create_task(call(work))
    try:
        while not (await asyncio.wait({working}, timeout=LOOK_EVERY_S))[0]:
            if drain.has_begun or await request.is_disconnected():
                is_over.set()
    except asyncio.CancelledError:
        is_over.set()
        raise
    return await working


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await call(file.read, _PIECE_BYTES):
            yield piece
