"""Trying steps again."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from kinodex.domain import errors
from kinodex.worker.retry import RetryingCheckpoints

Result = TypeVar("Result")


class Straight:
    """Checkpoints that remember nothing."""

    attempt = 1

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        return step()


def _failing(times: int, error: Exception) -> tuple[Callable[[], str], list[int]]:
    calls: list[int] = []

    def step() -> str:
        calls.append(len(calls))
        if len(calls) <= times:
            raise error
        return "done"

    return step, calls


def test_a_step_that_may_succeed_later_is_tried_again() -> None:
    step, calls = _failing(2, errors.EngineFailed("ear", "out of memory"))
    assert RetryingCheckpoints(Straight(), pauses_s=(0.0, 0.0)).run("transcribe", step) == "done"
    assert len(calls) == 3


def test_what_remains_wrong_is_raised() -> None:
    step, calls = _failing(9, errors.EngineFailed("ear", "out of memory"))
    with pytest.raises(errors.EngineFailed):
        RetryingCheckpoints(Straight(), pauses_s=(0.0, 0.0)).run("transcribe", step)
    assert len(calls) == 3


@pytest.mark.parametrize("error", [errors.VideoTooShort(3.2, 10), errors.FetchTimedOut("no answer")])
def test_a_verdict_and_a_fetch_with_its_own_schedule_are_not_tried_again(error: errors.KinodexError) -> None:
    step, calls = _failing(1, error)
    with pytest.raises(type(error)):
        RetryingCheckpoints(Straight(), pauses_s=(0.0,)).run("probe", step)
    assert len(calls) == 1
