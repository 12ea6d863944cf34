"""One task does what several need; the others wait for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from kinodex.domain import errors, lifelines
from kinodex.domain.ids import TaskId
from kinodex.stores.protocols import Claim, Records, Transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    The rhythm of claims.

    Attributes:
        beat_s: From one beat of a claim to the next.
        dead_after_s: A claim that was watched for so long without a beat belongs to nobody any more. The
            watcher's own clock counts, so clocks need not agree.
        poll_s: From one look at another's claim to the next.
    """

    beat_s: float = 2.0
    dead_after_s: float = 15.0
    poll_s: float = 0.25


@dataclass(frozen=True, slots=True)
class Claims:
    """
    The claims of one task: at most one task at a time holds a key, on all machines together.

    A claim dies with its process, and with its task: then the next one gets it.
    """

    records: Records
    task_id: TaskId
    pace: Pace = Pace()

    @contextmanager
    def held(self, key: str, *, waiting: Callable[[TaskId], None]) -> Iterator[None]:
        """
        Hold a key, after waiting for whoever holds it.

        Args:
            key: What is claimed.
            waiting: Told who is waited for, each time they are looked at; what it raises ends the wait.

        Raises:
            TaskWithdrawn: This task was deleted, or has ended, while it waited.
        """
        with lifelines.waiting("another task"):
            self._wait_for(key, waiting)
        over = threading.Event()
        beating = threading.Thread(target=self._beat, args=(key, over), name="claim", daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()
            with self.records.write() as transaction:
                transaction.claims.release(key, self.task_id)

    def _wait_for(self, key: str, waiting: Callable[[TaskId], None]) -> None:
        seen: Claim | None = None
        seen_at = time.monotonic()
        while (holder := self._taken(key, seen, watched_s=time.monotonic() - seen_at)) is not None:
            if holder != seen:
                seen, seen_at = holder, time.monotonic()
            lifelines.check()
            waiting(holder.task_id)
            time.sleep(self.pace.poll_s)

    def _taken(self, key: str, seen: Claim | None, *, watched_s: float) -> Claim | None:
        """Return who holds the key, or ``None`` if this task does now."""
        with self.records.read() as transaction:
            holder = transaction.claims.holder(key)
            is_free = holder is None or holder.task_id == self.task_id
            is_dead = holder is not None and (
                (holder == seen and watched_s > self.pace.dead_after_s)
                or _has_ended(transaction, holder.task_id)
            )
            if _has_ended(transaction, self.task_id):
                raise errors.TaskWithdrawn
        if not (is_free or is_dead):
            return holder
        with self.records.write() as transaction:
            if _has_ended(transaction, self.task_id):
                raise errors.TaskWithdrawn
            return transaction.claims.take(key, self.task_id, over=holder if is_dead else None)

    def _beat(self, key: str, over: threading.Event) -> None:
        while not over.wait(self.pace.beat_s):
            try:
                with self.records.write() as transaction:
                    is_ours = transaction.claims.keep(key, self.task_id)
            except Exception as error:  # noqa: BLE001  the database may be back for the next beat
                log.warning("a claim could not beat", error=type(error).__name__)
                continue
            if not is_ours:
                log.warning("a claim was taken over by another task")
                return


def _has_ended(transaction: Transaction, task_id: TaskId) -> bool:
    task = transaction.tasks.get(task_id)
    return task is None or task.status.is_final
