"""``/sign-in-links`` and ``/sign-ins``: from a link to a key for the page; our own addition to the API."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.http.auth import ADMIN
from kinodex.http.bodies import read_body
from kinodex.http.idempotency import keep_secret
from kinodex.http.sign_ins import SignIns
from kinodex.http.spec import operations as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.wire import values

router = APIRouter(tags=["keys"])


async def _sign_ins(request: Request) -> SignIns:
    sign_ins: SignIns = request.app.state.sign_ins
    return sign_ins


SignInsDep = Annotated[SignIns, Depends(_sign_ins)]


@router.post("/sign-in-links", dependencies=[ADMIN], openapi_extra=documented(spec.CREATE_SIGN_IN_LINK))
async def create_link(request: Request, sign_ins: SignInsDep) -> JSONResponse:
    """Make a link that signs a person in to the page once, within ten minutes."""
    keep_secret(request)
    link = sign_ins.new_link()
    expires_at = values.to_the_millisecond(link.expires_at)
    url = f"{str(request.base_url).rstrip('/')}{link.path}"
    return JSONResponse({"url": url, "expires_at": expires_at}, status_code=201)


@router.post("/sign-ins", include_in_schema=False)
async def sign_in(request: Request, sign_ins: SignInsDep) -> JSONResponse:
    """Exchange the token of a link for a key; the page does so when it is opened by one."""
    async with read_body(request) as body:
        token = body.required_text("token")
    made = await call(sign_ins.exchange, token)
    expires_at = made.key.expires_at
    shown = None if expires_at is None else values.to_the_millisecond(expires_at)
    return JSONResponse({"key": made.text, "expires_at": shown}, status_code=201)
