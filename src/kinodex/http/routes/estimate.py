"""``/estimate``: what would become of a video, before anybody indexes it; our own addition to the API."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.http.auth import READ, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.gates import ESTIMATES
from kinodex.http.parameters import index_id_of, url_headers_of
from kinodex.http.spec import estimate as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.versions import GENERATIONS, GenerationDep
from kinodex.http.wire.values import Json, known, seconds
from kinodex.usecases.preflight import Estimate, Looking

router = APIRouter(prefix="/estimate", tags=["tasks"])


@router.post("", dependencies=[READ, ESTIMATES], openapi_extra=documented(spec.ESTIMATE))
async def estimate(
    request: Request, usecases: UseCasesDep, generation: GenerationDep, caller: CallerDep
) -> JSONResponse:
    """Say whether a video can be fetched and would be taken, after reading at most 2 MiB of it."""
    async with read_body(request) as body:
        index_id = body.text("index_id")
        limits = body.text("limits") or generation
        if limits not in GENERATIONS:
            raise errors.ParameterInvalid("limits", f"{limits[:80]!r} is not one of {', '.join(GENERATIONS)}")
        looking = Looking(
            url=body.required_text("video_url").strip(),
            generation=limits,
            headers=url_headers_of(body),
            index_id=None if index_id is None else index_id_of(index_id),
            reaches=caller.reaches,
        )
    return JSONResponse(_shown(await call(usecases.preflight.estimate, looking)))


def _shown(told: Estimate) -> Json:
    seen = told.glimpse
    facts: Json = {
        "filename": told.filename,
        "size": told.size_bytes,
        "container": seen.container,
        "video_codec": seen.video_codec,
        "audio_codec": seen.audio_codec,
        "width": seen.width_px,
        "height": seen.height_px,
        "fps": seen.fps,
        "duration": None if seen.duration_s is None else seconds(seen.duration_s),
        "duration_from": _duration_from(told),
    }
    return {
        "reachable": told.is_reachable,
        "accepted": told.is_accepted,
        "limits": told.generation,
        "problems": [
            {"code": each.code, "message": each.message, "certain": each.is_certain} for each in told.problems
        ],
        **known(facts),
        "unknown": list(told.unknown),
        "read_bytes": told.read_bytes,
        **known({"disk_bytes": told.disk_bytes, "work": _work(told)}),
        "already_indexed": [{"index_id": each.index_id, "video_id": each.id} for each in told.already],
    }


def _duration_from(told: Estimate) -> str | None:
    if told.glimpse.duration_s is None:
        return None
    return "index" if told.glimpse.is_duration_sure else "header"


def _work(told: Estimate) -> Json | None:
    if told.work_s is None:
        return None
    note = (
        "Nothing, or not every step, has been measured on this machine yet: the rates are those of two cores."
    )
    return {
        "seconds": seconds(told.work_s),
        "measured": told.is_measured,
        **({} if told.is_measured else {"note": note}),
    }
