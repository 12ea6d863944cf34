"""Things that happened and must be told: rows of the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    Something a receiver may want to hear of, stored in the transaction that made it true.

    ``id`` is ``whe_`` and 32 hex digits, stable over retries; ``type`` is one of
    ``domain.webhooks.EVENT_TYPES``; ``data`` is what the webhook body holds under that name.
    """

    id: str
    type: str
    created_at: datetime
    data: Mapping[str, Any]
