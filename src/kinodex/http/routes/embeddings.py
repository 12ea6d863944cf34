"""``/embed``: vectors of texts and pictures at once, of videos by tasks."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.domain.embeddings import EmbedScope, EmbedStatus, EmbedWanted
from kinodex.domain.ids import EmbedTaskId
from kinodex.domain.listing import Condition
from kinodex.domain.names import clean_filename
from kinodex.http.auth import READ, WRITE
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.disk import SPACE
from kinodex.http.embedding_options import options_of
from kinodex.http.fields import Fields
from kinodex.http.gates import EMBEDS
from kinodex.http.idempotency import made_id
from kinodex.http.listings import listing_of
from kinodex.http.multipart_bodies import Accepted, SmallFile
from kinodex.http.parameters import embed_task_id_of, instant_of, query_fields
from kinodex.http.spec import embeddings as spec
from kinodex.http.spec.operation import Operation, documented, list_query
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.uploads import UploadRule
from kinodex.http.versions import GenerationDep, only_in
from kinodex.http.wire import embeddings as wire
from kinodex.http.wire import values
from kinodex.http.wire.values import Json, known
from kinodex.usecases import UseCases
from kinodex.usecases.embed_tasks import EmbedRequest
from kinodex.usecases.pictures import LARGEST_BYTES

SERVED = only_in("v1.2", "v1.3")
router = APIRouter(prefix="/embed", tags=["embeddings"])

LIST = Operation(answer=spec.LIST_TASKS, query=list_query({}, spec.LIST_SPECIAL))
MARENGO = "marengo"
_SOUND_BYTES = 10 * 1024 * 1024


@router.post("", dependencies=[WRITE, SERVED, EMBEDS], openapi_extra=documented(spec.CREATE))
async def create_embedding(
    request: Request, usecases: UseCasesDep, generation: GenerationDep
) -> JSONResponse:
    """Return vectors of a text and a picture, the same that searches compare."""
    accepted = Accepted(files={"image_file": SmallFile(LARGEST_BYTES), "audio_file": SmallFile(_SOUND_BYTES)})
    is_old = generation == "v1.2"
    async with read_body(request, accepted) as body:
        name = model_name_of(body)
        shown: Json = {"model_name": name, **({"engine_name": name} if is_old else {})}
        text, images = body.text("text"), body.files("image_file")
        image_url = body.text("image_url")
        if text is not None:
            truncate = body.text("text_truncate") or "end"
            vectors = await call(usecases.library.embeddings.text, text, truncate=truncate)
            shown["text_embedding"] = wire.text_v1(vectors, is_old=is_old)
        if image_url is not None or images:
            picture = await call(
                usecases.library.embeddings.picture,
                content=None if image_url is not None else images[0],
                url=image_url,
                name="image_url" if image_url is not None else "image_file",
            )
            source = known({"input_url": image_url})
            shown["image_embedding"] = wire.picture_v1(picture, is_old=is_old, source=source)
        if body.text("audio_url") is not None or body.files("audio_file"):
            shown["audio_embedding"] = {"error_message": wire.NO_SOUND_EMBEDDING}
    if not {"text_embedding", "image_embedding", "audio_embedding"} & shown.keys():
        raise errors.ParameterMissing("text", "image_url", "image_file", "audio_url", "audio_file")
    return JSONResponse(shown)


@router.post("/tasks", dependencies=[WRITE, SERVED, SPACE], openapi_extra=documented(spec.CREATE_TASK))
async def create_task(request: Request, usecases: UseCasesDep, generation: GenerationDep) -> JSONResponse:
    """Start embedding a video, clip by clip."""
    tasks = usecases.library.embed_tasks
    rule = UploadRule(
        names=("video_file",),
        new_path=usecases.tasks.new_upload,
        limit_bytes=tasks.limits.maximum_size_bytes,
        space=usecases.space,
    )
    async with read_body(request, Accepted(upload=rule)) as body:
        wanted = EmbedRequest(
            family="v1",
            model_name=model_name_of(body),
            wanted=_wanted(body),
            task_id=EmbedTaskId(made_id(request)),
            request_id=request_id_of(request.scope),
        )
        url = body.text("video_url")
        if url is not None:
            task = await call(tasks.create_from_url, wanted, url)
        elif body.upload is not None:
            name = clean_filename(body.upload.filename or "")
            task = await call(tasks.create_from_file, wanted, body.upload.path, filename=name)
        else:
            raise errors.ParameterMissing("video_file", "video_url")
    return JSONResponse({"_id": task.id}, status_code=201 if generation == "v1.2" else 200)


@router.get("/tasks", dependencies=[READ, SERVED], openapi_extra=documented(LIST))
async def list_tasks(request: Request, usecases: UseCasesDep, generation: GenerationDep) -> JSONResponse:
    """List embedding tasks, without their vectors."""
    return await listed(request, usecases, family="v1", is_old=generation == "v1.2")


@router.get(
    "/tasks/{embed_task_id}/status", dependencies=[READ, SERVED], openapi_extra=documented(spec.GET_STATUS)
)
async def get_status(embed_task_id: str, usecases: UseCasesDep, generation: GenerationDep) -> JSONResponse:
    """Say how an embedding task stands."""
    task = await call(usecases.library.embed_tasks.get, embed_task_id_of(embed_task_id), family="v1")
    return JSONResponse(wire.task_v1(task, is_old=generation == "v1.2"))


@router.get("/tasks/{embed_task_id}", dependencies=[READ, SERVED], openapi_extra=documented(spec.GET_TASK))
async def get_task(
    embed_task_id: str, request: Request, usecases: UseCasesDep, generation: GenerationDep
) -> JSONResponse:
    """Return an embedding task, with its vectors once it is ready."""
    words = query_fields(request.query_params).texts("embedding_option")
    options, notes = options_of(words or ())
    task = await call(usecases.library.embed_tasks.get, embed_task_id_of(embed_task_id), family="v1")
    vectors = await call(usecases.library.embed_tasks.vectors, task)
    kept = [each for each in vectors if words is None or each.option in options]
    shown = await call(wire.vectors_v1, task, kept, is_old=generation == "v1.2")
    return JSONResponse({**shown, **known({"notes": notes or None})})


async def listed(request: Request, usecases: UseCases, *, family: str, is_old: bool) -> JSONResponse:
    """Return a page of the embedding tasks of a family."""
    special = {"status": _statuses, "started_at": _started, "ended_at": _ended}
    listing = listing_of(request.query_params, {}, special=special)
    page = await call(usecases.library.embed_tasks.list, listing, family=family)
    shown = [wire.task_v1(task, is_old=is_old) for task in page.items]
    return JSONResponse(values.page(shown, listing, total=page.total))


def model_name_of(body: Fields) -> str:
    """Return the model a body names; all of the family mean this server's own engines."""
    name = body.required_text("model_name", "engine_name")
    if not name.lower().startswith(MARENGO):
        raise errors.ParameterInvalid("model_name", f"{name[:80]!r} does not belong to the family {MARENGO}")
    return name


def _wanted(body: Fields) -> EmbedWanted:
    names = body.texts("video_embedding_scope") or (EmbedScope.CLIP.value,)
    for name in names:
        if name not in set(EmbedScope):
            listed_scopes = ", ".join(EmbedScope)
            raise errors.ParameterInvalid(
                "video_embedding_scope", f"{name[:80]!r} is not one of {listed_scopes}"
            )
    end_s = body.number("video_end_offset_sec", default=-1)
    return EmbedWanted(
        scopes=tuple(dict.fromkeys(map(EmbedScope, names))),
        clip_s=body.number("video_clip_length", default=6),
        start_s=body.number("video_start_offset_sec", default=0),
        end_s=None if body.value("video_end_offset_sec") is None else end_s,
    )


def _statuses(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    words = Fields({name: list(texts)}).texts(name) or ()
    for word in words:
        if word not in set(EmbedStatus):
            raise errors.ParameterInvalid(name, f"{word[:80]!r} is not one of {', '.join(EmbedStatus)}")
    return [Condition("status", "in", tuple(words))]


def _started(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    return [Condition("created_at", "gte", instant_of(name, texts[0]))]


def _ended(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    return [Condition("created_at", "lte", instant_of(name, texts[0]))]
