"""How often a key may ask: a token bucket for each, in the memory of this process."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from kinodex.domain import errors
from kinodex.domain.keys import ApiKey

MINUTE_S = 60.0
LONGEST_WAIT_S = 30
ALLOWANCE = "kinodex.allowance"
"""Where a request keeps what is left to its key."""
_MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a key; ``full_at`` is the UTC epoch second at which all of it is back."""

    limit: int
    remaining: int
    full_at: int

    def headers(self) -> dict[str, str]:
        """Return the headers the platform documents."""
        return {
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(self.remaining),
            "X-Ratelimit-Used": str(self.limit - self.remaining),
            "X-Ratelimit-Reset": str(self.full_at),
        }


class Rates:
    """
    Counts the requests of each key.

    A key that was quiet for a minute may spend its whole minute at once; then requests come back one by
    one. Clocks that only go forward decide, the wall clock is only shown.
    """

    def __init__(self, requests_per_minute: int, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """
        Start with full buckets.

        Args:
            requests_per_minute: The limit of keys without one of their own; 0 for none.
            clock_s: Seconds that only go forward.
        """
        self._limit = requests_per_minute
        self._clock_s = clock_s
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: ApiKey) -> Allowance | None:
        """
        Count one request.

        Returns:
            What is left, or ``None`` where nothing limits the key.

        Raises:
            Overloaded: Nothing was left.
        """
        limit = key.requests_per_minute or self._limit
        if limit == 0:
            return None
        now_s = self._clock_s()
        left, at_s = self._buckets.get(key.id, (float(limit), now_s))
        left = min(float(limit), left + (now_s - at_s) * limit / MINUTE_S)
        if left < 1:
            wait_s = min(LONGEST_WAIT_S, math.ceil((1 - left) * MINUTE_S / limit))
            raise errors.Overloaded(f"This key may make {limit} requests a minute.", retry_after_s=wait_s)
        left -= 1
        if len(self._buckets) >= _MOST_BUCKETS and key.id not in self._buckets:
            self._buckets.clear()
        self._buckets[key.id] = (left, now_s)
        return Allowance(limit, int(left), int(time.time() + (limit - left) * MINUTE_S / limit) + 1)
