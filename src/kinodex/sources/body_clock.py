"""The clocks of a body."""

from kinodex.domain.errors import FetchTimedOut, FetchTooSlow
from kinodex.sources.pulse import Pulse


class BodyClock:
    """Watches a body for silence and for a rate below the minimum, a window at a time."""

    def __init__(self, pulse: Pulse, host: str) -> None:
        self._pulse = pulse
        self._host = host
        self._last_at = self._window_at = pulse.clock()
        self._window_bytes = 0

    def count(self, size_bytes: int) -> None:
        """
        Note bytes that came.

        Raises:
            FetchTooSlow: Too few in the window that ends now.
        """
        self._last_at = self._pulse.clock()
        self._window_bytes += size_bytes
        self._check_rate()

    def check(self) -> None:
        """
        Look at the clocks while nothing comes.

        Raises:
            FetchTimedOut: Silence for longer than allowed.
            FetchTooSlow: Too few bytes in the window that ends now.
        """
        limit_s = self._pulse.limits.idle_s
        if self._pulse.clock() - self._last_at > limit_s:
            raise FetchTimedOut(f"{self._host} sent nothing for {limit_s:g} s.")
        self._check_rate()

    def _check_rate(self) -> None:
        limits, now = self._pulse.limits, self._pulse.clock()
        if now - self._window_at < limits.rate_window_s:
            return
        least_bytes = limits.minimum_bytes_per_s * limits.rate_window_s
        if self._window_bytes < least_bytes:
            raise FetchTooSlow(
                f"{self._host} sent {self._window_bytes} bytes in {limits.rate_window_s:g} s; "
                f"at least {least_bytes:.0f} are expected."
            )
        self._window_at, self._window_bytes = now, 0
