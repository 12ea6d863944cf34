"""``/assets``: files kept to be used, by direct upload or from a URL."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.assets import Asset, AssetKind, AssetMethod
from kinodex.domain.ids import AssetId
from kinodex.domain.listing import Condition
from kinodex.domain.names import clean_filename
from kinodex.http.auth import DELETE, READ, WRITE
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.disk import SPACE
from kinodex.http.fields import Fields
from kinodex.http.idempotency import made_id
from kinodex.http.links import PLAYLIST, THUMBNAIL, asset_playback_link
from kinodex.http.listings import Filter, listing_of
from kinodex.http.multipart_bodies import Accepted
from kinodex.http.parameters import asset_id_of, query_fields
from kinodex.http.signing import Signer
from kinodex.http.spec import assets as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.uploads import UploadRule
from kinodex.http.versions import only_in
from kinodex.http.wire import assets as wire
from kinodex.http.wire import values
from kinodex.http.wire.values import Json
from kinodex.usecases import UseCases
from kinodex.usecases.assets import AssetRequest

NEW = only_in("v1.3")
router = APIRouter(prefix="/assets", tags=["assets"])

FILTERS = {"filename": Filter("filename", "text")}
LIST = Operation(answer=page_of(spec.ASSET_DETAIL), query=list_query(FILTERS, spec.LIST_SPECIAL))
LIST_USES = Operation(answer=spec.USES, query=list_query({}))


@router.post("", dependencies=[WRITE, NEW, SPACE], openapi_extra=documented(spec.CREATE))
async def create_asset(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Keep a file sent along, or the one at a URL; the answer is always *processing*: ask again."""
    library = usecases.library
    upload = UploadRule(
        names=("file",),
        new_path=library.uploads.new_part,
        limit_bytes=library.assets.limits.direct_bytes,
        space=usecases.space,
    )
    async with read_body(request, Accepted(upload=upload)) as body:
        made = await _create(usecases, body, _asset_request(request, body))
    return JSONResponse({**wire.asset(made), "status": "processing"}, status_code=201)


@router.get("", dependencies=[READ, NEW], openapi_extra=documented(LIST))
async def list_assets(request: Request, usecases: UseCasesDep, signer: SignerDep) -> JSONResponse:
    """List assets, newest first."""
    special = {"asset_ids": _ids, "asset_types": _kinds}
    listing = listing_of(request.query_params, FILTERS, special=special)
    page = await call(usecases.library.assets.list, listing)
    shown = [_detail(request, signer, each) for each in page.items]
    return JSONResponse(values.page(shown, listing, total=page.total))


@router.get("/{asset_id}", dependencies=[READ, NEW], openapi_extra=documented(spec.GET))
async def get_asset(
    asset_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> JSONResponse:
    """Return an asset with all that is known of it."""
    asset = await call(usecases.library.assets.get, asset_id_of(asset_id))
    return JSONResponse(_detail(request, signer, asset))


@router.delete("/{asset_id}", dependencies=[DELETE, NEW], openapi_extra=documented(spec.DELETE))
async def delete_asset(asset_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Remove an asset; with ``force=true`` also one that videos were made from, which stay."""
    force = query_fields(request.query_params).flag("force") or False
    await call(usecases.library.assets.delete, asset_id_of(asset_id), force=force)
    return Response(status_code=204)


@router.patch(
    "/{asset_id}/user-metadata", dependencies=[WRITE, NEW], openapi_extra=documented(spec.MERGE_METADATA)
)
async def merge_metadata(asset_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Merge metadata by key; ``null`` removes a key, an empty text changes nothing."""
    return await _describe(asset_id, request, usecases, merge=True)


@router.put(
    "/{asset_id}/user-metadata", dependencies=[WRITE, NEW], openapi_extra=documented(spec.REPLACE_METADATA)
)
async def replace_metadata(asset_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Put metadata in the place of all there was; ``null`` and empty texts are passed over."""
    return await _describe(asset_id, request, usecases, merge=False)


@router.delete(
    "/{asset_id}/user-metadata", dependencies=[DELETE, NEW], openapi_extra=documented(spec.REMOVE_METADATA)
)
async def remove_metadata(asset_id: str, usecases: UseCasesDep) -> Response:
    """Remove all metadata."""
    await call(usecases.library.assets.describe, asset_id_of(asset_id), None, merge=False)
    return Response(status_code=204)


@router.get("/{asset_id}/indexed-assets", dependencies=[READ, NEW], openapi_extra=documented(LIST_USES))
async def list_uses(asset_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List what was made from an asset, in all indexes."""
    listing = listing_of(request.query_params, {})
    identifier = asset_id_of(asset_id)
    page = await call(
        usecases.library.assets.uses, identifier, page=listing.page, page_limit=listing.page_limit
    )
    return JSONResponse(values.page([wire.use(each) for each in page.items], listing, total=page.total))


def _detail(request: Request, signer: Signer, asset: Asset) -> Json:
    return wire.asset_detail(
        asset,
        manifest_url=asset_playback_link(request, signer, asset.id, PLAYLIST),
        thumbnail_url=asset_playback_link(request, signer, asset.id, THUMBNAIL),
    )


async def _create(usecases: UseCases, body: Fields, wanted: AssetRequest) -> Asset:
    method, url = body.required_text("method"), body.text("url")
    if method not in {AssetMethod.DIRECT, AssetMethod.URL}:
        raise errors.ParameterInvalid("method", f"{method[:80]!r} is not one of direct, url")
    if method == AssetMethod.URL:
        if url is None:
            raise errors.ParameterMissing("url")
        return await call(usecases.library.assets.create_from_url, wanted, url)
    if body.upload is None:
        raise errors.ParameterMissing("file")
    upload = body.upload
    return await call(
        usecases.library.assets.create_from_file,
        wanted,
        upload.path,
        filename=clean_filename(upload.filename or ""),
    )


def _asset_request(request: Request, body: Fields) -> AssetRequest:
    filename = body.text("filename")
    return AssetRequest(
        asset_id=AssetId(made_id(request)),
        filename=clean_filename(filename) if filename else None,
        wants_stream=body.flag("enable_hls") or False,
        wants_thumbnail=body.flag("enable_thumbnail") or False,
        user_metadata=body.metadata("user_metadata"),
        request_id=request_id_of(request.scope),
    )


async def _describe(asset_id: str, request: Request, usecases: UseCases, *, merge: bool) -> Response:
    async with read_body(request) as body:
        metadata = body.metadata("user_metadata")
        if metadata is None:
            raise errors.ParameterMissing("user_metadata")
        kept = metadata if merge else {key: value for key, value in metadata.items() if value is not None}
        await call(usecases.library.assets.describe, asset_id_of(asset_id), kept, merge=merge)
    return Response(status_code=204)


def _ids(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    wanted = Fields({name: list(texts)}).texts(name) or ()
    return [Condition("id", "in", tuple(map(asset_id_of, wanted)))]


def _kinds(name: str, texts: Sequence[str]) -> Sequence[Condition]:
    wanted = Fields({name: list(texts)}).texts(name) or ()
    known = {*AssetKind, "document"}
    for word in wanted:
        if word not in known:
            raise errors.ParameterInvalid(name, f"{word[:80]!r} is not one of {', '.join(sorted(known))}")
    return [Condition("kind", "in", tuple(wanted))]
