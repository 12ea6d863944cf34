"""``/indexes/{id}/videos``: what finished tasks left."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.http.auth import DELETE, READ, WRITE
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import SignerDep, UseCasesDep, ViewDep
from kinodex.http.links import picture_link
from kinodex.http.listings import Filter, listing_of
from kinodex.http.parameters import index_id_of, query_fields, video_id_of
from kinodex.http.playable import hls_of
from kinodex.http.spec import videos as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.versions import GenerationDep, only_in
from kinodex.http.video_vectors import embedding_of
from kinodex.http.wire import values
from kinodex.http.wire.values import Json, seconds
from kinodex.usecases import UseCases

router = APIRouter(prefix="/indexes/{index_id}/videos", tags=["videos"])

FILTERS = {
    "_id": Filter("id", "id"),
    "filename": Filter("filename", "text"),
    "duration": Filter("duration_s", "number"),
    "fps": Filter("fps", "number"),
    "width": Filter("width_px", "number"),
    "height": Filter("height_px", "number"),
    "size": Filter("size_bytes", "number"),
    "created_at": Filter("created_at", "time"),
    "updated_at": Filter("updated_at", "time"),
    "indexed_at": Filter("indexed_at", "time"),
}
NO_LOGOS = "Logos are found by their lettering only: see text-in-video."
_OLD = only_in("v1.1", "v1.2")
LIST = Operation(
    answer=page_of(spec.VIDEO, more=spec.TOTAL_DURATION),
    query=list_query(FILTERS),
    details=spec.METADATA_FILTERS,
)


@router.get("", dependencies=[READ], openapi_extra=documented(LIST))
async def list_videos(
    index_id: str,
    request: Request,
    usecases: UseCasesDep,
    view: ViewDep,
    *,
    generation: GenerationDep,
    signer: SignerDep,
) -> JSONResponse:
    """List the videos of an index; any name that is not ours is a filter on the user's own metadata."""
    identifier = index_id_of(index_id)
    listing = listing_of(request.query_params, FILTERS, takes_metadata=True)
    found = await call(usecases.videos.list, identifier, listing)
    models = await models_of(usecases, identifier)
    shown = [
        view.video(video, models=models, is_whole=False)
        | hls_of(request, signer, video, generation=generation)
        for video in found.page.items
    ]
    page = values.page(shown, listing, total=found.page.total)
    if generation != "v1.3" and isinstance(page["page_info"], dict):
        page["page_info"]["total_duration"] = seconds(found.total_duration_s)
    return JSONResponse(page)


@router.get("/{video_id}", dependencies=[READ], openapi_extra=documented(spec.GET))
async def get_video(
    index_id: str,
    video_id: str,
    request: Request,
    usecases: UseCasesDep,
    view: ViewDep,
    *,
    generation: GenerationDep,
    signer: SignerDep,
) -> JSONResponse:
    """
    Return a video.

    With ``transcription=true`` also what is said in it, with ``embedding_option`` its vectors.
    """
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    video = await call(usecases.videos.get, index, identifier)
    models = await models_of(usecases, index)
    shown = view.video(video, models=models, is_whole=True)
    shown.update(hls_of(request, signer, video, generation=generation))
    if generation == "v1.3":
        shown.update(await embedding_of(request, usecases, index, identifier, models=models))
    if query_fields(request.query_params).flag("transcription"):
        shown["transcription"] = await text_lines(usecases, index, identifier, modality=Modality.SPEECH)
    return JSONResponse(shown)


