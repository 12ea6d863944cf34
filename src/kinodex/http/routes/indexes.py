"""``/indexes``: create, list, look at, rename, delete."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import IndexId
from kinodex.domain.indexes import ModelChoice
from kinodex.domain.listing import Condition
from kinodex.http.auth import DELETE, READ, WRITE, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep, ViewDep
from kinodex.http.fields import Fields
from kinodex.http.idempotency import made_id
from kinodex.http.listings import Filter, listing_of
from kinodex.http.parameters import index_id_of
from kinodex.http.reach import within
from kinodex.http.spec import indexes as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.versions import GenerationDep
from kinodex.http.wire import values
from kinodex.usecases.indexes import FAMILIES

router = APIRouter(prefix="/indexes", tags=["indexes"])

FILTERS = {
    "_id": Filter("id", "id"),
    "index_name": Filter("name", "text"),
    "created_at": Filter("created_at", "time"),
    "updated_at": Filter("updated_at", "time"),
}
LIST = Operation(answer=page_of(spec.INDEX), query=list_query(FILTERS, spec.LIST_SPECIAL))
_FIXED = ("models", "engines", "engine_id", "index_options")
_DEFAULT_ENGINE = "marengo2.5"


@router.post("", dependencies=[WRITE], openapi_extra=documented(spec.CREATE))
async def create_index(request: Request, usecases: UseCasesDep, generation: GenerationDep) -> JSONResponse:
    """Create an index; the body of any API version is understood under all of them."""
    async with read_body(request) as body:
        name = body.required_text("index_name")
        index = await call(
            usecases.indexes.create,
            name,
            models=_models(body),
            addons=body.texts("addons") or (),
            generation=generation,
            index_id=IndexId(made_id(request)),
        )
    return JSONResponse({"_id": index.id}, status_code=201)


@router.get("", dependencies=[READ], openapi_extra=documented(LIST))
async def list_indexes(
    request: Request, usecases: UseCasesDep, view: ViewDep, caller: CallerDep
) -> JSONResponse:
    """List indexes."""
    listing = listing_of(request.query_params, FILTERS, special=_SPECIAL).also(within(caller, "id"))
    page = await call(usecases.indexes.list, listing)
    return JSONResponse(values.page([view.index(item) for item in page.items], listing, total=page.total))


@router.get("/{index_id}", dependencies=[READ], openapi_extra=documented(Operation(answer=spec.INDEX)))
async def get_index(index_id: str, usecases: UseCasesDep, view: ViewDep) -> JSONResponse:
    """Return an index."""
    return JSONResponse(view.index(await call(usecases.indexes.get, index_id_of(index_id))))


@router.put("/{index_id}", dependencies=[WRITE], openapi_extra=documented(spec.RENAME))
async def rename_index(index_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Give an index another name; nothing else of it can be changed."""
    identifier = index_id_of(index_id)
    async with read_body(request) as body:
        if any(name in body for name in _FIXED):
            raise errors.IndexModelsFixed
        await call(usecases.indexes.rename, identifier, body.required_text("index_name"))
    return Response(status_code=204)


@router.delete("/{index_id}", dependencies=[DELETE], openapi_extra=documented(Operation(status=204)))
async def delete_index(index_id: str, usecases: UseCasesDep) -> Response:
    """Delete an index with everything in it."""
    await call(usecases.indexes.delete, index_id_of(index_id))
    return Response(status_code=204)


def _models(body: Fields) -> tuple[ModelChoice, ...]:
    """Return the models of the newest form that was sent: models, engines, or one engine with options."""
    for listed, name, options in (
        ("models", "model_name", "model_options"),
        ("engines", "engine_name", "engine_options"),
    ):
        if (items := body.json(listed)) is not None:
            return _choices(listed, items, name=name, options=options)
    if "engine_id" not in body and "index_options" not in body:
        return ()
    return (ModelChoice(body.text("engine_id") or _DEFAULT_ENGINE, body.texts("index_options") or ()),)


def _choices(listed: str, items: object, *, name: str, options: str) -> tuple[ModelChoice, ...]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.ParameterInvalid(listed, f"it is not a list of objects with {name} and {options}")
    models = [Fields({key: [value] for key, value in item.items()}) for item in items]
    return tuple(ModelChoice(model.required_text(name), model.texts(options) or ()) for model in models)


def _options(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    """All of these options are switched on."""
    return [Condition("options", "in", Fields({name: list(texts)}).texts(name) or ())]


def _family(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    """One of its models belongs to this family."""
    if texts[0] not in FAMILIES:
        raise errors.ParameterInvalid(name, f"{texts[0][:80]!r} is not one of {', '.join(FAMILIES)}")
    return [Condition("families", "in", (texts[0],))]


_SPECIAL = {
    "index_options": _options,
    "engine_options": _options,
    "model_options": _options,
    "engine_family": _family,
    "model_family": _family,
}
