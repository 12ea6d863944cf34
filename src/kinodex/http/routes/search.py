"""``/search``: find moments, turn pages."""

from contextlib import AsyncExitStack

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.moments import Moment
from kinodex.http.answers import is_small, known, name_of
from kinodex.http.auth import READ, CallerDep
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import SignerDep, UseCasesDep, ViewDep
from kinodex.http.direct import DirectRoute
from kinodex.http.fields import Fields
from kinodex.http.gates import SEARCHES, passing
from kinodex.http.links import picture_link
from kinodex.http.multipart_bodies import Accepted, SmallFile
from kinodex.http.parameters import index_id_of, query_fields, video_id_of
from kinodex.http.signing import Signer
from kinodex.http.spec import search as spec
from kinodex.http.spec.operation import documented
from kinodex.http.spec.search_explained import EXPLAIN
from kinodex.http.threads import call
from kinodex.http.versions import GenerationDep, only_in
from kinodex.http.wire.explained import shown_hit, shown_standing
from kinodex.http.wire.hits import Answering
from kinodex.usecases.search_request import SearchPage, SearchRequest

router = APIRouter(tags=["search"], route_class=DirectRoute)

GATE = "searches"
"""Held while an answer is made; one that is known needs no place."""
PICTURE_BYTES = 5 * 1024 * 1024
MOST_PICTURES = 10
_ACCEPTED = Accepted(
    files={
        name: SmallFile(PICTURE_BYTES, most=MOST_PICTURES)
        for name in ("query_media_file", "query_media_files", "query_media_file[]")
    }
)
_URL_NAMES = ("query_media_url", "query_media_urls")
# Of versions 1.1 and 1.2; clients of 1.2 page through both under 1.1 too.
_OLD = only_in("v1.1", "v1.2")


@router.post("/search", dependencies=[READ], openapi_extra=documented(spec.SEARCH))
@router.post("/search-v2", dependencies=[READ, _OLD], openapi_extra=documented(spec.SEARCH))
async def search(
    request: Request,
    usecases: UseCasesDep,
    generation: GenerationDep,
    view: ViewDep,
    *,
    caller: CallerDep,
    signer: SignerDep,
) -> Response:
    """Find moments; JSON and forms are understood under every API version."""
    async with AsyncExitStack() as held:
        if not is_small(request):
            await held.enter_async_context(passing(request, GATE))
        body = await held.enter_async_context(read_body(request, _ACCEPTED))
        name = name_of(request, body, caller=caller, generation=generation)
        before = await known(usecases.search.known, name)
        if before is not None:
            return before
        wanted = _search_request(body, generation=generation)
        with_metadata = bool(body.flag("include_user_metadata"))
        await held.enter_async_context(passing(request, GATE))
        page = await call(usecases.search.search, wanted, owner=caller.id)
    answering = _answering(request, signer, page, with_user_metadata=with_metadata)
    answer = JSONResponse(view.search(page, answering=answering))
    if page.revisions is not None:
        usecases.search.known.keep(name, bytes(answer.body), page.revisions)
    return answer


@router.post("/combined-search", dependencies=[READ, _OLD], openapi_extra=documented(spec.COMBINED))
@router.post("/search/combined", dependencies=[READ, _OLD], openapi_extra=documented(spec.COMBINED))
@router.post("/beta/search", dependencies=[READ, _OLD], openapi_extra=documented(spec.COMBINED))
async def search_combined(
    request: Request,
    usecases: UseCasesDep,
    generation: GenerationDep,
    view: ViewDep,
    *,
    caller: CallerDep,
    signer: SignerDep,
) -> Response:
    """Find moments for several things at once, joined by and, or, then and not."""
    return await search(request, usecases, generation, view, caller=caller, signer=signer)


