"""``/indexes/{id}/videos/{id}/shots``: where the cuts are; our own addition to the API."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinodex.http.auth import READ
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.parameters import index_id_of, video_id_of
from kinodex.http.spec import videos as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.wire.values import seconds

router = APIRouter(prefix="/indexes/{index_id}/videos/{video_id}", tags=["videos"])


@router.get("/shots", dependencies=[READ], openapi_extra=documented(spec.GET_SHOTS))
async def list_shots(index_id: str, video_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return the shots of a video in order of time; our own addition to the API."""
    spans = await call(usecases.videos.shots, index_id_of(index_id), video_id_of(video_id))
    shown = [{"start": seconds(span.start_s), "end": seconds(span.end_s)} for span in spans]
    return JSONResponse({"data": shown})
