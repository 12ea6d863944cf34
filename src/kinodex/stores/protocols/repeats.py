"""What is remembered of requests that clients may send again."""

from datetime import datetime
from typing import Protocol

from kinodex.domain.repeats import Repeatable


class RepeatStore(Protocol):
    """Requests that may come again."""

    def lock(self, repeat_id: str) -> None:
        """Let no other transaction look at this request until this one ends."""
        ...

    def get(self, repeat_id: str) -> Repeatable | None:
        """Return what is remembered, or ``None``."""
        ...

    def put(self, repeat: Repeatable) -> None:
        """Remember a request, in place of what was remembered of it."""
        ...

    def beat(self, repeat_id: str) -> None:
        """Show that somebody works on a request."""
        ...

    def reopen_running(self) -> None:
        """Declare all running requests ended without an answer: nobody works on them."""
        ...

    def remove_older(self, at: datetime) -> None:
        """Forget requests that began before a time."""
        ...
