"""Whether and when to try again."""

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from kinodex.domain.errors import DnsFailed, FetchFailed, HttpStatusRefused, RateLimitedBySource
from kinodex.sources.heads import Head
from kinodex.sources.limits import FetchLimits
from kinodex.sources.resolving import is_unknown_name

_TOO_MANY_REQUESTS = 429
_PASSING = {408, 425, _TOO_MANY_REQUESTS, 500, 502, 503, 504}
_MOST_DOUBLINGS = 30
_SECONDS = re.compile(r"[0-9]{1,9}")


class TryLater(Exception):
    """
    The host refused for now.

    ``failure`` is what to report if no later try succeeds; ``after_s`` what the host asked to wait.
    """

    def __init__(self, failure: FetchFailed, *, after_s: float | None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.after_s = after_s


def refuse_status(head: Head, *, host: str, limits: FetchLimits) -> None:
    """
    Raise for a status that brings no file.

    Raises:
        TryLater: It may pass.
        RateLimitedBySource: The host asks for a longer wait than we do.
        HttpStatusRefused: It will not pass.
    """
    if head.status not in _PASSING:
        raise HttpStatusRefused(head.status)
    after_s = read_retry_after_s(head.one("retry-after"), at=head.one("date"))
    if after_s is not None and after_s > limits.longest_retry_after_s:
        raise RateLimitedBySource(
            f"{host} asks to wait {after_s:.0f} s (HTTP status {head.status}); "
            f"at most {limits.longest_retry_after_s:g} s are waited."
        )
    raise TryLater(_failure(head.status, host), after_s=after_s)


def is_worth_retrying(failure: FetchFailed) -> bool:
    """Return whether another try soon may do better."""
    return failure.retryable and not (isinstance(failure, DnsFailed) and is_unknown_name(failure))


def backoff_s(failures: int, *, limits: FetchLimits) -> float:
    """Return the wait after so many failures in a row: doubling, with jitter so that clients spread."""
    mean_s = min(limits.backoff_s * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), limits.longest_backoff_s)
    return mean_s * random.uniform(0.5, 1.5)  # noqa: S311  no secret


def _failure(status: int, host: str) -> FetchFailed:
    if status == _TOO_MANY_REQUESTS:
        return RateLimitedBySource(f"{host} says that it gets too many requests (HTTP status 429).")
    return HttpStatusRefused(status)


def read_retry_after_s(value: str | None, *, at: str | None = None) -> float | None:
    """
    Return the wait a host asks for, in seconds or as a date (RFC 9110 section 10.2.3); else ``None``.

    Args:
        value: The field.
        at: When the answer was made, by the host's own clock (its field ``date``): ours may be wrong.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return float(value)
    when = _date(value)
    made = None if at is None else _date(at)
    return None if when is None else max(0.0, (when - (made or datetime.now(UTC))).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
