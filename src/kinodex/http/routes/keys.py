"""``/keys``: who may call; our own addition to the API, for callers with the scope ``admin``."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import KeyId
from kinodex.domain.keys import ApiKey
from kinodex.http.auth import ADMIN
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.fields import Fields
from kinodex.http.idempotency import keep_secret
from kinodex.http.parameters import identifier, index_id_of, instant_of
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.wire import values

router = APIRouter(prefix="/keys", tags=["keys"], dependencies=[ADMIN])

DAY_S = 86_400
LONGEST_GRACE_S = 30 * DAY_S
DEFAULT_SCOPES = ("read", "write", "delete")


@router.post("", openapi_extra=documented(spec.CREATE_KEY))
async def create_key(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Make a key and show it: this once, it is stored as a hash."""
    keep_secret(request)
    async with read_body(request) as body:
        index_ids, most = body.texts("index_ids"), body.integer("requests_per_minute", default=0)
        new = await call(
            usecases.keys.create,
            body.required_text("name"),
            scopes=body.texts("scopes") or DEFAULT_SCOPES,
            index_ids=None if index_ids is None else [index_id_of(text) for text in index_ids],
            expires_at=_expiry(body),
            requests_per_minute=most if "requests_per_minute" in body else None,
        )
    return JSONResponse({**_shown(new.key), "key": new.text}, status_code=201)


@router.get("", openapi_extra=documented(spec.LIST_KEYS))
async def list_keys(usecases: UseCasesDep) -> JSONResponse:
    """List all keys, revoked ones too, oldest first."""
    return JSONResponse({"data": [_shown(key) for key in await call(usecases.keys.list)]})


@router.post("/{key_id}/rotate", openapi_extra=documented(spec.ROTATE_KEY))
async def rotate_key(key_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Make another key with the same rights; the old one ends after ``grace_s`` seconds, else a day."""
    identifier_ = KeyId(identifier("key_id", key_id))
    keep_secret(request)
    async with read_body(request) as body:
        grace_s = body.number("grace_s", default=DAY_S)
        if not 0 <= grace_s <= LONGEST_GRACE_S:
            raise errors.ParameterInvalid("grace_s", f"{grace_s:g} s is not within 0 to {LONGEST_GRACE_S} s")
        new = await call(usecases.keys.rotate, identifier_, grace=timedelta(seconds=grace_s))
    request.app.state.known_keys.forget()
    return JSONResponse({**_shown(new.key), "key": new.text}, status_code=201)


@router.delete("/{key_id}", openapi_extra=documented(spec.REVOKE_KEY))
async def revoke_key(key_id: str, request: Request, usecases: UseCasesDep) -> Response:
    """Make a key useless: at once in the server that is asked, within 5 seconds in others beside it."""
    await call(usecases.keys.revoke, KeyId(identifier("key_id", key_id)))
    request.app.state.known_keys.forget()
    return Response(status_code=204)


def _expiry(body: Fields) -> datetime | None:
    text = body.text("expires_at")
    return None if text is None else instant_of("expires_at", text)


def _shown(key: ApiKey) -> values.Json:
    return {
        "_id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "created_at": values.to_the_millisecond(key.created_at),
        "revoked_at": None if key.revoked_at is None else values.to_the_millisecond(key.revoked_at),
        "expires_at": None if key.expires_at is None else values.to_the_millisecond(key.expires_at),
        "index_ids": None if key.index_ids is None else list(key.index_ids),
        "requests_per_minute": key.requests_per_minute,
    }
