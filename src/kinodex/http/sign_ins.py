"""Links that sign a person in to the page once, so that nobody has to carry a key to a browser."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.usecases.keys import Keys, NewKey

LINK_LIFE_S = 600.0
KEY_LIFE = timedelta(hours=12)
KEY_NAME = "page, signed in by a link"
MOST_LINKS = 100
"""So many may be open at once; the oldest go first."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link just made: ``path`` follows the address of the server."""

    token: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """The token stands in the fragment, which browsers do not send: it reaches no log on the way."""
        return f"/#sign-in={self.token}"


class SignIns:
    """
    Links given out by this process, and the keys they are exchanged for.

    They lie in memory, as hashes: a link works at the process that made it, and not after its end.
    """

    def __init__(self, keys: Keys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._open: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def new_link(self) -> SignInLink:
        """Make a link that works once, within ten minutes."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            while len(self._open) >= MOST_LINKS:
                del self._open[next(iter(self._open))]
            self._open[_digest(token)] = self._clock() + LINK_LIFE_S
        return SignInLink(token, now() + timedelta(seconds=LINK_LIFE_S))

    def exchange(self, token: str) -> NewKey:
        """
        Return a key with every scope that ends after twelve hours; the link is spent.

        Raises:
            SignInLinkInvalid: It was used before, has expired, or was never given out.
        """
        with self._lock:
            until = self._open.pop(_digest(token), None)
        if until is None or self._clock() > until:
            raise errors.SignInLinkInvalid(LINK_LIFE_S)
        return self._keys.create(KEY_NAME, expires_at=now() + KEY_LIFE)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
