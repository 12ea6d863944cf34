"""API keys: what is stored of them is a hash."""

from dataclasses import dataclass
from datetime import datetime

from kinodex.domain.ids import IndexId, KeyId

SCOPES = ("read", "write", "delete", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """
    A key as stored.

    ``digest`` is the hex SHA-256 of the whole key, which holds 256 random bits and so needs no slow hash.
    ``index_ids`` are the only indexes it reaches, ``None`` for all; ``requests_per_minute`` is a limit of
    its own, ``None`` for that of the server.
    """

    id: KeyId
    name: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    index_ids: tuple[IndexId, ...] | None = None
    requests_per_minute: int | None = None

    def reaches(self, index_id: IndexId) -> bool:
        """Return whether it may be used for an index."""
        return self.index_ids is None or index_id in self.index_ids

    def is_valid(self, at: datetime) -> bool:
        """Return whether it may be used at a time."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)
