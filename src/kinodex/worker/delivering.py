"""Tell webhooks of events, beside the work on videos: a thread an attempt, so that none waits for another."""

import threading
import time
from dataclasses import dataclass, field

import structlog

from kinodex.usecases.deliveries import Claimed, Deliveries

log = structlog.get_logger(__name__)

SLOTS = 16
"""Attempts at the same time in one process; half of them are kept from webhooks that fail."""
POLL_S = 0.5
SWEEP_S = 3600.0
GRACE_S = 2.0
"""Attempts under way get so long to end when the process stops; what is left is made again."""


@dataclass(slots=True)
class Delivering:
    """Takes deliveries that are due, until it is told to stop."""

    deliveries: Deliveries
    poll_s: float = POLL_S
    _stopping: threading.Event = field(default_factory=threading.Event)
    _aborting: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _attempts: set[threading.Thread] = field(default_factory=set)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Forget what an earlier life had under way, and begin."""
        self.deliveries.recover()
        self._thread = threading.Thread(target=self._rounds, name="delivering", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no further delivery; attempts under way end soon, or are broken off."""
        if self._thread is None:
            return
        self._stopping.set()
        self._wake.set()
        self._thread.join()
        self._join(GRACE_S)
        self._aborting.set()
        self._join(GRACE_S)
        self._thread = None

    def _rounds(self) -> None:
        sweep_at = time.monotonic()
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._take()
                if time.monotonic() >= sweep_at:
                    self.deliveries.sweep()
                    sweep_at = time.monotonic() + SWEEP_S
            except Exception:
                # The database may be back in the next round; nothing is lost meanwhile.
                log.exception("webhooks could not be looked after")
            self._wake.wait(self.poll_s)

    def _take(self) -> None:
        free = SLOTS - len(self._attempts)
        if free <= 0:
            return
        for claimed in self.deliveries.claim(most=free, most_failing=max(0, free - SLOTS // 2)):
            thread = threading.Thread(target=self._attempt, args=(claimed,), name="delivery", daemon=True)
            self._attempts.add(thread)
            thread.start()

    def _attempt(self, claimed: Claimed) -> None:
        try:
            self.deliveries.attempt(claimed, is_stopping=self._aborting.is_set)
        except Exception:
            # The claim runs out, and the attempt is made again.
            log.exception("webhook delivery could not be recorded", delivery=claimed.number)
        finally:
            self._attempts.discard(threading.current_thread())
            self._wake.set()

    def _join(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        for thread in list(self._attempts):
            thread.join(max(0.0, ends_at - time.monotonic()))
