"""``/tasks/transfers`` and ``/tasks/external-provider``: videos that are taken over from elsewhere."""

import hashlib
from collections.abc import Iterator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.domain.ids import TaskId
from kinodex.domain.keys import ApiKey
from kinodex.http.auth import WRITE, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.disk import SPACE
from kinodex.http.fields import Fields, parse_json
from kinodex.http.idempotency import made_id
from kinodex.http.multipart_bodies import Accepted, SmallFile
from kinodex.http.parameters import index_id_of
from kinodex.http.spec import transfers as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.versions import GenerationDep, only_in
from kinodex.http.wire.values import Json
from kinodex.usecases.tasks import TaskRequest

router = APIRouter(prefix="/tasks", tags=["tasks"])

LIST_BYTES = 1024 * 1024
MOST_VIDEOS = 1_000
_ACCEPTED = Accepted(files={"file": SmallFile(LIST_BYTES)})


@router.post(
    "/transfers",
    dependencies=[WRITE, SPACE, only_in("v1.1", "v1.2")],
    openapi_extra=documented(spec.TRANSFER),
)
async def transfer(
    request: Request, usecases: UseCasesDep, generation: GenerationDep, caller: CallerDep
) -> JSONResponse:
    """Start indexing the videos of a list."""
    taken: list[Json] = []
    refused: list[Json] = []
    async with read_body(request, _ACCEPTED) as body:
        for task_id, (url, wanted) in zip(_ids(made_id(request)), _listed(body), strict=False):
            try:
                asked = _task_request(wanted, request, generation=generation, task_id=task_id, caller=caller)
                task = await call(usecases.tasks.create_from_url, asked, url)
            except errors.Refused as error:
                refused.append({"object": url, "code": error.code, "message": error.message})
            else:
                taken.append({"_id": task.id, "video_id": task.video_id, "object": url})
    status = spec.TRANSFER.status_in(generation)
    return JSONResponse({"data": taken, "errors": refused}, status_code=status)


@router.post(
    "/external-provider", dependencies=[WRITE, only_in("v1.2")], openapi_extra=documented(spec.EXTERNAL)
)
async def take_from_provider(
    request: Request, usecases: UseCasesDep, generation: GenerationDep, caller: CallerDep
) -> JSONResponse:
    """Start indexing a video of another service, by the link to its file."""
    async with read_body(request) as body:
        wanted = _task_request(
            body, request, generation=generation, task_id=TaskId(made_id(request)), caller=caller
        )
        task = await call(usecases.tasks.create_from_url, wanted, body.required_text("url"))
    return JSONResponse({"_id": task.id}, status_code=201)


def _listed(body: Fields) -> list[tuple[str, Fields]]:
    """Return each video once, with what is said of it; a list with a mistake makes no task."""
    files = body.files("file")
    given = parse_json("file", files[0]) if files else body.json("file")
    if given is None:
        raise errors.ParameterMissing("file")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise errors.ParameterInvalid("file", "it is not a JSON list of objects")
    if len(given) > MOST_VIDEOS:
        reason = f"it lists {len(given)} videos and the maximum is {MOST_VIDEOS}"
        raise errors.ParameterInvalid("file", reason)
    listed: dict[tuple[str, str], Fields] = {}
    for each in given:
        wanted = Fields({str(name): [value] for name, value in each.items()})
        place = (wanted.required_text("index_id"), wanted.required_text("object"))
        listed.setdefault(place, wanted)
    return [(url, wanted) for (_, url), wanted in listed.items()]


def _ids(first: str) -> Iterator[TaskId]:
    """Yield ids for the tasks of one request, the same when it has to run again."""
    yield TaskId(first)
    number = 0
    while True:
        number += 1
        yield TaskId(first[:8] + hashlib.sha256(f"{first} {number}".encode()).hexdigest()[:16])


def _task_request(
    wanted: Fields, request: Request, *, generation: str, task_id: TaskId, caller: ApiKey
) -> TaskRequest:
    return TaskRequest(
        index_id=index_id_of(wanted.required_text("index_id")),
        generation=generation,
        task_id=task_id,
        language=wanted.text("language") or "en",
        transcript_url=wanted.text("transcription"),
        request_id=request_id_of(request.scope),
        key_id=caller.id,
    )
