"""Who is alive, by counts that move."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kinodex.jobs.heartbeats import Heartbeats


class Clock:
    """A clock that is set by hand."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = sa.create_engine(f"sqlite:///{tmp_path / 'beats.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def beats(engine: sa.Engine, clock: Clock) -> Heartbeats:
    return Heartbeats(engine, dead_after_s=5.0, clock_s=clock)


def test_who_was_never_heard_of_is_dead(beats: Heartbeats) -> None:
    assert beats.dead(["a"]) == ["a"]


def test_a_count_that_stands_still_for_too_long_is_that_of_a_dead_process(
    beats: Heartbeats, clock: Clock
) -> None:
    beats.beat("a")
    assert beats.dead(["a"]) == []
    clock.now_s += 5.0
    assert beats.dead(["a"]) == []
    clock.now_s += 0.1
    assert beats.dead(["a"]) == ["a"]


def test_a_process_that_goes_on_beating_stays_alive(beats: Heartbeats, clock: Clock) -> None:
    for _ in range(5):
        beats.beat("a")
        assert beats.dead(["a"]) == []
        clock.now_s += 4.0


def test_a_new_observer_gives_everybody_time(engine: sa.Engine, beats: Heartbeats, clock: Clock) -> None:
    beats.beat("a")
    clock.now_s += 100.0

    assert Heartbeats(engine, dead_after_s=5.0, clock_s=clock).dead(["a"]) == []


def test_a_process_that_left_is_dead_at_once(beats: Heartbeats) -> None:
    beats.beat("a")
    beats.forget("a")

    assert beats.dead(["a"]) == ["a"]


def test_rows_of_the_dead_go_and_those_of_the_living_stay(
    beats: Heartbeats, clock: Clock, engine: sa.Engine
) -> None:
    beats.beat("dead")
    beats.beat("alive")
    beats.dead([])
    clock.now_s += 6.0
    beats.beat("alive")

    beats.forget_dead()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT worker FROM worker_beats").scalars().all() == ["alive"]


def test_a_process_taken_for_dead_can_come_back(beats: Heartbeats) -> None:
    beats.beat("a")
    beats.forget("a")
    beats.beat("a")

    assert beats.dead(["a"]) == []
