"""How a process that stays is told to end: once for an end in order, twice for one at once."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

LONGEST_END_S = 23.0
"""After so long a process ends with what is still going on; all of it is safe to break off."""
_SIGNALLED = 128


class Stopping:
    """
    A handler for signals.

    The first one begins an end in order, which is cut off with status 0 when it takes too long. The second
    ends the process where it stands, as a kill would, which nothing that was accepted minds; its children
    end with it.
    """

    def __init__(self, begin: Callable[[], object], *, longest_end_s: float = LONGEST_END_S) -> None:
        """
        Prepare.

        Args:
            begin: Called by the first signal, between any two instructions: it only sets a flag.
            longest_end_s: The end in order may take so long.
        """
        self._begin = begin
        self._longest_end_s = longest_end_s
        self._is_told = False

    def catch(self) -> None:
        """Handle SIGINT and SIGTERM from now on."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self)

    def __call__(self, number: int, _: FrameType | None = None) -> None:
        """Take a signal."""
        if self._is_told:
            _leave(_SIGNALLED + number)
        self._is_told = True
        watchdog = threading.Timer(self._longest_end_s, self._cut_off)
        watchdog.daemon = True
        watchdog.start()
        self._begin()

    def _cut_off(self) -> None:
        log.warning("ended with work under way; it goes on at the next start", after_s=self._longest_end_s)
        _leave(0)


def _leave(status: int) -> None:
    """End without another word: neither threads nor handlers at the end are waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
