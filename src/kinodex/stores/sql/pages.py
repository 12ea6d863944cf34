"""Frozen result lists in SQL."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kinodex.domain.clock import now
from kinodex.stores.sql.tables import result_pages


@dataclass(frozen=True, slots=True)
class SqlPageStore:
    """The result lists as one transaction sees them."""

    connection: sa.Connection

    def add(self, token: str, *, owner: str, content: bytes, expires_at: datetime) -> None:
        """Keep a result list until it expires; expired ones of others are removed on the way."""
        row = {"token": token, "owner": owner, "content": content, "expires_at": expires_at}
        self.connection.execute(sa.delete(result_pages).where(result_pages.c.expires_at <= now()))
        self.connection.execute(sa.insert(result_pages).values(row))

    def get(self, token: str, *, owner: str, at: datetime) -> bytes | None:
        """Return a list that belongs to the owner and has not expired, or ``None``."""
        page = result_pages.c
        query = sa.select(page.content).where(page.token == token, page.owner == owner, page.expires_at > at)
        content = self.connection.execute(query).scalar_one_or_none()
        return None if content is None else bytes(content)