@router.put("/{video_id}", dependencies=[WRITE], openapi_extra=documented(spec.UPDATE))
@router.patch("/{video_id}", dependencies=[WRITE], openapi_extra=documented(spec.UPDATE))
async def update_video(index_id: str, video_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Set the title and merge metadata by key; ``null`` removes a key."""
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    async with read_body(request) as body:
        metadata = body.metadata("user_metadata")
        if metadata is None:
            metadata = body.metadata("metadata")
        await call(
            usecases.videos.update, index, identifier, title=body.text("video_title"), metadata=metadata
        )
    return Response(status_code=204)


@router.delete("/{video_id}", dependencies=[DELETE], openapi_extra=documented(Operation(status=204)))
async def delete_video(index_id: str, video_id: str, usecases: UseCasesDep) -> Response:
    """Remove a video; its task stays."""
    await call(usecases.videos.delete, index_id_of(index_id), video_id_of(video_id))
    return Response(status_code=204)


@router.get("/{video_id}/transcription", dependencies=[READ, _OLD], openapi_extra=documented(spec.GET_LINES))
async def get_transcription(
    index_id: str, video_id: str, request: Request, usecases: UseCasesDep
) -> JSONResponse:
    """Return what is said."""
    return await _text(index_id, video_id, request, usecases, modality=Modality.SPEECH)


@router.get("/{video_id}/text-in-video", dependencies=[READ, _OLD], openapi_extra=documented(spec.GET_LINES))
async def get_text_in_video(
    index_id: str, video_id: str, request: Request, usecases: UseCasesDep
) -> JSONResponse:
    """Return what is written in the picture."""
    return await _text(index_id, video_id, request, usecases, modality=Modality.SCREEN_TEXT)


@router.get("/{video_id}/logo", dependencies=[READ, _OLD], openapi_extra=documented(spec.GET_LOGO))
async def get_logo(index_id: str, video_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Say that this server knows logos by their lettering only."""
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    await call(usecases.videos.get, index, identifier)
    answer = _answer(index, identifier, kind="logo", data=[])
    return JSONResponse({**answer, "notes": [NO_LOGOS]})


@router.get("/{video_id}/thumbnail", dependencies=[READ, _OLD], openapi_extra=documented(spec.GET_THUMBNAIL))
async def get_thumbnail(
    index_id: str, video_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> JSONResponse:
    """Return a link to a picture of the video that works for an hour without a key."""
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    video = await call(usecases.videos.get, index, identifier)
    duration_s = video.facts.duration_s
    at_s = query_fields(request.query_params).number("time", default=duration_s / 2)
    if not 0 <= at_s <= duration_s:
        raise errors.ParameterInvalid("time", f"{at_s:g} s is outside the {duration_s:g} s of the video")
    return JSONResponse({"thumbnail": picture_link(request, signer, index, identifier, at_s=at_s)})


async def _text(
    index_id: str, video_id: str, request: Request, usecases: UseCases, *, modality: Modality
) -> JSONResponse:
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    lines = await text_lines(usecases, index, identifier, modality=modality, span=_span(request))
    kind = "transcription" if modality is Modality.SPEECH else "text_in_video"
    return JSONResponse(_answer(index, identifier, kind=kind, data=lines))


async def text_lines(
    usecases: UseCases,
    index_id: IndexId,
    video_id: VideoId,
    *,
    modality: Modality,
    span: Span | None = None,
) -> list[Json]:
    """Return the lines of a video, as every version shows them."""
    lines = await call(usecases.videos.lines, index_id, video_id, modality=modality, span=span)
    return [
        {"start": seconds(line.span.start_s), "end": seconds(line.span.end_s), "value": line.text}
        for line in lines
    ]


def _answer(index_id: IndexId, video_id: VideoId, *, kind: str, data: list[Json]) -> Json:
    # Nothing found is null here: so the platform has it.
    return {
        "_id": video_id,
        "index_id": index_id,
        "type": f"video_index_meta_{kind}",
        "data": data or None,
    }


def _span(request: Request) -> Span | None:
    """Return the stretch asked for; either end may be open."""
    query = query_fields(request.query_params)
    if query.value("start") is None and query.value("end") is None:
        return None
    start_s, end_s = query.number("start", default=0.0), query.number("end", default=float("inf"))
    if end_s < start_s:
        raise errors.ParameterInvalid("end", f"{end_s:g} s is before the start at {start_s:g} s")
    return Span(start_s, end_s)


async def models_of(usecases: UseCases, index_id: IndexId) -> tuple[str, ...]:
    """Return the names of the models of an index."""
    view = await call(usecases.indexes.get, index_id)
    return tuple(model.name for model in view.index.models)
