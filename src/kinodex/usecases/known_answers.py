"""Whole answers to searches that come again, remembered as they were sent, and never older than a commit."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock

from kinodex.domain.ids import IndexId
from kinodex.stores.protocols import Records

KEPT_S = 300.0
"""Links in an answer work for an hour and its pages turn for twenty minutes: most of both is left."""
MOST_BYTES = 32 * 1024**2
ENTRY_BYTES = 1_024
"""What an answer takes beside its bytes, about."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """
    The state of some indexes: equal while nothing that a search may find has changed in any of them.

    ``of_each`` has no entry for an index that is gone; ``version`` is that of the database before they were
    read, ``None`` where it tells none.
    """

    of_each: Mapping[IndexId, str]
    version: int | None


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """How often an answer was remembered, how often not, and how many bytes are remembered now."""

    hits: int
    misses: int
    held_bytes: int


@dataclass(frozen=True, slots=True)
class _Known:
    content: bytes
    index_ids: tuple[IndexId, ...]
    revisions: Revisions
    until_s: float


class KnownAnswers:
    """
    Remembers answers by a name that stands for everything a caller sent; safe in threads.

    An answer is given again as long as its indexes have the revisions it was made from, whoever changes
    them. Where the database says cheaply that nothing at all was committed, they are not even read.
    """

    def __init__(
        self,
        *,
        records: Records,
        most_bytes: int = MOST_BYTES,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Remember nothing yet.

        Args:
            records: Tells the revisions.
            most_bytes: What all answers may take; those asked for least lately go first.
            clock_s: Seconds that only go forward.
        """
        self._records = records
        self._most_bytes = most_bytes
        self._clock_s = clock_s
        self._lock = Lock()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._held_bytes = self._hits = self._misses = 0

    def recall(self, name: bytes) -> bytes | None:
        """Return an answer if nothing was committed since; for callers that must not wait."""
        known = self._find(name)
        if known is None:
            return None
        version = self._records.version()
        if version is None or version != known.revisions.version:
            return None
        return self._given(known)

    def may_know(self, name: bytes) -> bool:
        """Return whether it is worth to ``look``."""
        if self._find(name) is not None:
            return True
        with self._lock:
            self._misses += 1
        return False

    def look(self, name: bytes) -> bytes | None:
        """Return an answer if its indexes are as they were; asks the database."""
        known = self._find(name)
        if known is not None:
            version = self._records.version()  # before reading: what is committed meanwhile makes it old
            with self._records.read() as transaction:
                of_each = transaction.indexes.revisions(known.index_ids)
            if of_each == known.revisions.of_each:
                self._put(name, replace(known, revisions=Revisions(of_each, version)))
                return self._given(known)
            self._drop(name)
        with self._lock:
            self._misses += 1
        return None

    def keep(self, name: bytes, content: bytes, revisions: Revisions) -> None:
        """Remember an answer that was made from these revisions."""
        if len(content) + ENTRY_BYTES > self._most_bytes:
            return
        until_s = self._clock_s() + KEPT_S
        self._put(name, _Known(content, tuple(revisions.of_each), revisions, until_s))

    def figures(self) -> KnownFigures:
        """Return what ``/metrics`` shows."""
        with self._lock:
            return KnownFigures(self._hits, self._misses, self._held_bytes)

    def _find(self, name: bytes) -> _Known | None:
        known = self._known.get(name)
        if known is not None and self._clock_s() >= known.until_s:
            self._drop(name)
            return None
        return known

    def _given(self, known: _Known) -> bytes:
        with self._lock:
            self._hits += 1
        return known.content

    def _put(self, name: bytes, known: _Known) -> None:
        with self._lock:
            self._forget(name)
            self._known[name] = known
            self._held_bytes += len(known.content) + ENTRY_BYTES
            while self._held_bytes > self._most_bytes:
                self._forget(next(iter(self._known)))

    def _drop(self, name: bytes) -> None:
        with self._lock:
            self._forget(name)

    def _forget(self, name: bytes) -> None:
        gone = self._known.pop(name, None)
        if gone is not None:
            self._held_bytes -= len(gone.content) + ENTRY_BYTES
