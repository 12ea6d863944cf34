"""API keys in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import KeyId
from kinodex.domain.keys import ApiKey
from kinodex.stores.sql.tables import api_keys


@dataclass(frozen=True, slots=True)
class SqlKeyStore:
    """The keys as one transaction sees them."""

    connection: sa.Connection

    def add(self, key: ApiKey) -> None:
        """Store a key."""
        row = {column.name: getattr(key, column.name) for column in api_keys.c}
        self.connection.execute(sa.insert(api_keys).values(row))

    def find(self, digest: str) -> ApiKey | None:
        """Return the key with this digest, or ``None``."""
        query = sa.select(api_keys).where(api_keys.c.digest == digest)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _key(row)

    def get(self, key_id: KeyId) -> ApiKey | None:
        """Return a key, or ``None``."""
        row = self.connection.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
        return None if row is None else _key(row)

    def expire(self, key_id: KeyId, at: datetime) -> None:
        """Let a key end at a time."""
        self.connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(expires_at=at))

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too, oldest first."""
        query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        return [_key(row) for row in self.connection.execute(query)]

    def revoke(self, key_id: KeyId, at: datetime) -> bool:
        """Revoke a key; False if there is none or it was revoked before."""
        valid = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        return self.connection.execute(sa.update(api_keys).where(valid).values(revoked_at=at)).rowcount == 1


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        digest=row.digest,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        index_ids=None if row.index_ids is None else tuple(row.index_ids),
        requests_per_minute=row.requests_per_minute,
    )
