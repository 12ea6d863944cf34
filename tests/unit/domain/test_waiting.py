"""What work that will be tried again waits for."""

import pytest

from kinodex.domain.errors import EngineFailed, FetchTimedOut, HttpStatusRefused, KinodexError
from kinodex.domain.waiting import retry_of


@pytest.mark.parametrize(
    ("error", "in_s", "told"),
    [
        (HttpStatusRefused(503), 11.2, "in 12 s: the host answered with HTTP status 503"),
        (FetchTimedOut("a.example sent nothing for 30 s."), 1.0, "in 1 s: a.example sent nothing for 30 s"),
        (EngineFailed("moonshine", "no reason"), -0.1, "in 1 s: the engine moonshine failed: no reason"),
    ],
)
def test_a_retry_says_when_it_comes_and_why(error: KinodexError, in_s: float, told: str) -> None:
    assert retry_of("fetch", error, in_s=in_s) == f"retry of fetch {told}"
