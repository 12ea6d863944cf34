"""``/classify``: which of some classes show in videos; of the versions 1.1 and 1.2."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors
from kinodex.domain.videos import Video
from kinodex.http.auth import READ, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.fields import Fields, number_of
from kinodex.http.links import picture_link
from kinodex.http.parameters import index_id_of, video_id_of
from kinodex.http.signing import Signer
from kinodex.http.spec import classification as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.versions import GenerationDep, only_in
from kinodex.http.wire.classification import Link, classification
from kinodex.usecases.classification import CONFIDENCES, ClassifyRequest, ClassRequest

router = APIRouter(prefix="/classify", tags=["classification"])

_OLD = only_in("v1.1", "v1.2")


@router.post("", dependencies=[READ, _OLD], openapi_extra=documented(spec.VIDEOS))
async def classify_videos(
    request: Request,
    usecases: UseCasesDep,
    generation: GenerationDep,
    *,
    caller: CallerDep,
    signer: SignerDep,
) -> JSONResponse:
    """Say which classes show in some videos, when and for how long."""
    async with read_body(request) as body:
        single = body.text("video_id")
        named = body.texts("video_ids") or ((single,) if single else ())
        wanted = replace(_wanted(body, generation), video_ids=tuple(map(video_id_of, named)))
        page = await call(usecases.search.classes.classify, wanted, owner=caller.id, reach=caller.index_ids)
    return JSONResponse(classification(page, link=_link(request, signer)))


@router.post("/bulk", dependencies=[READ, _OLD], openapi_extra=documented(spec.INDEX))
async def classify_index(
    request: Request,
    usecases: UseCasesDep,
    generation: GenerationDep,
    *,
    caller: CallerDep,
    signer: SignerDep,
) -> JSONResponse:
    """Say which classes show in all videos of an index."""
    async with read_body(request) as body:
        index_id = index_id_of(body.required_text("index_id"))
        wanted = replace(_wanted(body, generation), index_id=index_id)
        page = await call(usecases.search.classes.classify, wanted, owner=caller.id)
    return JSONResponse(classification(page, link=_link(request, signer)))


@router.get("/{token}", dependencies=[READ, _OLD], openapi_extra=documented(spec.TURN))
async def turn_page(
    token: str, request: Request, usecases: UseCasesDep, caller: CallerDep, signer: SignerDep
) -> JSONResponse:
    """Return a further page of an earlier classification."""
    page = await call(usecases.search.classes.page, token, owner=caller.id)
    return JSONResponse(classification(page, link=_link(request, signer)))


def _wanted(body: Fields, generation: str) -> ClassifyRequest:
    confidence, said = _threshold(body)
    least_clip = said.value("min_clip_score")
    return ClassifyRequest(
        generation=generation,
        classes=_classes(body),
        options=body.texts("options") or (),
        conversation_option=body.text("conversation_option") or "semantic",
        least_confidence=confidence,
        least_clip_score=None if least_clip is None else number_of("min_clip_score", least_clip),
        least_video_score=said.number("min_video_score", default=0),
        least_duration_ratio=said.number("min_duration_ratio", default=0),
        with_clips=body.flag("include_clips") or False,
        with_details=body.flag("show_detailed_score") or False,
        page_limit=body.integer("page_limit", default=10),
    )


def _classes(body: Fields) -> tuple[ClassRequest, ...]:
    classes, labels = body.json_list("classes"), body.json_list("labels")
    given = classes or labels
    if not all(isinstance(each, dict) for each in given):
        raise errors.ParameterInvalid("classes", "each must be an object with name and prompts")
    return tuple(
        _class(Fields({str(name): [value] for name, value in each.items()}))
        for each in given
        if isinstance(each, dict)
    )


def _class(said: Fields) -> ClassRequest:
    return ClassRequest(
        name=said.required_text("name"),
        prompts=said.texts("prompts", by_comma=False) or (),
        options=said.texts("options") or None,
        conversation_option=said.text("conversation_option"),
    )


def _threshold(body: Fields) -> tuple[str, Fields]:
    """Return the least confidence of a clip in a word, and what is said in numbers."""
    given = body.value("threshold")
    if isinstance(given, str) and given in CONFIDENCES:
        return given, Fields({})
    given = body.json("threshold")
    if given is not None and not isinstance(given, dict):
        listed = ", ".join(CONFIDENCES)
        raise errors.ParameterInvalid("threshold", f"it is neither an object of numbers nor one of {listed}")
    return "low", Fields({str(name): [value] for name, value in (given or {}).items()})


def _link(request: Request, signer: Signer) -> Link:
    def link(video: Video, at_s: float) -> str:
        return picture_link(request, signer, video.index_id, video.id, at_s=at_s)

    return link
