"""Webhooks in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import WebhookId
from kinodex.domain.webhooks import Webhook
from kinodex.stores.sql.tables import webhooks


@dataclass(frozen=True, slots=True)
class SqlWebhookStore:
    """The webhooks as one transaction sees them."""

    connection: sa.Connection

    def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""
        self.connection.execute(sa.insert(webhooks).values(_row(webhook)))

    def get(self, webhook_id: WebhookId, *, for_change: bool = False) -> Webhook | None:
        """Return a webhook, or ``None``; ``for_change`` keeps others from changing it meanwhile."""
        query = sa.select(webhooks).where(webhooks.c.id == webhook_id)
        if for_change:  # not against events being queued for it, which refer to its key
            query = query.with_for_update(key_share=True)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else webhook_of(row)

    def list(self) -> Sequence[Webhook]:
        """Return all webhooks, oldest first."""
        query = sa.select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)
        return [webhook_of(row) for row in self.connection.execute(query)]

    def replace(self, webhook: Webhook) -> None:
        """Overwrite a webhook that is there."""
        this = webhooks.c.id == webhook.id
        self.connection.execute(sa.update(webhooks).where(this).values(_row(webhook)))

    def delete(self, webhook_id: WebhookId) -> bool:
        """Remove a webhook with its deliveries; False if it was not there."""
        return self.connection.execute(sa.delete(webhooks).where(webhooks.c.id == webhook_id)).rowcount == 1


def webhook_of(row: sa.Row[Any]) -> Webhook:
    """Return the webhook of a row."""
    return Webhook(**{**row._mapping, "events": tuple(row.events)})  # noqa: SLF001  public, for all its name


def _row(webhook: Webhook) -> dict[str, Any]:
    return {column.name: getattr(webhook, column.name) for column in webhooks.c}
