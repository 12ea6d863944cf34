"""How the server is, for those who run it: alive, ready, figures, capabilities."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from kinodex.http.auth import READ, READ_OR_LOCAL
from kinodex.http.dependencies import HttpFiguresDep, UseCasesDep
from kinodex.http.metrics import CONTENT_TYPE
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call

router = APIRouter(tags=["operations"])


@router.get("/healthz", openapi_extra=documented(spec.ALIVE))
async def healthz() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", openapi_extra=documented(spec.READY))
async def readyz(usecases: UseCasesDep) -> JSONResponse:
    """Say whether requests and tasks can be served, and what is missing if not."""
    readiness = await call(usecases.health.readiness)
    body = {"ready": readiness.is_ready, "reasons": list(readiness.reasons)}
    return JSONResponse(body, status_code=200 if readiness.is_ready else 503)


@router.get("/metrics", dependencies=[READ_OR_LOCAL], openapi_extra=documented(spec.METRICS))
async def metrics(usecases: UseCasesDep, http_figures: HttpFiguresDep) -> Response:
    """Return figures for Prometheus; without a key only to this machine."""
    figures = await call(usecases.health.figures)
    content = await call(http_figures.exposition, figures)
    return Response(content, headers={"Content-Type": CONTENT_TYPE})


@router.get("/capabilities", dependencies=[READ], openapi_extra=documented(spec.CAPABILITIES))
async def capabilities(usecases: UseCasesDep) -> JSONResponse:
    """Say which engine answers what, in which languages, and what is degraded and why."""
    return JSONResponse(await call(usecases.health.capabilities))
