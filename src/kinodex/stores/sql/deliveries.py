"""Events on their way to webhooks, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import WebhookId
from kinodex.domain.listing import Page
from kinodex.domain.webhooks import Attempt, Delivery, DeliveryStatus
from kinodex.stores.protocols import DeliveryClaim, Shares
from kinodex.stores.sql import delivery_claims
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.outbox import event_of, pending
from kinodex.stores.sql.tables import outbox, webhook_attempts, webhook_deliveries, webhooks

_deliveries = webhook_deliveries.c
_joined = sa.select(
    webhook_deliveries, outbox.c.id, outbox.c.type, outbox.c.data, outbox.c.created_at.label("event_at")
).join_from(webhook_deliveries, outbox, outbox.c.id == _deliveries.event_id)
_ATTEMPT = ("at", "duration_ms", "http_status", "code", "message", "answer")
_NO_CLAIM: dict[str, Any] = {"claim": None, "claimed_until": None}


@dataclass(frozen=True, slots=True)
class SqlDeliveryStore:
    """The deliveries as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add_test(self, webhook_id: WebhookId, event_id: str, at: datetime) -> Delivery:
        """Queue an event for one webhook, whether it is enabled or not, to be tried once."""
        row = {**pending(at), "webhook_id": webhook_id, "event_id": event_id, "is_test": True}
        insert = sa.insert(webhook_deliveries).values(row).returning(_deliveries.number)
        number = self.connection.execute(insert).scalar_one()
        return _delivery(self.connection.execute(_joined.where(_deliveries.number == number)).one())

    def get(self, webhook_id: WebhookId, number: int) -> Delivery | None:
        """Return a delivery of a webhook, or ``None``."""
        this = sa.and_(_deliveries.number == number, _deliveries.webhook_id == webhook_id)
        row = self.connection.execute(_joined.where(this)).one_or_none()
        return None if row is None else _delivery(row)

    def list(
        self, webhook_id: WebhookId, *, status: DeliveryStatus | None, offset: int, limit: int
    ) -> Page[Delivery]:
        """Return deliveries of a webhook, newest first."""
        wanted = _deliveries.webhook_id == webhook_id
        if status is not None:
            wanted = sa.and_(wanted, _deliveries.status == status)
        count = sa.select(sa.func.count()).select_from(webhook_deliveries).where(wanted)
        total = self.connection.execute(count).scalar_one()
        query = _joined.where(wanted).order_by(_deliveries.number.desc()).offset(offset).limit(limit)
        return Page([_delivery(row) for row in self.connection.execute(query)], total)

    def attempts(self, number: int) -> Sequence[Attempt]:
        """Return the attempts at a delivery in order."""
        each = webhook_attempts.c
        query = (
            sa.select(*(each[name] for name in _ATTEMPT))
            .where(each.delivery_number == number)
            .order_by(each.position)
        )
        return [Attempt(**row._mapping) for row in self.connection.execute(query)]  # noqa: SLF001  public

    def queue_again(self, webhook_id: WebhookId, number: int, at: datetime) -> bool:
        """Make a delivery due now, with all tries before it; False if there is none."""
        this = sa.and_(_deliveries.number == number, _deliveries.webhook_id == webhook_id)
        update = sa.update(webhook_deliveries).where(this).values(_again(at))
        return self.connection.execute(update).rowcount == 1

    def queue_since(
        self, webhook_id: WebhookId, types: Sequence[str], *, since: datetime, at: datetime
    ) -> int:
        """
        Make due now all events of these types since a time, those too that were never queued for the webhook.

        Returns:
            How many were queued; those that are pending already are not counted.
        """
        fixed = {**pending(at), "webhook_id": webhook_id, "is_test": False}
        values = [sa.literal(value, type_=_deliveries[name].type) for name, value in fixed.items()]
        chosen = sa.select(*values, outbox.c.id).where(
            outbox.c.created_at >= since, self.dialect.among(outbox.c.type, types)
        )
        insert = self.dialect.insert(webhook_deliveries).from_select([*fixed, "event_id"], chosen)
        upsert = insert.on_conflict_do_update(
            index_elements=["webhook_id", "event_id"],
            set_=_again(at),
            where=_deliveries.status != DeliveryStatus.PENDING,
        )
        # Of an INSERT the count is not kept unless asked for.
        return self.connection.execute(upsert.execution_options(preserve_rowcount=True)).rowcount

    def is_any_due(self, claim: DeliveryClaim) -> bool:
        """Return whether ``claim`` might find something; changes nothing."""
        return delivery_claims.is_any_due(self.connection, claim)

    def claim(self, claim: DeliveryClaim, shares: Shares) -> Sequence[int]:
        """
        Take pending deliveries that are due, the longest due first, and return their numbers.

        Webhooks that are disabled get only tests. A claim that has run out counts for nothing.
        """
        self.dialect.serialize(self.connection, "webhook claims")
        return delivery_claims.take(self.connection, claim, shares)

    def claimed(self, number: int, token: str) -> Delivery | None:
        """Return a delivery if it is claimed so and still to be made, else ``None``."""
        row = self.connection.execute(_joined.where(_is_claimed(number, token))).one_or_none()
        return None if row is None else _delivery(row)

    def settle(self, delivery: Delivery, attempt: Attempt, *, token: str) -> bool:
        """
        Store what became of a claimed delivery, with the attempt, and end its claim.

        Returns:
            False if the claim is another one's by now: then nothing was stored.
        """
        values = {
            "status": delivery.status,
            "due_at": delivery.due_at,
            "attempts": delivery.attempts,
            "tries": delivery.tries,
            "last_at": attempt.at,
            "last_http_status": attempt.http_status,
            "last_code": attempt.code,
            "last_message": attempt.message,
            **_NO_CLAIM,
        }
        ours = _is_claimed(delivery.number, token)
        if self.connection.execute(sa.update(webhook_deliveries).where(ours).values(values)).rowcount == 0:
            return False
        row = {name: getattr(attempt, name) for name in _ATTEMPT}
        insert = sa.insert(webhook_attempts).values(delivery_number=delivery.number, **row)
        self.connection.execute(insert)
        return True

    def release(self, number: int, token: str) -> None:
        """End a claim without an attempt; another one's stays."""
        ours = _is_claimed(number, token)
        self.connection.execute(sa.update(webhook_deliveries).where(ours).values(_NO_CLAIM))

    def release_all(self) -> None:
        """End all claims: for the start of a process that is the only one."""
        held = _deliveries.claimed_until.is_not(None)
        self.connection.execute(sa.update(webhook_deliveries).where(held).values(_NO_CLAIM))

    def counts(self) -> Mapping[DeliveryStatus, int]:
        """Count deliveries; statuses without any may be absent."""
        query = sa.select(_deliveries.status, sa.func.count().label("number")).group_by(_deliveries.status)
        return {DeliveryStatus(row.status): row.number for row in self.connection.execute(query)}

    def oldest_pending(self) -> datetime | None:
        """Return when the oldest event was made that an enabled webhook has not been told of yet."""
        query = (
            sa.select(outbox.c.created_at)
            .join_from(webhook_deliveries, outbox, outbox.c.id == _deliveries.event_id)
            .join(webhooks, webhooks.c.id == _deliveries.webhook_id)
            .where(_deliveries.status == DeliveryStatus.PENDING, webhooks.c.enabled)
            .order_by(outbox.c.created_at)
            .limit(1)
        )
        return self.connection.execute(query).scalar_one_or_none()


def _is_claimed(number: int, token: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        _deliveries.number == number,
        _deliveries.claim == token,
        _deliveries.status == DeliveryStatus.PENDING,
    )


def _again(at: datetime) -> dict[str, Any]:
    # A claim stays: the attempt under way is told apart from the next one by it.
    return {"status": DeliveryStatus.PENDING, "due_at": at, "tries": 0}


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        number=row.number,
        webhook_id=row.webhook_id,
        event=event_of(row, at=row.event_at),
        status=DeliveryStatus(row.status),
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        tries=row.tries,
        is_test=row.is_test,
        last_at=row.last_at,
        last_http_status=row.last_http_status,
        last_code=row.last_code,
        last_message=row.last_message,
    )
