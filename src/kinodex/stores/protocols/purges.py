"""Bytes that are to be removed, as rows: what a crash interrupts, a later sweep completes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """
    Everything below a prefix of the blob store is to be removed.

    ``until``: it is removed again and again until then, since a worker may still be writing there.
    ``asked`` counts how often it was asked for, so that one asked for again meanwhile is not dropped.
    """

    prefix: str
    until: datetime
    asked: int


class PurgeStore(Protocol):
    """
    Which bytes are to be removed, and from when on.

    Noted in the transaction that makes them superfluous; or, with a due time far ahead, before bytes are
    written that have no record yet: then the transaction that makes the record spares them.
    """

    def add(self, prefixes: Sequence[str], *, due_at: datetime, until: datetime | None = None) -> None:
        """
        Note prefixes; of two notes on the same one, the earlier due time and the later end hold.

        Args:
            prefixes: Each ends in ``/``.
            due_at: Not removed before.
            until: Removed again and again until then; once, without it.
        """
        ...

    def spare(self, prefix: str) -> bool:
        """Take a note back; False if there is none any more or the removal has begun."""
        ...

    def is_noted(self, prefix: str) -> bool:
        """Return whether there is a note on a prefix, begun or not."""
        ...

    def claim(self, at: datetime, *, again_at: datetime, limit: int) -> Sequence[Purge]:
        """
        Begin with those that are due, the longest due first.

        Each is due again at ``again_at``, unless it is finished before: its claimant may die.
        """
        ...

    def finish(self, purge: Purge) -> None:
        """Forget a claimed one whose bytes are gone, unless it was asked for again meanwhile."""
        ...

    def prefixes(self) -> Sequence[str]:
        """Return all prefixes that are noted, in order."""
        ...
