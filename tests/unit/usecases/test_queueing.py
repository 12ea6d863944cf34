"""What a task waits for, in good English."""

import pytest

from kinodex.domain.ids import TaskId
from kinodex.jobs.protocols import Attempt, Line, Place
from kinodex.usecases.queueing import queue_reason

WAITING = Attempt(TaskId("a" * 24))


def _reason(*, ahead: int, busy: int, slots: int) -> str | None:
    place = Place(is_running=False, ahead=ahead)
    return queue_reason(Line(places={WAITING: place}, busy=busy, slots=slots), WAITING)


@pytest.mark.parametrize(
    ("ahead", "busy", "slots", "reason"),
    [
        (0, 0, 1, "0 tasks are ahead; the only worker is free"),
        (1, 1, 1, "1 task is ahead; the only worker is busy"),
        (0, 0, 2, "0 tasks are ahead; 0 of 2 workers are busy"),
        (1, 1, 2, "1 task is ahead; 1 of 2 workers is busy"),
        (2, 2, 2, "2 tasks are ahead; 2 of 2 workers are busy"),
        (0, 3, 2, "0 tasks are ahead; 2 of 2 workers are busy"),
        (2, 0, 0, "no worker is running"),
    ],
)
def test_a_waiting_task_says_who_is_ahead_and_how_busy_the_workers_are(
    ahead: int, busy: int, slots: int, reason: str
) -> None:
    assert _reason(ahead=ahead, busy=busy, slots=slots) == reason


def test_a_task_that_is_worked_on_or_has_ended_waits_for_nobody() -> None:
    running = Line(places={WAITING: Place(is_running=True, ahead=0)}, busy=1, slots=1)
    assert queue_reason(running, WAITING) is None
    assert queue_reason(Line(places={}, busy=0, slots=1), WAITING) is None
