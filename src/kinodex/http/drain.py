"""The end of a server: what is open gets a while to finish, what comes is told to come back."""

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinodex.domain import errors
from kinodex.http.errors import answer_to_ours

GRACE_S = 10
"""Requests in flight get so long to end."""
_LAST_WORD_S = 2.0
"""Before the connection is cut there must be time to say so."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""They tell how a server is that has too much to do."""


class Drain:
    """Whether a process ends, and since when; to be begun in its event loop."""

    def __init__(self, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """
        Stay open.

        Args:
            clock_s: Seconds that only go forward.
        """
        self._clock_s = clock_s
        self._began_s: float | None = None
        self._then: list[Callable[[], None]] = []

    @property
    def has_begun(self) -> bool:
        """Whether the process ends."""
        return self._began_s is not None

    def begin(self) -> None:
        """Begin to end; a second call does nothing."""
        if self._began_s is not None:
            return
        self._began_s = self._clock_s()
        for call in self._then:
            call()

    def when_begun(self, call: Callable[[], None]) -> None:
        """Have something done when the process begins to end."""
        self._then.append(call)

    def check(self) -> None:
        """
        Return if a request that takes long may go on.

        Raises:
            ServerStopping: Its time is nearly over.
        """
        if self._began_s is not None and self._clock_s() - self._began_s > GRACE_S - _LAST_WORD_S:
            raise errors.ServerStopping


class OpenRequests:
    """Lets in so many requests at the same time, and none once the server ends."""

    def __init__(self, app: ASGIApp, *, most: int, drain: Drain) -> None:
        self._app = app
        self._most = most
        self._drain = drain
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = None if scope["path"] in PROBES else self._refusal()
        if refusal is not None:
            answer = await answer_to_ours(Request(scope), refusal)
            await answer(scope, receive, self._last(send))
            return
        self._open += 1
        try:
            await self._app(scope, receive, self._last(send))
        finally:
            self._open -= 1

    def _refusal(self) -> errors.KinodexError | None:
        if self._drain.has_begun:
            return errors.ServerStopping()
        if self._open >= self._most:
            reason = f"{self._open} requests are open, and {self._most} may."
            return errors.ServerOverloaded(reason, retry_after_s=1)
        return None

    def _last(self, send: Send) -> Send:
        """Tell the client of an answer given while the server ends that its connection ends, too."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.has_begun:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        return sent
