"""When a task will be ready."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kinodex.domain.ids import IndexId, TaskId, VideoId
from kinodex.domain.tasks import Task, TaskStatus, VideoSource
from kinodex.usecases.estimates import STEPS, forecast, progress_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RATES = dict.fromkeys(STEPS, 0.8 / len(STEPS))  # 0.8 s for each second of video
TASK = Task(
    id=TaskId("a" * 24),
    index_id=IndexId("b" * 24),
    video_id=VideoId("c" * 24),
    status=TaskStatus.INDEXING,
    source=VideoSource(url="http://host/a.mp4"),
    filename="a.mp4",
    generation="v1.1",
    created_at=NOW,
    updated_at=NOW,
    estimated_ready_at=NOW,
    duration_s=100.0,
    step="decode",
)


def _seconds(task: Task, *, others: tuple[Task, ...] = (), workers: int = 1) -> float:
    at = forecast(task, unfinished=[*others, task], rates=RATES, workers=workers, at=NOW)
    return (at - NOW).total_seconds()


def test_the_rates_of_this_machine_and_the_length_of_the_video_decide() -> None:
    assert _seconds(TASK) == pytest.approx(80.0)
    assert _seconds(replace(TASK, duration_s=200.0)) == pytest.approx(160.0)


def test_what_is_done_is_no_longer_waited_for() -> None:
    assert _seconds(replace(TASK, progress=0.75)) == pytest.approx(20.0)


def test_a_waiting_task_waits_for_those_before_it() -> None:
    earlier = replace(TASK, id=TaskId("0" * 24), created_at=NOW - timedelta(seconds=5), progress=0.5)
    waiting = replace(TASK, step=None)
    assert _seconds(waiting, others=(earlier,)) == pytest.approx(120.0)
    assert _seconds(waiting, others=(earlier,), workers=2) == pytest.approx(100.0)


def test_progress_grows_from_step_to_step_and_ends_at_one() -> None:
    shares = [progress_of(step, share, rates=RATES) for step in STEPS for share in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
