"""``/assets/multipart-uploads``: large files in parts, sent to links that work without a key."""

import base64
from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.assets import AssetKind, UploadStatus
from kinodex.domain.ids import AssetId, UploadId
from kinodex.domain.names import clean_filename
from kinodex.http.auth import READ, WRITE
from kinodex.http.bodies import read_body, read_bytes
from kinodex.http.dependencies import SignerDep, UseCasesDep
from kinodex.http.disk import SPACE, check_space
from kinodex.http.fields import Fields
from kinodex.http.gates import passing
from kinodex.http.idempotency import made_id
from kinodex.http.links import asset_link, check_link, part_link, part_path
from kinodex.http.listings import listing_of
from kinodex.http.parameters import upload_id_of
from kinodex.http.signing import Signer
from kinodex.http.spec import uploads as spec
from kinodex.http.spec.operation import Operation, documented, list_query, page_of
from kinodex.http.threads import call
from kinodex.http.tracing import request_id_of
from kinodex.http.uploads import Upload
from kinodex.http.versions import only_in
from kinodex.http.wire import assets as wire
from kinodex.http.wire import values
from kinodex.http.wire.values import Json, to_the_second
from kinodex.usecases.assets import AssetRequest
from kinodex.usecases.uploads import MOST_URLS, PartReport, PartTarget

NEW = only_in("v1.3")
router = APIRouter(prefix="/assets/multipart-uploads", tags=["assets"])
parts = APIRouter(prefix="/uploads", tags=["media"])
LIST = Operation(answer=page_of(spec.SUMMARY), query=list_query({}))
GET = Operation(answer=spec.PROGRESS, query=list_query({}))


@router.post("", dependencies=[WRITE, NEW, SPACE], openapi_extra=documented(spec.CREATE))
async def create_upload(request: Request, usecases: UseCasesDep, signer: SignerDep) -> JSONResponse:
    """Begin an upload; the answer says how to cut the file and where to send the first parts."""
    async with read_body(request) as body:
        kind, total_bytes = _kind(body), _total(body)
        wanted = AssetRequest(
            asset_id=AssetId(made_id(request)),
            filename=clean_filename(body.required_text("filename")),
            wants_stream=body.flag("enable_hls") or False,
            wants_thumbnail=body.flag("enable_thumbnail") or False,
            user_metadata=body.metadata("user_metadata"),
            request_id=request_id_of(request.scope),
        )
    uploads = usecases.library.uploads
    asset, upload = await call(uploads.create, wanted, kind=kind, total_bytes=total_bytes)
    targets = await call(uploads.targets, upload.id, start=1, count=min(upload.parts, MOST_URLS))
    return JSONResponse(
        {
            "upload_id": upload.id,
            "asset_id": asset.id,
            "upload_urls": _urls(request, signer, upload.id, targets),
            "upload_headers": {},
            "chunk_size": upload.part_bytes,
            "total_chunks": upload.parts,
            "expires_at": to_the_second(upload.expires_at),
        },
        status_code=201,
    )


