"""Remove bytes nobody needs any more: noted in a transaction, removed by a sweep that may be killed."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from kinodex.domain.clock import now
from kinodex.domain.ids import VideoId
from kinodex.stores.protocols import BlobStore, Purge, Records, Transaction
from kinodex.usecases.blobs import video_prefix

log = structlog.get_logger(__name__)

LONGEST_UPLOAD = timedelta(hours=6)
"""Bytes that have no record after so long never get one: whoever sent them was cut off."""

STRAGGLING = timedelta(hours=1)
"""A worker may go on with a deleted task until it next tells how far it is; it never takes so long."""

AGAIN_AFTER = timedelta(minutes=10)
"""Between two looks at what a straggling worker may have left."""

LEASE = timedelta(seconds=30)
"""A sweep that died with a purge is made up for after this."""

LEFTOVER_AGE_S = 24 * 3600.0
"""A file that has been coming in for so long never will."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When what is due at once is due: a clock that is set back does not hold it up."""

_MOST_CLAIMED = 100


def purge_videos(transaction: Transaction, video_ids: Sequence[VideoId], *, are_worked_on: bool) -> None:
    """
    Note in the transaction that makes them superfluous that the bytes of some videos are to go.

    Args:
        transaction: The one that deletes their records, or makes their task failed.
        video_ids: Which.
        are_worked_on: Whether a worker may be writing some of these bytes now.
    """
    purge_prefixes(transaction, list(map(video_prefix, video_ids)), are_worked_on=are_worked_on)


def purge_prefixes(transaction: Transaction, prefixes: Sequence[str], *, are_worked_on: bool) -> None:
    """Note that everything below some prefixes is to go; see ``purge_videos``."""
    at = now()
    transaction.purges.add(
        prefixes,
        due_at=AT_ONCE,
        until=at + STRAGGLING if are_worked_on else None,
    )


def announce_bytes(transaction: Transaction, video_id: VideoId) -> None:
    """Note bytes about to be written: they go again unless the transaction of their record spares them."""
    announce_prefix(transaction, video_prefix(video_id))


def announce_prefix(transaction: Transaction, prefix: str) -> None:
    """Note bytes about to be written below a prefix; see ``announce_bytes``."""
    transaction.purges.add([prefix], due_at=now() + LONGEST_UPLOAD)


def keep_for_retry(transaction: Transaction, video_id: VideoId, *, until: datetime) -> None:
    """Note that the bytes of a failed task go at a time, unless its retry spares them."""
    transaction.purges.add([video_prefix(video_id)], due_at=until)


class Purging:
    """The sweep of this process, and the bell that starts it."""

    def __init__(self, *, records: Records, blobs: BlobStore) -> None:
        self._records = records
        self._blobs = blobs
        self._bell = threading.Event()

    def soon(self) -> None:
        """Let the next sweep begin at once; to be called after the commit."""
        self._bell.set()

    def wait(self, seconds: float) -> None:
        """Return when a sweep is due: when it was asked for, or after so many seconds."""
        self._bell.wait(seconds)
        self._bell.clear()

    def discard_leftovers(self) -> None:
        """Remove files that were coming in when the last process died; only if this is the only one."""
        self._blobs.discard_leftovers(0.0)

    def sweep(self, at: datetime | None = None) -> int:
        """
        Remove the bytes that are due, and files that never came in whole; return how many prefixes went.

        What cannot be removed now is tried again by a later sweep of any process.
        """
        at = at or now()
        removed = 0
        while claimed := self._claim(at):
            removed += sum(self._purge(purge, at) for purge in claimed)
        self._blobs.discard_leftovers(LEFTOVER_AGE_S)
        return removed

    def _claim(self, at: datetime) -> Sequence[Purge]:
        with self._records.write() as transaction:
            return transaction.purges.claim(at, again_at=at + LEASE, limit=_MOST_CLAIMED)

    def _purge(self, purge: Purge, at: datetime) -> bool:
        """Remove bytes first, then the note: a kill in between costs a second look, no more."""
        try:
            self._blobs.delete_prefix(purge.prefix)
        except OSError as error:
            log.warning("bytes could not be removed", prefix=purge.prefix, reason=str(error))
            return False
        with self._records.write() as transaction:
            transaction.purges.finish(purge)
            if purge.until > at:
                transaction.purges.add([purge.prefix], due_at=at + AGAIN_AFTER, until=purge.until)
        return True
