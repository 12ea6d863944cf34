"""API keys: what is stored of them is a hash."""

from dataclasses import dataclass
from datetime import datetime

from kinodex.domain.ids import KeyId

SCOPES = ("read", "write", "delete", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """
    A key as stored.

    ``digest`` is the hex SHA-256 of the whole key, which holds 256 random bits and so needs no slow hash.
    """

    id: KeyId
    name: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
