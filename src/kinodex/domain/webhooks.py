"""Webhooks: who is told of events, what became of each delivery, and when it is tried again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kinodex.domain.events import Event
from kinodex.domain.ids import WebhookId

EVENT_TYPES = (
    "index.task.ready",
    "index.task.failed",
    "analyze.task.ready",
    "analyze.task.failed",
    "analyze.task.canceled",
)
"""What a webhook can ask for. The platform's receivers know events of ``analyze``; none is made yet."""

TEST_TYPE = "webhook.test"
"""An event made to try one webhook; no webhook asks for it."""

WAITS_S = (5.0, 60.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 86_400.0)
"""Between an attempt that failed and the next: nine attempts in about 41 hours."""
LONGEST_WAIT_S = 86_400.0
"""A receiver that asks for a longer wait gets this one."""
JITTER = 0.2
"""Waits are longer or shorter by up to this share, so that receivers are not met by all at once."""

FAILING_FOR = timedelta(days=5)
"""A webhook is switched off when every attempt has failed for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """
    An address that is told of events.

    ``secret`` signs what is sent. While ``old_secret_until`` is not over, ``old_secret`` signs too.
    ``failing_since`` is the first failed attempt after the last one that succeeded; ``disabled_reason``
    says why the product itself switched the webhook off.
    """

    id: WebhookId
    url: str = field(repr=False)
    events: tuple[str, ...]
    description: str
    secret: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    enabled: bool = True
    disabled_reason: str | None = None
    old_secret: str | None = field(default=None, repr=False)
    old_secret_until: datetime | None = None
    failing_since: datetime | None = None

    def secrets(self, at: datetime) -> tuple[str, ...]:
        """Return the secrets valid at a time, the newest first."""
        if self.old_secret is None or self.old_secret_until is None or self.old_secret_until <= at:
            return (self.secret,)
        return (self.secret, self.old_secret)


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    One event for one webhook.

    ``attempts`` counts all there were; ``tries`` those since it was queued or queued again, which decide
    when it is given up. ``due_at`` is the next attempt while it is pending. The last attempt is in
    ``last_…``; its time is ``None`` before the first.
    """

    number: int
    webhook_id: WebhookId
    event: Event
    status: DeliveryStatus
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    tries: int = 0
    is_test: bool = False
    last_at: datetime | None = None
    last_http_status: int | None = None
    last_code: str | None = None
    last_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    One try to deliver.

    ``http_status`` is the receiver's, ``None`` when none came; ``code`` and ``message`` are ``None`` when it
    succeeded; ``answer`` is the beginning of the body, cleaned. ``retry_after_s`` is what the receiver asked
    to wait.
    """

    at: datetime
    duration_ms: int
    http_status: int | None = None
    code: str | None = None
    message: str | None = None
    answer: str = ""
    retry_after_s: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver took it."""
        return self.code is None


def wait_after_s(tries: int, *, waits_s: Sequence[float], retry_after_s: float | None) -> float | None:
    """
    Return how long to wait after so many failed tries, >= 1; ``None`` when the last one has been.

    A wait the receiver asks for replaces a shorter one of ours.
    """
    if tries > len(waits_s):
        return None
    ours_s = waits_s[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret
    return max(ours_s, min(retry_after_s or 0.0, LONGEST_WAIT_S))
