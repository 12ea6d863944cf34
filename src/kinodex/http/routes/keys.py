"""``/keys``: who may call; our own addition to the API, for callers with the scope ``admin``."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain.ids import KeyId
from kinodex.domain.keys import ApiKey
from kinodex.http.auth import ADMIN
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.idempotency import keep_secret
from kinodex.http.parameters import identifier
from kinodex.http.threads import call
from kinodex.http.wire import values

router = APIRouter(prefix="/keys", tags=["keys"], dependencies=[ADMIN])

DEFAULT_SCOPES = ("read", "write", "delete")


@router.post("")
async def create_key(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Make a key and show it: this once, it is stored as a hash."""
    keep_secret(request)
    async with read_body(request) as body:
        new = await call(
            usecases.keys.create, body.required_text("name"), scopes=body.texts("scopes") or DEFAULT_SCOPES
        )
    return JSONResponse({**_shown(new.key), "key": new.text}, status_code=201)


@router.get("")
async def list_keys(usecases: UseCasesDep) -> JSONResponse:
    """List all keys, revoked ones too, oldest first."""
    return JSONResponse({"data": [_shown(key) for key in await call(usecases.keys.list)]})


@router.delete("/{key_id}")
async def revoke_key(key_id: str, usecases: UseCasesDep) -> Response:
    """Make a key useless within seconds."""
    await call(usecases.keys.revoke, KeyId(identifier("key_id", key_id)))
    return Response(status_code=204)


def _shown(key: ApiKey) -> values.Json:
    return {
        "_id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "created_at": values.to_the_millisecond(key.created_at),
        "revoked_at": None if key.revoked_at is None else values.to_the_millisecond(key.revoked_at),
    }
