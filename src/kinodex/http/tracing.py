"""What surrounds each request: an id, a line in the log, figures, and an answer whatever happens."""

import random
import re
import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinodex.http.errors import refusal
from kinodex.http.metrics import HttpFigures
from kinodex.http.rates import ALLOWANCE, Allowance
from kinodex.http.versions import generation_of

log = structlog.get_logger(__name__)

REQUEST_ID = "kinodex.request_id"
CLOSED_BY_CLIENT = 499
"""What the log says of a client that left; nobody is there to be answered."""
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_ID_HEADER = b"x-request-id"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def request_id_of(scope: Scope) -> str:
    """Return the id of a request, its own or the client's."""
    return str(scope[REQUEST_ID])


def _new_id() -> str:
    """Return an id nobody else has; it is no secret, and to ask the system for each takes a while."""
    return f"{random.getrandbits(64):016x}"


class Tracing:
    """The outermost layer; nothing a route raises passes it."""

    def __init__(self, app: ASGIApp, figures: HttpFigures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = next((value.decode("latin-1") for name, value in scope["headers"] if name == _ID_HEADER), "")
        scope[REQUEST_ID] = sent if _SANE_ID.fullmatch(sent) else _new_id()
        with structlog.contextvars.bound_contextvars(request_id=scope[REQUEST_ID]):
            await self._serve(scope, _Exchange(scope, receive, send))

    async def _serve(self, scope: Scope, exchange: "_Exchange") -> None:
        began = time.monotonic()
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = CLOSED_BY_CLIENT
        except Exception:
            log.exception("request failed", method=scope["method"], path=scope["path"])
            exchange.failed = True
        if exchange.failed:
            await self._apologise(scope, exchange)
        seconds = time.monotonic() - began
        route, version = _route_of(scope), generation_of(scope)
        self._figures.count(
            scope["method"],
            route,
            version=version,
            status=exchange.status,
            seconds=seconds,
            received=exchange.received,
        )
        log.info(
            "request",
            method=scope["method"],
            route=route,
            version=version,
            status=exchange.status,
            seconds=round(seconds, 4),
        )

    async def _apologise(self, scope: Scope, exchange: "_Exchange") -> None:
        if exchange.has_begun:
            return
        name = request_id_of(scope)
        message = f"Something unexpected happened here; the server's log has it under request {name}."
        answer = refusal(500, code="internal_server_error", message=message)
        await answer(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request and its answer as they pass by."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self.status = 500
        self.received = 0
        self.has_begun = False
        self.failed = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.has_begun = message["status"], True
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            there = {name for name, _ in headers}
            headers += [header for header in self._own_headers() if header[0] not in there]
            message["headers"] = headers
        await self._send(message)

    def _own_headers(self) -> list[tuple[bytes, bytes]]:
        """Return what every answer says, names in lower case as the interface wants them."""
        allowance: Allowance | None = self._scope.get(ALLOWANCE)
        left = allowance.headers() if allowance else {}
        return [
            *((name.lower().encode(), value.encode()) for name, value in left.items()),
            (_ID_HEADER, request_id_of(self._scope).encode()),
            (b"x-api-version", generation_of(self._scope).encode()),
            *_ALWAYS,
        ]


def _route_of(scope: Scope) -> str:
    """Return the pattern a path was matched by: few words, never what a client made up."""
    return str(getattr(scope.get("route"), "path", None) or "none")
