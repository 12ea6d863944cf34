"""
Telling webhooks of events: at least once, in no promised order, no receiver delaying another.

A delivery is claimed for a while, tried, and settled in one transaction. Whoever dies in between leaves a
claim that runs out, and the event is sent again under the same id.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from kinodex.domain.clock import now
from kinodex.domain.errors import KinodexError, ReceiverRefused
from kinodex.domain.webhooks import (
    FAILING_FOR,
    WAITS_S,
    Attempt,
    Delivery,
    DeliveryStatus,
    Webhook,
    wait_after_s,
)
from kinodex.sources.protocols import Poster
from kinodex.stores.protocols import DeliveryClaim, Records, Shares, Transaction
from kinodex.usecases.events import body_of
from kinodex.usecases.webhook_signatures import SECRET_PREFIX, signature_headers

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""A claim lasts longer than any attempt."""
SHOWN_CHARACTERS = 1024
"""So much of an answer is kept in the log of deliveries."""
SWEPT_AT_ONCE = 1_000
_GONE = 410


class AttemptInterrupted(Exception):
    """The process stops; the delivery stays due."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to make."""

    number: int
    token: str


class Deliveries:
    """The way of events to webhooks."""

    def __init__(
        self,
        *,
        records: Records,
        poster: Poster,
        kept_for: timedelta,
        is_alone: bool,
        waits_s: Sequence[float] = WAITS_S,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """
        Prepare.

        Args:
            records: Where webhooks and events are.
            poster: Sends.
            kept_for: How long events and deliveries are kept.
            is_alone: Whether no other process delivers from these records.
            waits_s: Between an attempt that failed and the next.
            clock: The time of day.
        """
        self._records = records
        self._poster = poster
        self._kept_for = kept_for
        self._is_alone = is_alone
        self._waits_s = waits_s
        self._clock = clock

    def recover(self) -> None:
        """Forget the claims of an earlier life, where no other process can hold any."""
        if self._is_alone:
            with self._records.write() as transaction:
                transaction.deliveries.release_all()

    def claim(self, *, most: int, most_failing: int) -> Sequence[Claimed]:
        """Take deliveries that are due, of them only so many to webhooks whose last attempt failed."""
        at, shares = self._clock(), Shares(whole=most, to_failing=most_failing)
        claim = DeliveryClaim(token=secrets.token_hex(8), at=at, until=at + LEASE)
        with self._records.read() as transaction:
            if not transaction.deliveries.is_any_due(claim):
                return []
        with self._records.write() as transaction:
            return [Claimed(number, claim.token) for number in transaction.deliveries.claim(claim, shares)]

    def attempt(self, claimed: Claimed, *, is_stopping: Callable[[], bool]) -> None:
        """Try one delivery, and store how it went."""
        with self._records.read() as transaction:
            delivery = transaction.deliveries.claimed(claimed.number, claimed.token)
            webhook = None if delivery is None else transaction.webhooks.get(delivery.webhook_id)
        if delivery is None or webhook is None:
            return
        if not (webhook.enabled or delivery.is_test):
            self._release(claimed)
            return
        try:
            attempt = self._sent(delivery, webhook, is_stopping=is_stopping)
        except AttemptInterrupted:
            self._release(claimed)
            return
        self._settle(claimed, delivery, attempt)

    def sweep(self) -> int:
        """Remove events that have been kept long enough, with their deliveries; return how many."""
        before, removed = self._clock() - self._kept_for, 0
        while True:
            with self._records.write() as transaction:
                count = transaction.outbox.remove_before(before, limit=SWEPT_AT_ONCE)
            removed += count
            if count < SWEPT_AT_ONCE:
                return removed

    def _sent(self, delivery: Delivery, webhook: Webhook, *, is_stopping: Callable[[], bool]) -> Attempt:
        at, began_s = self._clock(), time.monotonic()
        valid = webhook.secrets(at)
        body = body_of(delivery.event)
        headers = signature_headers(body, event_id=delivery.event.id, secrets=valid, at_s=int(at.timestamp()))

        def check() -> None:
            if is_stopping():
                raise AttemptInterrupted

        attempt = Attempt(at=at, duration_ms=0)
        try:
            posted = self._poster.post(webhook.url, body, headers=headers, check=check)
        except KinodexError as error:
            attempt = replace(attempt, code=error.code, message=error.message)
        else:
            attempt = replace(
                attempt,
                http_status=posted.http_status,
                answer=_redacted(posted.answer, valid)[:SHOWN_CHARACTERS],
                retry_after_s=posted.retry_after_s,
            )
            if posted.http_status // 100 != 2:  # noqa: PLR2004  2xx
                refusal = ReceiverRefused(posted.http_status)
                attempt = replace(attempt, code=refusal.code, message=refusal.message)
        return replace(attempt, duration_ms=round((time.monotonic() - began_s) * 1000))

    def _settle(self, claimed: Claimed, sent: Delivery, attempt: Attempt) -> None:
        with self._records.write() as transaction:
            # The webhook first, here and wherever both change: then no two wait for one another.
            webhook = transaction.webhooks.get(sent.webhook_id, for_change=True)
            delivery = transaction.deliveries.claimed(claimed.number, claimed.token)
            if webhook is None or delivery is None:
                return
            settled = self._settled(delivery, attempt)
            if not transaction.deliveries.settle(settled, attempt, token=claimed.token):
                return
            if not delivery.is_test:
                self._judge(transaction, webhook, attempt)
        log.info(
            "webhook delivery",
            webhook_id=settled.webhook_id,
            event_id=settled.event.id,
            attempt=settled.attempts,
            status=settled.status.value,
            http_status=attempt.http_status,
            code=attempt.code,
            duration_ms=attempt.duration_ms,
        )

    def _settled(self, delivery: Delivery, attempt: Attempt) -> Delivery:
        """Return a delivery after an attempt: done, given up, or due again."""
        tried = replace(delivery, attempts=delivery.attempts + 1, tries=delivery.tries + 1)
        if attempt.succeeded:
            return replace(tried, status=DeliveryStatus.SUCCESS)
        wait_s = wait_after_s(tried.tries, waits_s=self._waits_s, retry_after_s=attempt.retry_after_s)
        if delivery.is_test or attempt.http_status == _GONE or wait_s is None:
            return replace(tried, status=DeliveryStatus.FAILED)
        return replace(tried, due_at=self._clock() + timedelta(seconds=wait_s))

    def _judge(self, transaction: Transaction, webhook: Webhook, attempt: Attempt) -> None:
        """Note since when a webhook fails, and switch it off when there is no hope."""
        if attempt.succeeded:
            if webhook.failing_since is not None:
                transaction.webhooks.replace(replace(webhook, failing_since=None))
            return
        since = webhook.failing_since or attempt.at
        reason = None
        if attempt.http_status == _GONE:
            reason = "The receiver answered with HTTP status 410 (gone)."
        elif attempt.at - since >= FAILING_FOR:
            reason = f"Every attempt has failed for {FAILING_FOR.days} days; the last one: {attempt.message}"
        if reason is not None and webhook.enabled:
            log.warning("webhook disabled", webhook_id=webhook.id, reason=reason)
            webhook = replace(webhook, enabled=False, disabled_reason=reason, updated_at=attempt.at)
        transaction.webhooks.replace(replace(webhook, failing_since=since))

    def _release(self, claimed: Claimed) -> None:
        with self._records.write() as transaction:
            transaction.deliveries.release(claimed.number, claimed.token)


def _redacted(answer: str, secrets_: Sequence[str]) -> str:
    """Return an answer without secrets a receiver sends back."""
    for secret in secrets_:
        answer = answer.replace(secret.removeprefix(SECRET_PREFIX), "[secret]")
    return answer
