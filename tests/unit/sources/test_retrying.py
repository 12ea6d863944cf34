import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from kinodex.domain.errors import (
    BadResponse,
    DnsFailed,
    FetchIncomplete,
    HttpStatusRefused,
    RateLimitedBySource,
    TlsFailed,
)
from kinodex.sources.heads import Head
from kinodex.sources.limits import FetchLimits
from kinodex.sources.retrying import TryLater, backoff_s, is_worth_retrying, refuse_status

LIMITS = FetchLimits()


def refused(status: int, *retry_after: str) -> Exception:
    head = Head(status, tuple(("retry-after", value) for value in retry_after))
    with pytest.raises(Exception) as refusal:  # noqa: PT011  the kind is what the tests look at
        refuse_status(head, host="a.example", limits=LIMITS)
    return refusal.value


@pytest.mark.parametrize("status", [201, 204, 300, 304, 400, 401, 403, 404, 410, 416, 451, 501])
def test_a_status_that_will_not_pass_ends_the_download(status: int) -> None:
    refusal = refused(status, "1")
    assert isinstance(refusal, HttpStatusRefused)
    assert refusal.status == status


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again(status: int) -> None:
    refusal = refused(status)
    assert isinstance(refusal, TryLater)
    assert refusal.after_s is None
    assert isinstance(refusal.failure, RateLimitedBySource if status == 429 else HttpStatusRefused)


def test_the_wait_a_host_asks_for_is_read_as_seconds_or_as_a_date() -> None:
    seconds, date = (
        refused(503, "7"),
        refused(503, format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)),
    )
    past, garbage = refused(503, "Tue, 01 Jul 2025 00:00:00 GMT"), refused(503, "soon")

    assert isinstance(seconds, TryLater)
    assert seconds.after_s == 7
    assert isinstance(date, TryLater)
    assert date.after_s == pytest.approx(59, abs=2)
    assert isinstance(past, TryLater)
    assert past.after_s == 0
    assert isinstance(garbage, TryLater)
    assert garbage.after_s is None


@pytest.mark.parametrize("ahead_h", [-1, 0, 1])
def test_a_wait_until_a_date_is_counted_by_the_clock_of_the_host(ahead_h: int) -> None:
    theirs = datetime.now(UTC) + timedelta(hours=ahead_h)
    made, until = (format_datetime(at, usegmt=True) for at in (theirs, theirs + timedelta(seconds=60)))
    with pytest.raises(TryLater) as refusal:
        refuse_status(Head(503, (("date", made), ("retry-after", until))), host="a.example", limits=LIMITS)
    assert refusal.value.after_s == 60


def test_a_host_that_asks_for_too_long_a_wait_is_given_up() -> None:
    refusal = refused(503, "86400")
    assert isinstance(refusal, RateLimitedBySource)
    assert "86400 s" in refusal.message


def test_waits_double_with_jitter_up_to_a_limit() -> None:
    limits = FetchLimits(backoff_s=1.0, longest_backoff_s=8.0)
    for failures, mean_s in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (40, 8.0), (4000, 8.0)]:
        waits = [backoff_s(failures, limits=limits) for _ in range(20)]
        assert all(mean_s * 0.5 <= wait <= mean_s * 1.5 for wait in waits)
        assert len(set(waits)) > 1


def test_only_what_may_pass_is_worth_another_try() -> None:
    unknown, passing = DnsFailed("unknown"), DnsFailed("busy")
    unknown.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    passing.__cause__ = socket.gaierror(socket.EAI_AGAIN, "Temporary failure")

    assert is_worth_retrying(FetchIncomplete("broken off"))
    assert is_worth_retrying(passing)
    assert not is_worth_retrying(unknown)
    assert not is_worth_retrying(BadResponse("bad"))
    assert not is_worth_retrying(TlsFailed("bad"))