@router.get("", dependencies=[READ, NEW], openapi_extra=documented(LIST))
async def list_uploads(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List the uploads that are not complete, newest first."""
    listing = listing_of(request.query_params, {})
    page = await call(usecases.library.uploads.incomplete, page=listing.page, page_limit=listing.page_limit)
    shown = [wire.upload_summary(upload) for upload in page.items]
    return JSONResponse(values.page(shown, listing, total=page.total))


@router.get("/{upload_id}", dependencies=[READ, NEW], openapi_extra=documented(GET))
async def get_upload(upload_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Say how far an upload is; its parts are paged."""
    listing = listing_of(request.query_params, {})
    upload, known = await call(usecases.library.uploads.get, upload_id_of(upload_id))
    first = (listing.page - 1) * listing.page_limit + 1
    status, shown = wire.upload_status(upload, known, first=first, count=listing.page_limit)
    page = values.page(shown, listing, total=upload.parts)
    return JSONResponse({**status, "uploaded_chunks": page["data"], "page_info": page["page_info"]})


@router.post(
    "/{upload_id}/presigned-urls", dependencies=[WRITE, NEW], openapi_extra=documented(spec.CREATE_URLS)
)
async def create_urls(
    upload_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> JSONResponse:
    """Say where to send further parts, or some again."""
    identifier = upload_id_of(upload_id)
    async with read_body(request) as body:
        start, count = body.integer("start", default=1), body.integer("count", default=MOST_URLS)
    targets = await call(usecases.library.uploads.targets, identifier, start=start, count=count)
    return JSONResponse(
        {
            "upload_id": identifier,
            "start_index": start,
            "count": len(targets),
            "upload_urls": _urls(request, signer, identifier, targets),
        }
    )


@router.post("/{upload_id}", dependencies=[WRITE, NEW], openapi_extra=documented(spec.REPORT))
async def report_parts(
    upload_id: str, request: Request, usecases: UseCasesDep, signer: SignerDep
) -> JSONResponse:
    """Take note of parts that were sent; with the last one the asset is put together."""
    async with read_body(request) as body:
        reports = _reports(body)
    done = await call(usecases.library.uploads.report, upload_id_of(upload_id), reports)
    is_complete = done.upload.status is UploadStatus.COMPLETED
    link = asset_link(request, signer, done.upload.asset_id) if is_complete else None
    answer: Json = {
        "asset_id": done.upload.asset_id,
        "processed_chunks": done.processed,
        "duplicate_chunks": done.duplicates,
        "total_completed": done.completed,
    }
    return JSONResponse({**answer, **values.known({"url": link})})


@parts.put("/{upload_id}/{number}", openapi_extra=documented(spec.PUT_PART))
async def put_part(
    upload_id: str, number: str, request: Request, *, usecases: UseCasesDep, signer: SignerDep
) -> Response:
    """Take a part of an upload; the answer's ``ETag`` is the proof to report it with."""
    check_link(request, signer, part_path(upload_id, number))
    # What was signed was made by us: it is well formed.
    identifier, place = upload_id_of(upload_id), int(number)
    uploads = usecases.library.uploads
    limit_bytes = await call(uploads.check_part, identifier, place)
    await check_space(request)
    async with passing(request, "uploads", owner=identifier):
        incoming = Upload(
            path=await call(uploads.new_part), filename=None, limit_bytes=limit_bytes, space=usecases.space
        )
        try:
            async for chunk in read_bytes(request, limit_bytes=limit_bytes):
                await incoming.write(chunk)
            await incoming.finish()
            etag = await call(uploads.put_part, identifier, place, incoming.path)
        finally:
            await incoming.discard()
    return Response(headers={"ETag": f'"{etag}"', "Content-MD5": _base64(etag)})


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _urls(request: Request, signer: Signer, upload_id: UploadId, targets: Sequence[PartTarget]) -> list[Json]:
    def link(target: PartTarget) -> tuple[str, datetime]:
        url = target.url or part_link(request, signer, upload_id, target.number)
        return url, target.expires_at

    return [
        {"chunk_index": target.number, "url": url, "expires_at": to_the_second(expires_at)}
        for target in targets
        for url, expires_at in [link(target)]
    ]


def _kind(body: Fields) -> AssetKind:
    word = body.required_text("type")
    if word not in set(AssetKind):
        raise errors.ParameterInvalid("type", f"{word[:80]!r} is not one of {', '.join(AssetKind)}")
    return AssetKind(word)


def _total(body: Fields) -> int:
    if body.value("total_size") is None:
        raise errors.ParameterMissing("total_size")
    return body.integer("total_size", default=0)


def _reports(body: Fields) -> list[PartReport]:
    name = "completed_chunks"
    given = body.json_list(name)
    if not given:
        raise errors.ParameterMissing(name)
    reports = []
    for each in given:
        if not isinstance(each, dict):
            raise errors.ParameterInvalid(name, "an item is not an object")
        fields = Fields({str(key): [value] for key, value in each.items()})
        proof_type = fields.text("proof_type") or "etag"
        if proof_type != "etag":
            raise errors.ParameterInvalid("proof_type", f"{proof_type[:80]!r} is not etag")
        for required in ("chunk_index", "chunk_size"):
            if fields.value(required) is None:
                raise errors.ParameterMissing(required)
        reports.append(
            PartReport(
                number=fields.integer("chunk_index", default=0),
                etag=fields.required_text("proof").strip('"'),
                size_bytes=fields.integer("chunk_size", default=0),
            )
        )
    return reports
