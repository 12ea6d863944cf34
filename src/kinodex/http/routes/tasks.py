"""``/tasks``: from a URL or a file to a searchable video."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId
from kinodex.domain.listing import Condition
from kinodex.domain.names import clean_filename
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import MetadataValue
from kinodex.http.auth import DELETE, READ, WRITE, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import SignerDep, UseCasesDep, ViewDep
from kinodex.http.direct import DirectRoute
from kinodex.http.disk import SPACE
from kinodex.http.fields import Fields
from kinodex.http.idempotency import made_id
from kinodex.http.listings import Filter, Special, listing_of
from kinodex.http.multipart_bodies import Accepted, SmallFile
from kinodex.http.parameters import index_id_of, task_id_of, url_headers_of
from kinodex.http.playable import hls_of
from kinodex.http.reach import within
from kinodex.http.spec import tasks as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.uploads import UploadRule
from kinodex.http.versions import GenerationDep
from kinodex.http.wire import values
from kinodex.http.wire.versions import View
from kinodex.http.wire.warnings import warnings
from kinodex.usecases import UseCases
from kinodex.usecases.tasks import TaskRequest

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=DirectRoute)

TRANSCRIPT_BYTES = 10 * 1024 * 1024
FILTERS = {
    "_id": Filter("id", "id"),
    "index_id": Filter("index_id", "id"),
    "filename": Filter("filename", "text"),
    "duration": Filter("duration_s", "number"),
    "width": Filter("width_px", "number"),
    "height": Filter("height_px", "number"),
    "created_at": Filter("created_at", "time"),
    "updated_at": Filter("updated_at", "time"),
    "estimated_time": Filter("estimated_ready_at", "time"),
}
LIST = Operation(answer=page_of(spec.TASK), query=list_query(FILTERS, spec.LIST_SPECIAL))


@router.post("", dependencies=[WRITE, SPACE], openapi_extra=documented(spec.CREATE))
async def create_task(
    request: Request, usecases: UseCasesDep, generation: GenerationDep, view: ViewDep, caller: CallerDep
) -> JSONResponse:
    """Start indexing the video at a public URL, or the one sent along; the URL wins where both are there."""
    limit_bytes = await call(usecases.tasks.maximum_upload_bytes, generation)
    accepted = Accepted(
        files={"transcription_file": SmallFile(TRANSCRIPT_BYTES)},
        upload=UploadRule(
            names=("video_file", "file"),
            new_path=usecases.tasks.new_upload,
            limit_bytes=limit_bytes,
            space=usecases.space,
        ),
    )
    async with read_body(request, accepted) as body:
        wanted = replace(
            _task_request(body, generation=generation, request_id=request_id_of(request.scope)),
            task_id=TaskId(made_id(request)),
        )
        task = await _create(usecases, replace(wanted, key_id=caller.id), body)
    return JSONResponse(view.created_task(task), status_code=view.TASK_CREATED_STATUS)


@router.get("", dependencies=[READ], openapi_extra=documented(LIST))
async def list_tasks(
    request: Request, usecases: UseCasesDep, view: ViewDep, caller: CallerDep
) -> JSONResponse:
    """List tasks."""
    listing = listing_of(request.query_params, FILTERS, special={"status": _status_filter(view)})
    listing = listing.also(within(caller, "index_id"))
    page, at = await call(usecases.tasks.list, listing), now()
    return JSONResponse(
        values.page([view.task(task, at=at) for task in page.items], listing, total=page.total)
    )


@router.get("/status", dependencies=[READ], openapi_extra=documented(spec.COUNT))
async def count_tasks(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Count the tasks of an index by status."""
    text = request.query_params.get("index_id")
    if not text:
        raise errors.ParameterMissing("index_id")
    index_id = index_id_of(text)
    counts = await call(usecases.tasks.count_by_status, index_id)
    by_word = {status.value: counts.get(status, 0) for status in TaskStatus}
    return JSONResponse({"index_id": index_id, **by_word, "total_result": sum(by_word.values())})


@router.get("/{task_id}", dependencies=[READ], openapi_extra=documented(Operation(answer=spec.TASK)))
async def get_task(
    task_id: str,
    request: Request,
    usecases: UseCasesDep,
    view: ViewDep,
    *,
    generation: GenerationDep,
    signer: SignerDep,
) -> Response:
    """Return a task as it stands now, with what it made."""
    identifier = task_id_of(task_id)
    glance = usecases.glances.recall(identifier)
    if glance is None:
        glance = await call(usecases.glances.look, identifier)
    task, video = glance.task, glance.video
    shown = view.task(task, at=now())
    if task.status is TaskStatus.READY:
        shown.update(warnings(video.warnings if video is not None else ()))
        shown.update(hls_of(request, signer, video, generation=generation))
    return Response(msgspec.json.encode(shown), media_type="application/json")


