"""Signs of life one way, the word to stop the other."""

import threading

import pytest

from kinodex.domain import lifelines
from kinodex.domain.errors import TaskWithdrawn
from kinodex.domain.lifelines import Lifeline


class Clock:
    """A clock that is set by hand."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_where_nobody_watches_nothing_happens() -> None:
    lifelines.check()
    lifelines.moved()
    with lifelines.waiting("a reason"):
        assert lifelines.current() is None


def test_work_that_is_told_to_end_does_so_at_its_next_sign_of_life() -> None:
    line = Lifeline()
    with line.held():
        lifelines.moved()
        line.end(TaskWithdrawn())
        for sign in (lifelines.check, lifelines.moved):
            with pytest.raises(TaskWithdrawn):
                sign()
    lifelines.check()


def test_stillness_is_counted_from_the_last_sign_of_life() -> None:
    clock = Clock()
    line = Lifeline(clock_s=clock)
    clock.now_s += 30
    assert (line.still_s, line.worked_s) == (30, 30)
    line.moved()
    clock.now_s += 5
    assert (line.still_s, line.worked_s) == (5, 35)


def test_waiting_for_others_has_a_reason_and_is_neither_work_nor_stillness() -> None:
    clock = Clock()
    line = Lifeline(clock_s=clock)
    clock.now_s += 3
    with line.held(), lifelines.waiting("another task is fetching the same URL"):
        clock.now_s += 600
        assert line.waits_for == "another task is fetching the same URL"
        assert (line.still_s, line.worked_s) == (0, 3)
    assert line.waits_for is None
    assert (line.still_s, line.worked_s) == (0, 3)


def test_a_line_belongs_to_the_thread_that_works() -> None:
    seen: list[object] = []
    with Lifeline().held():
        thread = threading.Thread(target=lambda: seen.append(lifelines.current()))
        thread.start()
        thread.join()
    assert seen == [None]
