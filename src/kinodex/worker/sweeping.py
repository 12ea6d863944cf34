"""One thread that removes what nobody needs: bytes of deleted videos, working folders of ended tasks."""

import threading
from collections.abc import Callable, Sequence

import structlog

from kinodex.usecases.purging import Purging

log = structlog.get_logger(__name__)

ROUND_S = 20.0
"""Each look costs one query. With the lease of a sweep that died, bytes are gone within a minute."""


class Sweeper:
    """Sweeps at once, whenever it is asked for, and every so often."""

    def __init__(self, purging: Purging, *, others: Sequence[Callable[[], None]] = ()) -> None:
        """
        Prepare; ``start`` starts.

        Args:
            purging: Removes bytes.
            others: What else is to be swept in each round.
        """
        self._purging = purging
        self._sweeps: tuple[Callable[[], object], ...] = (purging.sweep, *others)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="sweeper", daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether it sweeps."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin with a round."""
        self._thread.start()

    def stop(self) -> None:
        """End after the removal that is going on."""
        self._stopping.set()
        self._purging.soon()
        self._thread.join(timeout=5)

    def _rounds(self) -> None:
        while not self._stopping.is_set():
            for sweep in self._sweeps:
                try:
                    sweep()
                except Exception:
                    # The next round makes up for it; without rounds nothing would ever go.
                    log.exception("a sweep failed")
            self._purging.wait(ROUND_S)
