"""Webhooks: made, changed, tried and looked at. How they are told of events is in ``deliveries``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.events import Event
from kinodex.domain.ids import WebhookId, new_id
from kinodex.domain.listing import Page
from kinodex.domain.webhooks import EVENT_TYPES, TEST_TYPE, Attempt, Delivery, DeliveryStatus, Webhook
from kinodex.sources.protocols import Poster
from kinodex.stores.protocols import Records, Transaction
from kinodex.usecases.events import new_event_id
from kinodex.usecases.webhook_signatures import new_secret

MOST_WEBHOOKS = 100
LONGEST_DESCRIPTION = 500
DEFAULT_EVENTS = ("index.task.ready", "index.task.failed")
DEFAULT_GRACE = timedelta(hours=24)
LONGEST_GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """What is to be different; ``None`` stays as it is."""

    url: str | None = None
    events: tuple[str, ...] | None = None
    description: str | None = None
    enabled: bool | None = None


class Webhooks:
    """Who is told of events."""

    def __init__(self, *, records: Records, poster: Poster, clock: Callable[[], datetime] = now) -> None:
        self._records = records
        self._poster = poster
        self._clock = clock

    def create(
        self,
        url: str,
        *,
        webhook_id: WebhookId | None = None,
        events: Sequence[str] | None = None,
        description: str = "",
        enabled: bool = True,
    ) -> Webhook:
        """
        Make a webhook with a fresh secret, which its maker is shown once; one with this id stays as it is.

        Raises:
            UrlRefused: The URL is not acceptable.
            ParameterInvalid: An unknown event, or a description that is too long.
            TooManyWebhooks: There are enough.
        """
        wanted = DEFAULT_EVENTS if events is None else tuple(events)
        self._check(WebhookChange(url=url, events=wanted, description=description))
        at = self._clock()
        webhook = Webhook(
            id=webhook_id or WebhookId(new_id()),
            url=url,
            events=wanted,
            description=description,
            secret=new_secret(),
            created_at=at,
            updated_at=at,
            enabled=enabled,
        )
        with self._records.write() as transaction:
            earlier = transaction.webhooks.get(webhook.id)
            if earlier is not None:
                return earlier
            if len(transaction.webhooks.list()) >= MOST_WEBHOOKS:
                raise errors.TooManyWebhooks(MOST_WEBHOOKS)
            transaction.webhooks.add(webhook)
        return webhook

    def list(self) -> Sequence[Webhook]:
        """Return all webhooks, oldest first."""
        with self._records.read() as transaction:
            return transaction.webhooks.list()

    def get(self, webhook_id: WebhookId) -> Webhook:
        """
        Return a webhook.

        Raises:
            NotFound: There is none.
        """
        with self._records.read() as transaction:
            return _found(transaction, webhook_id)

    def change(self, webhook_id: WebhookId, change: WebhookChange) -> Webhook:
        """
        Change a webhook; enabling it forgets that it failed.

        Raises:
            NotFound: There is none.
            UrlRefused: The URL is not acceptable.
            ParameterInvalid: An unknown event, or a description that is too long.
        """
        self._check(change)
        with self._records.write() as transaction:
            webhook = _found(transaction, webhook_id, for_change=True)
            changed = replace(
                webhook,
                url=webhook.url if change.url is None else change.url,
                events=webhook.events if change.events is None else change.events,
                description=webhook.description if change.description is None else change.description,
                enabled=webhook.enabled if change.enabled is None else change.enabled,
                updated_at=self._clock(),
            )
            if change.enabled is not None:
                changed = replace(changed, disabled_reason=None, failing_since=None)
            transaction.webhooks.replace(changed)
        return changed

    def delete(self, webhook_id: WebhookId) -> None:
        """
        Remove a webhook with its deliveries.

        Raises:
            NotFound: There is none.
        """
        with self._records.write() as transaction:
            if not transaction.webhooks.delete(webhook_id):
                raise errors.NotFound("webhook", webhook_id)

    def rotate(self, webhook_id: WebhookId, *, grace: timedelta = DEFAULT_GRACE) -> Webhook:
        """
        Give a webhook a new secret, shown once; the old one signs beside it until the grace is over.

        Raises:
            NotFound: There is none.
            ParameterInvalid: The grace is negative or too long.
        """
        if not timedelta() <= grace <= LONGEST_GRACE:
            most = LONGEST_GRACE // timedelta(hours=1)
            reason = f"{grace / timedelta(hours=1):g} hours is not between 0 and {most}"
            raise errors.ParameterInvalid("grace_hours", reason)
        at = self._clock()
        with self._records.write() as transaction:
            webhook = _found(transaction, webhook_id, for_change=True)
            rotated = replace(
                webhook,
                secret=new_secret(),
                old_secret=webhook.secret if grace else None,
                old_secret_until=at + grace if grace else None,
                updated_at=at,
            )
            transaction.webhooks.replace(rotated)
        return rotated

    def finish_rotation(self, webhook_id: WebhookId) -> Webhook:
        """
        Let the old secret go now.

        Raises:
            NotFound: There is none.
        """
        with self._records.write() as transaction:
            webhook = _found(transaction, webhook_id, for_change=True)
            finished = replace(webhook, old_secret=None, old_secret_until=None, updated_at=self._clock())
            transaction.webhooks.replace(finished)
        return finished

    def test(self, webhook_id: WebhookId) -> Delivery:
        """
        Queue an event made for this webhook alone, enabled or not; it is tried once.

        Raises:
            NotFound: There is none.
        """
        at = self._clock()
        data = {"webhook_id": webhook_id, "message": "This is a test; nothing has happened."}
        event = Event(id=new_event_id(), type=TEST_TYPE, created_at=at, data=data)
        with self._records.write() as transaction:
            _found(transaction, webhook_id, for_change=True)
            transaction.outbox.add(event)
            return transaction.deliveries.add_test(webhook_id, event.id, at)

    def deliveries(
        self, webhook_id: WebhookId, *, status: DeliveryStatus | None, offset: int, limit: int
    ) -> Page[Delivery]:
        """
        Return deliveries of a webhook, newest first.

        Raises:
            NotFound: There is no such webhook.
        """
        with self._records.read() as transaction:
            _found(transaction, webhook_id)
            return transaction.deliveries.list(webhook_id, status=status, offset=offset, limit=limit)

    def delivery(self, webhook_id: WebhookId, number: int) -> tuple[Delivery, Sequence[Attempt]]:
        """
        Return a delivery and the attempts at it.

        Raises:
            NotFound: There is none.
        """
        with self._records.read() as transaction:
            _found(transaction, webhook_id)
            return _delivery(transaction, webhook_id, number), transaction.deliveries.attempts(number)

    def redeliver(self, webhook_id: WebhookId, number: int) -> Delivery:
        """
        Make a delivery due now, whatever became of it.

        Raises:
            NotFound: There is none.
            WebhookDisabled: It would not be sent.
        """
        with self._records.write() as transaction:
            _enabled(transaction, webhook_id)
            _delivery(transaction, webhook_id, number)
            transaction.deliveries.queue_again(webhook_id, number, self._clock())
            return _delivery(transaction, webhook_id, number)

    def redeliver_since(self, webhook_id: WebhookId, since: datetime) -> int:
        """
        Make due all events since a time that the webhook asks for; return how many were queued.

        Events it was not told of at the time, as it was disabled or not there yet, are among them.

        Raises:
            NotFound: There is no such webhook.
            WebhookDisabled: They would not be sent.
        """
        with self._records.write() as transaction:
            webhook = _enabled(transaction, webhook_id)
            return transaction.deliveries.queue_since(
                webhook_id, webhook.events, since=since, at=self._clock()
            )

    def _check(self, change: WebhookChange) -> None:
        if change.url is not None:
            self._poster.admit(change.url)
        if change.events is not None:
            _check_events(change.events)
        if change.description is not None and len(change.description) > LONGEST_DESCRIPTION:
            reason = f"it has {len(change.description)} characters; the maximum is {LONGEST_DESCRIPTION}"
            raise errors.ParameterInvalid("description", reason)


def _check_events(events: Sequence[str]) -> None:
    known = ", ".join(EVENT_TYPES)
    if not events:
        raise errors.ParameterInvalid("events", f"it is empty; there are {known}")
    for event in events:
        if event not in EVENT_TYPES:
            raise errors.ParameterInvalid("events", f"{event[:80]!r} is not one of {known}")


def _found(transaction: Transaction, webhook_id: WebhookId, *, for_change: bool = False) -> Webhook:
    webhook = transaction.webhooks.get(webhook_id, for_change=for_change)
    if webhook is None:
        raise errors.NotFound("webhook", webhook_id)
    return webhook


def _enabled(transaction: Transaction, webhook_id: WebhookId) -> Webhook:
    webhook = _found(transaction, webhook_id, for_change=True)
    if not webhook.enabled:
        raise errors.WebhookDisabled(webhook_id)
    return webhook


def _delivery(transaction: Transaction, webhook_id: WebhookId, number: int) -> Delivery:
    delivery = transaction.deliveries.get(webhook_id, number)
    if delivery is None:
        raise errors.NotFound("delivery", f"{number:024x}")
    return delivery
