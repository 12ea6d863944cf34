"""Links to media that carry no key: whoever holds one may look for an hour at most, at one thing only."""

import functools
import hmac
import time

from kinodex.domain.errors import KeyInvalid

LIFE_S = 3600
_MOST_REMEMBERED = 4_096
"""Signatures given out in this second, for clients that ask for the same again and again."""


class Signer:
    """Signs paths, and checks what it signed."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._given_out = functools.lru_cache(_MOST_REMEMBERED)(self._signature)

    def sign(self, path: str, *, life_s: float = LIFE_S) -> str:
        """Return a path with the time it expires and a signature over both."""
        expires = int(time.time() + life_s)
        return f"{path}?expires={expires}&signature={self._given_out(path, expires)}"

    def check(self, path: str, *, expires: str, signature: str) -> None:
        """
        Return if this path may be seen now.

        Raises:
            KeyInvalid: It was never signed so, or has expired.
        """
        is_number = expires.isascii() and expires.isdigit() and len(expires) <= len(str(2**53))
        until = int(expires) if is_number else 0
        expected = self._signature(path, until).encode()
        if not hmac.compare_digest(expected, signature.encode()) or until < time.time():
            raise KeyInvalid("missing, and the link has expired or was never given out")

    def _signature(self, path: str, expires: int) -> str:
        return hmac.digest(self._key, f"{path}\n{expires}".encode(), "sha256").hex()
