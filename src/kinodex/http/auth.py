"""Who calls, and what the key in ``x-api-key`` allows."""

import hashlib
import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from kinodex.domain import errors
from kinodex.domain.keys import ApiKey
from kinodex.http.bodies import begin_without_body
from kinodex.http.idempotency import expect
from kinodex.http.rates import ALLOWANCE, Rates
from kinodex.http.reach import check_reach
from kinodex.http.threads import call
from kinodex.usecases import UseCases
from kinodex.usecases.keys import Keys

HEADER = "x-api-key"
REMEMBERED_S = 5.0
"""A key that another process revoked works here at most so much longer."""
MOST_REMEMBERED = 1_000
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class KnownKeys:
    """Remembers keys for a few seconds, so that a client that polls needs no look into the database."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: dict[bytes, tuple[ApiKey, float]] = {}
        self._times_forgotten = 0

    def forget(self) -> None:
        """Remember no key: one was revoked or given an end."""
        self._times_forgotten += 1
        self._known.clear()

    async def authenticate(self, text: str | None) -> ApiKey:
        """
        Return the key a caller showed.

        Raises:
            KeyInvalid: None was shown, or it is unknown or revoked.
        """
        # Not the key itself: what lies in memory is as useless as what lies in the database.
        digest = hashlib.sha256((text or "").encode()).digest()
        key, until = self._known.get(digest, (None, 0.0))
        if key is not None and time.monotonic() < until:
            return key
        self._known.pop(digest, None)
        before = self._times_forgotten
        key = await call(self._keys.authenticate, text)
        if before != self._times_forgotten:  # what was read may be what was revoked meanwhile
            return key
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[digest] = (key, time.monotonic() + REMEMBERED_S)
        return key


@dataclass(frozen=True)
class Requires:
    """A dependency that lets a request pass whose key has a scope; the document of the API reads it too."""

    scope: str

    async def __call__(self, request: Request) -> None:
        """
        Check a request.

        Raises:
            KeyInvalid: It shows no key, or one that is unknown or revoked.
            KeyForbids: The key has not the scope.
        """
        key = await _authenticated(request)
        if self.scope not in key.scopes:
            raise errors.KeyForbids(self.scope)
        usecases: UseCases = request.app.state.usecases
        await check_reach(request, key, usecases)
        if expect(request, usecases.repeats, owner=key.id) is not None:
            await begin_without_body(request)


class RequiresUnlessLocal(Requires):
    """The same, but for requests of this machine that show no key."""

    async def __call__(self, request: Request) -> None:
        """Check a request."""
        is_forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
        is_local = request.client is not None and request.client.host in _LOOPBACK and not is_forwarded
        if not is_local or HEADER in request.headers:
            await super().__call__(request)


async def _authenticated(request: Request) -> ApiKey:
    known: KnownKeys = request.app.state.known_keys
    key = await known.authenticate(request.headers.get(HEADER))
    request.state.key = key
    rates: Rates = request.app.state.rates
    allowance = rates.take(key)
    if allowance is not None:
        request.scope[ALLOWANCE] = allowance
    return key


async def _caller(request: Request) -> ApiKey:
    key: ApiKey = request.state.key
    return key


READ: Any = Depends(Requires("read"))
WRITE: Any = Depends(Requires("write"))
DELETE: Any = Depends(Requires("delete"))
ADMIN: Any = Depends(Requires("admin"))
READ_OR_LOCAL: Any = Depends(RequiresUnlessLocal("read"))
"""For a monitoring system on this machine; one behind a proxy shows a key."""

CallerDep = Annotated[ApiKey, Depends(_caller)]
"""The key of a request, on routes with one of the scopes above."""
