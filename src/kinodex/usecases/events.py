"""Events as others read them: the body of a webhook, and the pages of the log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kinodex.domain import errors
from kinodex.domain.events import Event
from kinodex.stores.protocols import Records


@dataclass(frozen=True, slots=True)
class EventPage:
    """
    Events in the order they were stored.

    ``next`` is what to ask for after these: the id of the last one known, ``None`` while there is none.
    """

    events: Sequence[Event]
    next: str | None
    has_more: bool


class Events:
    """What happened, for those who ask instead of being told."""

    def __init__(self, *, records: Records) -> None:
        self._records = records

    def after(self, event_id: str | None, *, limit: int) -> EventPage:
        """
        Return the events after one, or from the oldest that is kept.

        Raises:
            ParameterInvalid: The event is not kept (any more).
        """
        with self._records.read() as transaction:
            if event_id is not None and transaction.outbox.get(event_id) is None:
                reason = f"{event_id[:80]!r} is no event that is kept; ask without it to begin at the oldest"
                raise errors.ParameterInvalid("after", reason)
            found = transaction.outbox.list(after=event_id, limit=limit + 1)
        events = found[:limit]
        return EventPage(events, events[-1].id if events else event_id, len(found) > limit)

    def latest(self) -> EventPage:
        """Return an empty page after the newest event: from here on, there is only news."""
        with self._records.read() as transaction:
            newest = transaction.outbox.newest()
        return EventPage([], None if newest is None else newest.id, has_more=False)


def new_event_id() -> str:
    """Return a fresh id of an event."""
    return f"whe_{secrets.token_hex(16)}"


def envelope(event: Event) -> Mapping[str, object]:
    """Return an event as it is told."""
    created_at = event.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": event.id, "created_at": created_at, "type": event.type, "data": event.data}


def body_of(event: Event) -> bytes:
    """Return the body of a webhook: the same bytes in every attempt."""
    return msgspec.json.encode(envelope(event))
