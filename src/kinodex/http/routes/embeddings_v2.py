"""``/embed-v2``: the same vectors, asked for in JSON."""

import base64
import binascii
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.domain.embeddings import EmbedOption, EmbedScope, EmbedWanted
from kinodex.domain.ids import EmbedTaskId
from kinodex.http.auth import READ, WRITE
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.disk import SPACE
from kinodex.http.fields import Fields
from kinodex.http.gates import EMBEDS
from kinodex.http.idempotency import made_id
from kinodex.http.parameters import asset_id_of, embed_task_id_of
from kinodex.http.routes.embeddings import LIST, listed, model_name_of
from kinodex.http.spec import embeddings_v2 as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.versions import only_in
from kinodex.http.wire import embeddings as wire
from kinodex.http.wire.values import Json
from kinodex.usecases import UseCases
from kinodex.usecases.embed_tasks import EmbedRequest
from kinodex.usecases.embeddings import PictureVectors
from kinodex.usecases.pictures import LARGEST_BYTES

NEW = only_in("v1.3")
router = APIRouter(prefix="/embed-v2", tags=["embeddings"])

BODY_BYTES = 10 * (LARGEST_BYTES * 4 // 3) + 1024 * 1024
"""Ten pictures in base64 and what is around them."""
MOST_PICTURES = 10
_AT_ONCE = ("text", "image", "text_image", "multi_input")
_BY_TASK = ("video", "audio")
_SCOPES = {"clip": EmbedScope.CLIP, "asset": EmbedScope.VIDEO}


@router.post("", dependencies=[WRITE, NEW, EMBEDS], openapi_extra=documented(spec.CREATE))
async def create_embedding(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Return vectors of a text, a picture, or several of them taken together."""
    async with read_body(request, plain_bytes=BODY_BYTES) as body:
        model_name_of(body)
        kind = _kind(body, _AT_ONCE)
        data = await _embedded(usecases, body, kind)
    answer: Json = {"data": data}
    return JSONResponse(answer if kind == "text" else {**answer, "metadata": {"input_type": kind}})


@router.post("/tasks", dependencies=[WRITE, NEW, SPACE], openapi_extra=documented(spec.CREATE_TASK))
async def create_task(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Start embedding a video, clip by clip or shot by shot."""
    tasks = usecases.library.embed_tasks
    async with read_body(request) as body:
        name, kind = model_name_of(body), _kind(body, _BY_TASK)
        if kind == "audio":
            raise errors.ParameterInvalid("input_type", wire.NO_SOUND_EMBEDDING.rstrip("."))
        video = _object(body, "video")
        source = _object(video, "media_source")
        wanted = EmbedRequest(
            family="v2",
            model_name=name,
            wanted=_wanted(video),
            task_id=EmbedTaskId(made_id(request)),
            request_id=request_id_of(request.scope),
        )
        url, asset_id = source.text("url"), source.text("asset_id")
        if url is not None:
            task = await call(tasks.create_from_url, wanted, url)
        elif asset_id is not None:
            task = await call(tasks.create_from_asset, wanted, asset_id_of(asset_id))
        elif source.value("base64_string") is not None:
            raise errors.ParameterInvalid("media_source", "give a video as a url or an asset_id")
        else:
            raise errors.ParameterMissing("url", "asset_id")
    return JSONResponse({"_id": task.id, "status": task.status.value, "data": None}, status_code=202)


@router.get("/tasks", dependencies=[READ, NEW], openapi_extra=documented(LIST))
async def list_tasks(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List embedding tasks, without their vectors."""
    return await listed(request, usecases, family="v2", is_old=False)


@router.get("/tasks/{embed_task_id}", dependencies=[READ, NEW], openapi_extra=documented(spec.GET_TASK))
async def get_task(embed_task_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return an embedding task, with its vectors once it is ready."""
    task = await call(usecases.library.embed_tasks.get, embed_task_id_of(embed_task_id), family="v2")
    vectors = await call(usecases.library.embed_tasks.vectors, task)
    return JSONResponse(await call(wire.task_v2, task, vectors or None))


async def _embedded(usecases: UseCases, body: Fields, kind: str) -> list[Json]:
    embeddings = usecases.library.embeddings
    given = _object(body, kind)
    truncate = "none" if body.flag("auto_truncate") is False else "end"
    if kind == "text":
        vectors = await call(embeddings.text, given.required_text("input_text"), truncate=truncate)
        return [
            wire.data_v2(vectors.visual, option=EmbedOption.VISUAL.value),
            wire.data_v2(vectors.sentence, option=EmbedOption.TRANSCRIPTION.value),
        ]
    if kind == "image":
        picture = await _picture(usecases, _object(given, "media_source"))
        return [wire.data_v2(picture.visual, option=None)]
    parts = [(await _picture(usecases, source)).visual for source in _sources(given, kind)]
    text = given.text("input_text") if kind == "multi_input" else given.required_text("input_text")
    if text is not None:
        parts.append((await call(embeddings.text, text, truncate=truncate)).visual)
    return [wire.data_v2(embeddings.together(parts), option="fused")]


async def _picture(usecases: UseCases, source: Fields) -> PictureVectors:
    asset_id = source.text("asset_id")
    return await call(
        usecases.library.embeddings.picture,
        content=_decoded(source.text("base64_string")),
        url=source.text("url"),
        asset_id=None if asset_id is None else asset_id_of(asset_id),
        name="media_source",
    )


def _sources(given: Fields, kind: str) -> list[Fields]:
    if kind == "text_image":
        return [_object(given, "media_source")]
    name = "media_sources"
    sources = [_fields(name, each) for each in given.json_list(name)]
    if not 1 <= len(sources) <= MOST_PICTURES:
        raise errors.ParameterInvalid(name, f"{len(sources)} are given and 1 to {MOST_PICTURES} are taken")
    for source in sources:
        if (found := source.text("media_type") or "image") != "image":
            raise errors.ParameterInvalid("media_type", f"{found[:80]!r} is not image")
    return sources


def _wanted(video: Fields) -> EmbedWanted:
    segmentation = video.json("segmentation")
    cut = _fields("segmentation", segmentation) if segmentation is not None else Fields({})
    strategy = cut.text("strategy") or "fixed"
    if strategy not in {"fixed", "dynamic"}:
        raise errors.ParameterInvalid("strategy", f"{strategy[:80]!r} is not one of fixed, dynamic")
    how = _fields(strategy, cut.json(strategy) or {})
    is_dynamic = strategy == "dynamic"
    if "fused_embedding" in (video.texts("embedding_type") or ()):
        raise errors.ParameterInvalid(
            "embedding_type", "what is seen and what is said lie in different spaces and cannot be fused"
        )
    return EmbedWanted(
        options=_options(video),
        scopes=_scopes(video),
        clip_s=6.0 if is_dynamic else how.number("duration_sec", default=6),
        minimum_shot_s=how.number("min_duration_sec", default=4) if is_dynamic else None,
        start_s=video.number("start_sec", default=0),
        end_s=None if video.value("end_sec") is None else video.number("end_sec", default=0),
    )


def _options(video: Fields) -> tuple[EmbedOption, ...]:
    words = video.texts("embedding_option")
    if not words:
        return tuple(EmbedOption)
    for word in words:
        if word == "audio":
            raise errors.ParameterInvalid("embedding_option", wire.NO_SOUND_EMBEDDING.rstrip("."))
        if word not in set(EmbedOption):
            raise errors.ParameterInvalid(
                "embedding_option", f"{word[:80]!r} is not one of {', '.join(EmbedOption)}"
            )
    return tuple(dict.fromkeys(map(EmbedOption, words)))


def _scopes(video: Fields) -> tuple[EmbedScope, ...]:
    words = video.texts("embedding_scope") or tuple(_SCOPES)
    for word in words:
        if word not in _SCOPES:
            raise errors.ParameterInvalid(
                "embedding_scope", f"{word[:80]!r} is not one of {', '.join(_SCOPES)}"
            )
    return tuple(dict.fromkeys(_SCOPES[word] for word in words))


def _kind(body: Fields, here: tuple[str, ...]) -> str:
    kind = body.required_text("input_type")
    if kind in here:
        return kind
    if kind in _BY_TASK:
        raise errors.ParameterInvalid("input_type", f"{kind} is embedded by POST /embed-v2/tasks")
    raise errors.ParameterInvalid("input_type", f"{kind[:80]!r} is not one of {', '.join(here)}")


def _object(fields: Fields, name: str) -> Fields:
    value = fields.json(name)
    if value is None:
        raise errors.ParameterMissing(name)
    return _fields(name, value)


def _fields(name: str, value: Any) -> Fields:
    if not isinstance(value, dict):
        raise errors.ParameterInvalid(name, "it is not an object")
    return Fields({str(key): [each] for key, each in value.items()})


def _decoded(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text.partition("base64,")[2] or text, validate=True)
    except binascii.Error as error:
        raise errors.ParameterInvalid("base64_string", "it is not base64") from error
