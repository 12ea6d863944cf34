"""
Which deliveries a worker takes next.

Looked at webhook by webhook, so that one with a hundred thousand events waiting costs and delays no other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kinodex.domain.webhooks import DeliveryStatus
from kinodex.stores.protocols import DeliveryClaim, Shares
from kinodex.stores.sql.tables import webhook_deliveries, webhooks

_deliveries = webhook_deliveries.c


def take(connection: sa.Connection, claim: DeliveryClaim, shares: Shares) -> Sequence[int]:
    """Take what is due and return the numbers; only one transaction at a time may be in here."""
    under_way = _under_way(connection, claim)
    left, left_failing = shares.whole, shares.to_failing
    taken: list[int] = []
    for webhook in _waiting(connection, claim):
        is_failing = webhook.failing_since is not None
        room = min(left, left_failing) if is_failing else left
        each = (shares.each_failing if is_failing else shares.each) - under_way.get(webhook.id, 0)
        found = _due(connection, claim, webhook, limit=min(room, each))
        taken += found
        left -= len(found)
        left_failing -= len(found) if is_failing else 0
    if taken:
        values = {"claim": claim.token, "claimed_until": claim.until}
        connection.execute(sa.update(webhook_deliveries).where(_deliveries.number.in_(taken)).values(values))
    return taken


def is_any_due(connection: sa.Connection, claim: DeliveryClaim) -> bool:
    """Return whether there is anything to take, were it not for the shares."""
    due = sa.exists().where(
        _deliveries.webhook_id == webhooks.c.id,
        sa.or_(webhooks.c.enabled, _deliveries.is_test),
        _is_due(claim),
        ~_is_claimed(claim),
    )
    return connection.execute(sa.select(webhooks.c.id).where(due).limit(1)).first() is not None


def _waiting(connection: sa.Connection, claim: DeliveryClaim) -> Sequence[sa.Row[Any, Any, Any]]:
    """Return the webhooks with something due: the healthy first, each kind by who waits longest."""
    first_due = (
        sa.select(sa.func.min(_deliveries.due_at))
        .where(_deliveries.webhook_id == webhooks.c.id, _is_due(claim))
        .scalar_subquery()
    )
    query = (
        sa.select(webhooks.c.id, webhooks.c.enabled, webhooks.c.failing_since)
        .where(first_due.is_not(None))
        .order_by(webhooks.c.failing_since.is_not(None), first_due)
    )
    return connection.execute(query).all()


def _due(
    connection: sa.Connection, claim: DeliveryClaim, webhook: sa.Row[Any, Any, Any], *, limit: int
) -> Sequence[int]:
    if limit <= 0:
        return []
    query = (
        sa.select(_deliveries.number)
        .where(_deliveries.webhook_id == webhook.id, _is_due(claim), ~_is_claimed(claim))
        .order_by(_deliveries.due_at, _deliveries.number)
        .limit(limit)
    )
    if not webhook.enabled:
        query = query.where(_deliveries.is_test)
    return list(connection.execute(query).scalars())


def _under_way(connection: sa.Connection, claim: DeliveryClaim) -> Mapping[str, int]:
    query = (
        sa.select(_deliveries.webhook_id, sa.func.count().label("number"))
        .where(_is_claimed(claim))
        .group_by(_deliveries.webhook_id)
    )
    return {row.webhook_id: row.number for row in connection.execute(query)}


def _is_due(claim: DeliveryClaim) -> sa.ColumnElement[bool]:
    return sa.and_(_deliveries.status == DeliveryStatus.PENDING, _deliveries.due_at <= claim.at)


def _is_claimed(claim: DeliveryClaim) -> sa.ColumnElement[bool]:
    """Claims are short: one that ends later than one made now was made before the clock was set back."""
    return sa.func.coalesce(
        sa.and_(_deliveries.claimed_until > claim.at, _deliveries.claimed_until <= claim.until),
        sa.false(),
    )
