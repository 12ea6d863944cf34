"""
``Idempotency-Key``: the same key and body get the same answer for a day, and the work is done once.

After the draft "The Idempotency-Key HTTP Header Field" of the IETF: another body is refused with 422, a
request that still runs with 409. Answers 5xx, 408 and 429 are not kept: asking again may help.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinodex.domain.ids import new_id
from kinodex.domain.repeats import KeptAnswer, Repeatable
from kinodex.http.threads import call
from kinodex.http.versions import path_of
from kinodex.usecases.repeats import BEAT_S, Repeats

log = structlog.get_logger(__name__)

HEADER = "idempotency-key"
REPLAYED = "Idempotency-Replayed"
_ATTEMPT = "kinodex.attempt"
_WORTH_ANOTHER_TRY = frozenset({408, 429})
_FAULT = 500


class AnsweredBefore(Exception):
    """The request was answered before; this is the answer."""

    def __init__(self, answer: KeptAnswer) -> None:
        self.answer = answer


@dataclass(slots=True)
class Attempt:
    """A request with an ``Idempotency-Key``, from a known caller."""

    repeats: Repeats
    owner: str
    route: str
    key: str
    repeat: Repeatable | None = None
    is_secret: bool = False

    async def begin(self, fingerprint: str) -> None:
        """
        Take up the request, now that its body is known; a second call does nothing.

        Raises:
            AnsweredBefore: There is an answer already.
            KinodexError: It may not run now, or not with this body.
        """
        if self.repeat is not None:
            return
        begun = await call(
            self.repeats.begin, owner=self.owner, route=self.route, key=self.key, fingerprint=fingerprint
        )
        if begun.answer is not None:
            raise AnsweredBefore(begun.answer)
        self.repeat = begun


def expect(request: Request, repeats: Repeats, *, owner: str) -> Attempt | None:
    """Return the attempt a request makes, or ``None`` where it carries no key or is safe to repeat anyway."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    attempt = Attempt(repeats, owner, f"{request.method} {path_of(request.scope)}", key)
    request.scope[_ATTEMPT] = attempt
    return attempt


def attempt_of(request: Request) -> Attempt | None:
    """Return the attempt a request makes, or ``None``."""
    attempt: Attempt | None = request.scope.get(_ATTEMPT)
    return attempt


def made_id(request: Request) -> str:
    """Return the id for what a request makes: the same one if it has to run again."""
    attempt = attempt_of(request)
    return attempt.repeat.made_id if attempt is not None and attempt.repeat is not None else new_id()


def keep_secret(request: Request) -> None:
    """Keep no copy of the answer: it shows something once."""
    attempt = attempt_of(request)
    if attempt is not None:
        attempt.is_secret = True


async def answer_again(_: Request, error: Exception) -> Response:
    """Give the answer that was given before."""
    if not isinstance(error, AnsweredBefore):
        raise error
    answer = error.answer
    headers = {"content-type": answer.content_type, REPLAYED: "true"}
    return Response(answer.body, status_code=answer.status, headers=headers)


class KeptAnswers:
    """Keeps the answer to each attempt before the client gets it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or HEADER not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        life = asyncio.create_task(_show_life(scope))
        try:
            await self._app(scope, receive, _Keeping(scope, send).send)
        except BaseException:
            await _let_go(scope)
            raise
        finally:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life


class _Keeping:
    """Holds an answer back until it is kept."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._held: list[Message] = []

    async def send(self, message: Message) -> None:
        self._held.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            await self._keep()
            held, self._held = self._held, []
            for each in held:
                await self._send(each)

    async def _keep(self) -> None:
        attempt: Attempt | None = self._scope.get(_ATTEMPT)
        if attempt is None or attempt.repeat is None:
            return
        start, *pieces = self._held
        status: int = start["status"]
        if status >= _FAULT or status in _WORTH_ANOTHER_TRY:
            await _let_go(self._scope)
            return
        answer = KeptAnswer(
            status,
            Headers(raw=start["headers"]).get("content-type", ""),
            b"".join(piece.get("body", b"") for piece in pieces),
        )
        is_secret = attempt.is_secret and status < 400  # noqa: PLR2004  refusals hold no secret
        keep = attempt.repeats.answered
        await _noted(lambda repeat: keep(repeat, answer, is_secret=is_secret), attempt.repeat)


async def _let_go(scope: Scope) -> None:
    attempt: Attempt | None = scope.get(_ATTEMPT)
    if attempt is not None and attempt.repeat is not None:
        await _noted(attempt.repeats.unanswered, attempt.repeat)


async def _show_life(scope: Scope) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        attempt: Attempt | None = scope.get(_ATTEMPT)
        if attempt is not None and attempt.repeat is not None:
            await _noted(attempt.repeats.show_life, attempt.repeat)


async def _noted(note: Callable[[Repeatable], None], repeat: Repeatable) -> None:
    """
    Write something down; where that fails the client gets its answer all the same.

    The request then counts as dead after a while, runs again and makes the same thing.
    """
    try:
        await call(note, repeat)
    except Exception:
        log.exception("idempotency not noted", repeat=repeat.id)
