"""Webhooks and their deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinodex.domain.ids import WebhookId
from kinodex.domain.listing import Page
from kinodex.domain.webhooks import Attempt, Delivery, DeliveryStatus, Webhook


class WebhookStore(Protocol):
    """Who is told of events."""

    def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""
        ...

    def get(self, webhook_id: WebhookId, *, for_change: bool = False) -> Webhook | None:
        """Return a webhook, or ``None``; ``for_change`` keeps others from changing it meanwhile."""
        ...

    def list(self) -> Sequence[Webhook]:
        """Return all webhooks, oldest first."""
        ...

    def replace(self, webhook: Webhook) -> None:
        """Overwrite a webhook that is there."""
        ...

    def delete(self, webhook_id: WebhookId) -> bool:
        """Remove a webhook with its deliveries; False if it was not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """The right to make attempts at deliveries until a time; ``token`` is nobody else's."""

    token: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """
    How many deliveries one claim may take.

    Attributes:
        whole: In all.
        to_failing: Of these, to webhooks whose last attempt failed.
        each: Under way to one webhook at a time, other claims' included.
        each_failing: Likewise, to one whose last attempt failed.
    """

    whole: int
    to_failing: int
    each: int = 2
    each_failing: int = 1


class DeliveryStore(Protocol):
    """Events on their way to webhooks. ``OutboxStore.add`` queues an event for all webhooks that want it."""

    def add_test(self, webhook_id: WebhookId, event_id: str, at: datetime) -> Delivery:
        """Queue an event for one webhook, whether it is enabled or not, to be tried once."""
        ...

    def get(self, webhook_id: WebhookId, number: int) -> Delivery | None:
        """Return a delivery of a webhook, or ``None``."""
        ...

    def list(
        self, webhook_id: WebhookId, *, status: DeliveryStatus | None, offset: int, limit: int
    ) -> Page[Delivery]:
        """Return deliveries of a webhook, newest first."""
        ...

    def attempts(self, number: int) -> Sequence[Attempt]:
        """Return the attempts at a delivery in order."""
        ...

    def queue_again(self, webhook_id: WebhookId, number: int, at: datetime) -> bool:
        """Make a delivery due now, with all tries before it; False if there is none."""
        ...

    def queue_since(
        self, webhook_id: WebhookId, types: Sequence[str], *, since: datetime, at: datetime
    ) -> int:
        """
        Make due now all events of these types since a time, those too that were never queued for the webhook.

        Returns:
            How many were queued; those that are pending already are not counted.
        """
        ...

    def is_any_due(self, claim: DeliveryClaim) -> bool:
        """Return whether ``claim`` might find something; changes nothing."""
        ...

    def claim(self, claim: DeliveryClaim, shares: Shares) -> Sequence[int]:
        """
        Take pending deliveries that are due, the longest due first, and return their numbers.

        Webhooks that are disabled get only tests. A claim that has run out counts for nothing.
        """
        ...

    def claimed(self, number: int, token: str) -> Delivery | None:
        """Return a delivery if it is claimed so and still to be made, else ``None``."""
        ...

    def settle(self, delivery: Delivery, attempt: Attempt, *, token: str) -> bool:
        """
        Store what became of a claimed delivery, with the attempt, and end its claim.

        Returns:
            False if the claim is another one's by now: then nothing was stored.
        """
        ...

    def release(self, number: int, token: str) -> None:
        """End a claim without an attempt; another one's stays."""
        ...

    def release_all(self) -> None:
        """End all claims: for the start of a process that is the only one."""
        ...

    def counts(self) -> Mapping[DeliveryStatus, int]:
        """Count deliveries; statuses without any may be absent."""
        ...

    def oldest_pending(self) -> datetime | None:
        """Return when the oldest event was made that an enabled webhook has not been told of yet."""
        ...
