"""Webhooks and their deliveries on the wire."""

from datetime import datetime

from kinodex.domain.webhooks import Attempt, Delivery, DeliveryStatus, Webhook
from kinodex.http.wire.values import Json, to_the_millisecond


def webhook(item: Webhook) -> Json:
    """Return a webhook, without its secret."""
    return {
        "_id": item.id,
        "url": item.url,
        "events": list(item.events),
        "description": item.description,
        "enabled": item.enabled,
        "disabled_reason": item.disabled_reason,
        "failing_since": _time(item.failing_since),
        "old_secret_until": _time(item.old_secret_until),
        "created_at": to_the_millisecond(item.created_at),
        "updated_at": to_the_millisecond(item.updated_at),
    }


def with_secret(item: Webhook) -> Json:
    """Return a webhook whose secret is new, with it."""
    return {**webhook(item), "secret": item.secret}


def delivery(item: Delivery) -> Json:
    """Return a delivery; ``not_executed`` and ``retrying`` are the two kinds of pending."""
    is_pending = item.status is DeliveryStatus.PENDING
    error = None if item.last_code is None else {"code": item.last_code, "message": item.last_message}
    return {
        "_id": f"{item.number:024x}",
        "webhook_id": item.webhook_id,
        "event_id": item.event.id,
        "type": item.event.type,
        "status": _status(item),
        "attempts": item.attempts,
        "created_at": to_the_millisecond(item.created_at),
        "next_attempt_at": to_the_millisecond(item.due_at) if is_pending else None,
        "last_attempt_at": _time(item.last_at),
        "last_http_status": item.last_http_status,
        "last_error": error,
    }


def attempt(item: Attempt) -> Json:
    """Return one try: when, how long, what came back."""
    return {
        "at": to_the_millisecond(item.at),
        "duration_ms": item.duration_ms,
        "http_status": item.http_status,
        "error": None if item.code is None else {"code": item.code, "message": item.message},
        "answer": item.answer,
    }


def _status(item: Delivery) -> str:
    if item.status is not DeliveryStatus.PENDING:
        return item.status.value
    return "retrying" if item.tries else "not_executed"


def _time(at: datetime | None) -> str | None:
    return None if at is None else to_the_millisecond(at)
