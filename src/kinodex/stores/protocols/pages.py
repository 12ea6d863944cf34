"""Result lists that page tokens point at."""

from datetime import datetime
from typing import Protocol


class PageStore(Protocol):
    """Frozen result lists that page tokens point at."""

    def add(self, token: str, *, owner: str, content: bytes, expires_at: datetime) -> None:
        """Keep a result list until it expires; expired ones of others are removed on the way."""
        ...

    def get(self, token: str, *, owner: str, at: datetime) -> bytes | None:
        """Return a list that belongs to the owner and has not expired, or ``None``."""
        ...
