"""``/indexes/{id}/indexed-assets``: assets being indexed, and the videos that became of them."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import TaskId
from kinodex.domain.listing import Condition
from kinodex.domain.options import Modality
from kinodex.domain.tasks import TaskStatus
from kinodex.http.auth import DELETE, READ, WRITE
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.disk import SPACE
from kinodex.http.fields import Fields
from kinodex.http.idempotency import made_id
from kinodex.http.listings import Filter, listing_of
from kinodex.http.parameters import asset_id_of, index_id_of, query_fields, video_id_of
from kinodex.http.routes.videos import models_of, text_lines
from kinodex.http.spec import assets as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.versions import only_in
from kinodex.http.video_vectors import embedding_of
from kinodex.http.wire import assets as wire
from kinodex.http.wire import values
from kinodex.usecases.tasks import TaskRequest

NEW = only_in("v1.3")
router = APIRouter(prefix="/indexes/{index_id}/indexed-assets", tags=["assets"])

FILTERS = {
    "filename": Filter("filename", "text"),
    "duration": Filter("duration_s", "number"),
    "fps": Filter("fps", "number"),
    "width": Filter("width_px", "number"),
    "height": Filter("height_px", "number"),
    "size": Filter("size_bytes", "number"),
    "created_at": Filter("created_at", "time"),
    "updated_at": Filter("updated_at", "time"),
}
LIST = Operation(
    answer=page_of(spec.INDEXED),
    query=list_query(FILTERS, spec.INDEXED_SPECIAL),
    details=spec.INDEXED_DETAILS,
)


@router.post("", dependencies=[WRITE, NEW, SPACE], openapi_extra=documented(spec.CREATE_INDEXED))
async def create_indexed_asset(index_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Start indexing an asset that is ready; the id in the answer is that of the video to be."""
    identifier = index_id_of(index_id)
    async with read_body(request) as body:
        asset_id = asset_id_of(body.required_text("asset_id"))
        metadata = body.metadata("user_metadata") or {}
        wanted = TaskRequest(
            index_id=identifier,
            generation="v1.3",
            task_id=TaskId(made_id(request)),
            keep_stream=body.flag("enable_video_stream") or False,
            user_metadata={key: each for key, each in metadata.items() if each is not None},
            request_id=request_id_of(request.scope),
        )
        task = await call(usecases.library.indexed.create, wanted, asset_id)
    return JSONResponse({"_id": task.video_id, "asset_id": asset_id}, status_code=202)


@router.get("", dependencies=[READ, NEW], openapi_extra=documented(LIST))
async def list_indexed_assets(index_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List the indexed assets of an index, whatever their status."""
    identifier = index_id_of(index_id)
    listing = listing_of(request.query_params, FILTERS, special={"status": _statuses}, takes_metadata=True)
    page = await call(usecases.library.indexed.list, identifier, listing)
    models = await models_of(usecases, identifier)
    shown = [wire.indexed_asset(each, models=models, is_whole=False) for each in page.items]
    return JSONResponse(values.page(shown, listing, total=page.total))


@router.get("/{indexed_asset_id}", dependencies=[READ, NEW], openapi_extra=documented(spec.GET_INDEXED))
async def get_indexed_asset(
    index_id: str, indexed_asset_id: str, request: Request, usecases: UseCasesDep
) -> JSONResponse:
    """
    Return an indexed asset.

    With ``transcription=true`` also what is said in it, with ``embedding_option`` its vectors.
    """
    index, identifier = index_id_of(index_id), video_id_of(indexed_asset_id)
    found = await call(usecases.library.indexed.get, index, identifier)
    models = await models_of(usecases, index)
    shown = wire.indexed_asset(found, models=models, is_whole=True)
    with_lines = query_fields(request.query_params).flag("transcription")
    if found.video is None:
        return JSONResponse(shown)
    shown.update(await embedding_of(request, usecases, index, identifier, models=models))
    if with_lines:
        shown["transcription"] = await text_lines(usecases, index, identifier, modality=Modality.SPEECH)
    return JSONResponse(shown)


@router.patch("/{indexed_asset_id}", dependencies=[WRITE, NEW], openapi_extra=documented(spec.UPDATE_INDEXED))
@router.put("/{indexed_asset_id}", dependencies=[WRITE, NEW], openapi_extra=documented(spec.UPDATE_INDEXED))
async def update_indexed_asset(
    index_id: str, indexed_asset_id: str, request: Request, usecases: UseCasesDep
) -> Response:
    """Merge metadata by key; ``null`` removes a key."""
    index, identifier = index_id_of(index_id), video_id_of(indexed_asset_id)
    async with read_body(request) as body:
        metadata = body.metadata("user_metadata") or {}
        await call(usecases.library.indexed.update, index, identifier, metadata)
    return Response(status_code=204)


@router.delete(
    "/{indexed_asset_id}", dependencies=[DELETE, NEW], openapi_extra=documented(spec.DELETE_INDEXED)
)
async def delete_indexed_asset(index_id: str, indexed_asset_id: str, usecases: UseCasesDep) -> Response:
    """Remove an indexed asset, also one under way; the asset stays."""
    await call(usecases.library.indexed.delete, index_id_of(index_id), video_id_of(indexed_asset_id))
    return Response(status_code=204)


def _statuses(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    words = Fields({name: list(texts)}).texts(name) or ()
    for word in words:
        if word not in set(TaskStatus):
            listed = ", ".join(status.value for status in TaskStatus)
            raise errors.ParameterInvalid(name, f"{word[:80]!r} is not one of {listed}")
    return [Condition("status", "in", tuple(words))]
