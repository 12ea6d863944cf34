"""``/engines``: the model names versions 1.1 and 1.2 know, all served by the same engines of ours."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.http.auth import READ
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.versions import only_in
from kinodex.http.wire.values import Json

router = APIRouter(prefix="/engines", tags=["engines"], dependencies=[])

NAMES = ("marengo", "marengo2", "marengo2.5", "marengo2.6", "marengo2.7")
OPTIONS = ("visual", "conversation", "text_in_video", "logo")
NAMED_SINCE = "2022-12-08T00:00:00Z"
"""These names stand for a profile and never change; clients insist on a date."""
_OLD = only_in("v1.1", "v1.2")


@router.get("", dependencies=[READ, _OLD], openapi_extra=documented(spec.LIST_ENGINES))
async def list_engines(usecases: UseCasesDep) -> JSONResponse:
    """List the names an index can be made with."""
    is_ready = await _is_ready(usecases)
    return JSONResponse({"data": [_shown(name, is_ready=is_ready) for name in NAMES], "type": "engine_list"})


@router.get("/{engine_id}", dependencies=[READ, _OLD], openapi_extra=documented(spec.GET_ENGINE))
async def get_engine(engine_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return what stands behind a name."""
    if engine_id not in NAMES:
        raise errors.NotFound("engine", engine_id[:80])
    return JSONResponse(_shown(engine_id, is_ready=await _is_ready(usecases)))


async def _is_ready(usecases: UseCasesDep) -> bool:
    return (await call(usecases.health.readiness)).is_ready


def _shown(name: str, *, is_ready: bool) -> Json:
    return {
        "_id": name,
        "author": "kinodex",
        "allowed_engine_options": list(OPTIONS),
        "ready": is_ready,
        "finetune": False,
        "created_at": NAMED_SINCE,
        "updated_at": NAMED_SINCE,
        "type": "engine",
    }