@router.get("/{task_id}/steps", dependencies=[READ], openapi_extra=documented(Operation(answer=spec.STEPS)))
async def list_steps(task_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return what was done for a task so far; our own addition to the API."""
    steps = await call(usecases.tasks.steps, task_id_of(task_id))
    shown = [
        {
            "step": each.step,
            "attempts": each.attempts,
            "seconds": each.seconds,
            **values.known({"note": each.note}),
        }
        for each in steps
    ]
    return JSONResponse({"data": shown})


@router.post("/{task_id}/cancel", dependencies=[WRITE], openapi_extra=documented(spec.CONTROLLED))
async def cancel_task(task_id: str, usecases: UseCasesDep, view: ViewDep) -> JSONResponse:
    """End a task that has not ended; our own addition to the API."""
    task = await call(usecases.control.cancel, task_id_of(task_id))
    return JSONResponse(view.task(task, at=now()))


@router.post("/{task_id}/retry", dependencies=[WRITE], openapi_extra=documented(spec.CONTROLLED))
async def retry_task(task_id: str, usecases: UseCasesDep, view: ViewDep, caller: CallerDep) -> JSONResponse:
    """Try a failed task again under the same ids; our own addition to the API."""
    task = await call(usecases.control.retry, task_id_of(task_id), key_id=caller.id)
    return JSONResponse(view.task(task, at=now()))


@router.delete("/{task_id}", dependencies=[DELETE], openapi_extra=documented(Operation(status=204)))
async def delete_task(task_id: str, usecases: UseCasesDep) -> Response:
    """Remove the record of a task that ended and whose video is gone."""
    await call(usecases.tasks.delete, task_id_of(task_id))
    return Response(status_code=204)


async def _create(usecases: UseCases, wanted: TaskRequest, body: Fields) -> Task:
    url = body.text("video_url")
    if url is not None:
        return await call(usecases.tasks.create_from_url, wanted, url)
    if body.upload is None:
        raise errors.ParameterMissing("video_file", "video_url")
    upload = body.upload
    return await call(
        usecases.tasks.create_from_file,
        wanted,
        upload.path,
        filename=clean_filename(upload.filename or ""),
    )


def _task_request(body: Fields, *, generation: str, request_id: str) -> TaskRequest:
    transcript, transcript_url = _transcript(body)
    return TaskRequest(
        index_id=index_id_of(body.required_text("index_id")),
        generation=generation,
        # Version 1.3 has no such field and listens for the language itself.
        language=(body.text("language") if generation != "v1.3" else None) or "en",
        transcript=transcript,
        transcript_url=transcript_url,
        keep_stream=_keep_stream(body),
        user_metadata=_metadata(body),
        request_id=request_id,
        url_headers=url_headers_of(body),
    )


def _transcript(body: Fields) -> tuple[bytes | None, str | None]:
    is_wanted = body.flag("provide_transcription")
    files, url = body.files("transcription_file"), body.text("transcription_url")
    if is_wanted and not files and url is None:
        raise errors.ParameterMissing("transcription_file", "transcription_url")
    if is_wanted is False:
        return None, None
    return (files[0], None) if files else (None, url)


def _keep_stream(body: Fields) -> bool:
    disabled, enabled = body.flag("disable_video_stream"), body.flag("enable_video_stream")
    return enabled if enabled is not None else not disabled


def _metadata(body: Fields) -> dict[str, MetadataValue] | None:
    metadata = body.metadata("user_metadata")
    return None if metadata is None else {key: each for key, each in metadata.items() if each is not None}


def _status_filter(view: View) -> Special:
    def conditions(name: str, texts: Sequence[str]) -> Sequence[Condition]:
        words = Fields({name: list(texts)}).texts(name) or ()
        for word in words:
            if word not in set(TaskStatus):
                listed = ", ".join(status.value for status in TaskStatus)
                raise errors.ParameterInvalid(name, f"{word[:80]!r} is not one of {listed}")
        wanted = tuple(status for word in words for status in view.statuses_shown_as(word))
        return [Condition("status", "in", wanted)]

    return conditions
