"""API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinodex.domain.ids import KeyId
from kinodex.domain.keys import ApiKey


class KeyStore(Protocol):
    """API keys, hashed."""

    def add(self, key: ApiKey) -> None:
        """Store a key."""
        ...

    def find(self, digest: str) -> ApiKey | None:
        """Return the key with this digest, or ``None``."""
        ...

    def get(self, key_id: KeyId) -> ApiKey | None:
        """Return a key, or ``None``."""
        ...

    def expire(self, key_id: KeyId, at: datetime) -> None:
        """Let a key end at a time."""
        ...

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too, oldest first."""
        ...

    def revoke(self, key_id: KeyId, at: datetime) -> bool:
        """Revoke a key; False if there is none or it was revoked before."""
        ...
