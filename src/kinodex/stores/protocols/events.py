"""Events that must be told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinodex.domain.events import Event


class OutboxStore(Protocol):
    """Events that must be told."""

    def add(self, event: Event) -> None:
        """
        Store an event and queue it for each enabled webhook that wants it, in this transaction.

        A second event with the same id is ignored.
        """
        ...

    def list(self, *, after: str | None, limit: int) -> Sequence[Event]:
        """Return events in the order they were stored, those after the one with this id."""
        ...

    def get(self, event_id: str) -> Event | None:
        """Return an event, or ``None``."""
        ...

    def newest(self) -> Event | None:
        """Return the event stored last, or ``None`` if there is none."""
        ...

    def remove_before(self, at: datetime, *, limit: int) -> int:
        """Remove the oldest events made before a time with their deliveries; the newest stays always."""
        ...