@router.get("/search/{token}", dependencies=[READ, SEARCHES], openapi_extra=documented(spec.TURN))
@router.get(
    "/combined-search/{token}", dependencies=[READ, _OLD, SEARCHES], openapi_extra=documented(spec.TURN)
)
@router.get("/search-v2/{token}", dependencies=[READ, _OLD, SEARCHES], openapi_extra=documented(spec.TURN))
async def turn_page(
    token: str,
    request: Request,
    usecases: UseCasesDep,
    view: ViewDep,
    *,
    caller: CallerDep,
    signer: SignerDep,
) -> JSONResponse:
    """Return a further page of an earlier search."""
    page = await call(usecases.search.page, token, owner=caller.id)
    with_metadata = bool(query_fields(request.query_params).flag("include_user_metadata"))
    answering = _answering(request, signer, page, with_user_metadata=with_metadata)
    return JSONResponse(view.search(page, answering=answering))


@router.get("/search/explain/{token}", dependencies=[READ, SEARCHES], openapi_extra=documented(EXPLAIN))
async def explain_hit(token: str, request: Request, usecases: UseCasesDep, caller: CallerDep) -> JSONResponse:
    """Compute a hit again from what is stored, or tell why a video is not in the answer."""
    asked = query_fields(request.query_params).text("video_id")
    if asked is not None:
        standing = await call(usecases.search.standing, token, video_id_of(asked), owner=caller.id)
        return JSONResponse(shown_standing(standing))
    hit = await call(usecases.search.explain, token, owner=caller.id)
    return JSONResponse(shown_hit(hit))


def _search_request(body: Fields, *, generation: str) -> SearchRequest:
    pictures, urls = _pictures(body)
    index_id, *others = _index_ids(body)
    combined = body.value("query")
    is_combined = isinstance(combined, dict)
    return SearchRequest(
        index_id=index_id,
        other_index_ids=tuple(others),
        video_ids=_video_ids(body),
        language=body.text("query_language") or "plain",
        combined=combined if is_combined else None,
        explain=bool(body.flag("explain")),
        generation=generation,
        options=body.texts("search_options") or (),
        text=None if is_combined else body.text("query_text", "query"),
        pictures=pictures,
        picture_urls=urls,
        operator=body.text("operator") or "or",
        conversation_option=body.text("conversation_option") or "semantic",
        transcription_options=body.texts("transcription_options") or None,
        threshold=body.text("threshold"),
        adjust_confidence_level=body.number("adjust_confidence_level", default=0.5),
        group_by=body.text("group_by") or "clip",
        sort_option=body.text("sort_option") or "score",
        page_limit=body.integer("page_limit", default=10),
        filter=_filter(body),
    )


def _index_ids(body: Fields) -> list[IndexId]:
    """Return the indexes to look in, the one named alone first."""
    alone = body.text("index_id")
    named = [*([alone] if alone else []), *(body.texts("index_ids") or ())]
    if not named:
        raise errors.ParameterMissing("index_id", "index_ids")
    return [index_id_of(each) for each in named]


def _video_ids(body: Fields) -> tuple[VideoId, ...]:
    alone = body.text("video_id")
    named = [*([alone] if alone else []), *(body.texts("video_ids") or ())]
    return tuple(video_id_of(each) for each in named)


def _pictures(body: Fields) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    pictures = tuple(content for name in _ACCEPTED.files for content in body.files(name))
    urls = tuple(url for name in _URL_NAMES for url in body.texts(name, by_comma=False) or ())
    kind = body.text("query_media_type")
    if kind not in {None, "image"}:
        raise errors.ParameterInvalid("query_media_type", f"received {kind!r}, but expected image")
    if kind is None and (pictures or urls):
        raise errors.ParameterMissing("query_media_type")
    if kind is not None and not (pictures or urls):
        raise errors.ParameterMissing("query_media_file", "query_media_url")
    return pictures, urls


def _filter(body: Fields) -> object:
    try:
        return body.json("filter")
    except errors.ParameterInvalid as error:
        raise errors.FilterInvalid("The filter is not readable as JSON.") from error


def _answering(request: Request, signer: Signer, page: SearchPage, *, with_user_metadata: bool) -> Answering:
    def link(moment: Moment) -> str:
        index_id = page.homes.get(moment.video_id, page.request.index_id)
        return picture_link(request, signer, index_id, moment.video_id, at_s=moment.best_frame_s)

    return Answering(link=link, with_user_metadata=with_user_metadata)
