"""At most one task at a time does what several need; a dead one is not waited for."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contracts.builders import a_task, an_index

from kinodex.domain.errors import StepTimedOut, TaskWithdrawn
from kinodex.domain.ids import TaskId
from kinodex.domain.lifelines import Lifeline
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.claiming import Claims, Pace

QUICK = Pace(beat_s=0.02, dead_after_s=0.3, poll_s=0.01)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    opened = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    yield opened
    opened.close()


@pytest.fixture
def tasks(records: SqlRecords) -> list[Task]:
    index = an_index()
    added = [a_task(index.id) for _ in range(4)]
    with records.write() as transaction:
        transaction.indexes.add(index)
        for task in added:
            transaction.tasks.add(task)
    return added


def _ignore(_holder: TaskId) -> None:
    """Wait in silence."""


def test_tasks_that_need_the_same_take_turns(records: SqlRecords, tasks: list[Task]) -> None:
    inside: list[TaskId] = []
    most = 0
    waited_for: set[TaskId] = set()

    def work(task: Task) -> None:
        nonlocal most
        with Claims(records, task.id, QUICK).held("key", waiting=waited_for.add):
            inside.append(task.id)
            most = max(most, len(inside))
            time.sleep(0.05)
            inside.remove(task.id)

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert waited_for < {task.id for task in tasks}
    with records.read() as transaction:
        assert transaction.claims.holder("key") is None


def test_a_claim_whose_holder_died_is_taken_over_and_one_that_beats_is_not(
    records: SqlRecords, tasks: list[Task]
) -> None:
    holder, waiting, late = tasks[:3]
    with records.write() as transaction:
        transaction.claims.take("key", holder.id, over=None)  # and never a beat: its process is gone
    with Claims(records, waiting.id, QUICK).held("key", waiting=_ignore):
        time.sleep(0.5)  # longer than a claim without a beat lives
        with records.write() as transaction:
            claim = transaction.claims.take("key", late.id, over=None)
    assert claim is not None
    assert (claim.task_id, claim.beat > 5) == (waiting.id, True)


def test_what_a_task_that_ended_has_claimed_is_free(records: SqlRecords, tasks: list[Task]) -> None:
    with records.write() as transaction:
        transaction.claims.take("key", tasks[0].id, over=None)
        transaction.tasks.replace(_ended(tasks[0]))
    patient = Pace(dead_after_s=600.0, poll_s=0.01)
    with Claims(records, tasks[1].id, patient).held("key", waiting=_ignore), records.read() as transaction:
        claim = transaction.claims.holder("key")
        assert claim is not None
        assert claim.task_id == tasks[1].id


@pytest.mark.parametrize("end", ["deleted", "ended"])
def test_a_task_that_is_gone_stops_to_wait(records: SqlRecords, tasks: list[Task], end: str) -> None:
    holder, waiting = tasks[:2]

    def leave(_holder: TaskId) -> None:
        with records.write() as transaction:
            if end == "deleted":
                transaction.tasks.delete(waiting.id)
            else:
                transaction.tasks.replace(_ended(waiting))

    with Claims(records, holder.id, QUICK).held("key", waiting=_ignore):
        claims = Claims(records, waiting.id, QUICK)
        with pytest.raises(TaskWithdrawn), claims.held("key", waiting=leave):
            pytest.fail("it was not its turn")


def test_a_task_that_fails_gives_its_claim_up(records: SqlRecords, tasks: list[Task]) -> None:
    class Broken(Exception):
        """Something goes wrong inside."""

    with pytest.raises(Broken), Claims(records, tasks[0].id, QUICK).held("key", waiting=_ignore):
        raise Broken
    with records.read() as transaction:
        assert transaction.claims.holder("key") is None


def _ended(task: Task) -> Task:
    return replace(task, status=TaskStatus.FAILED, failure=Failure("file_empty", "No."))


def test_a_wait_for_another_task_is_said_and_ends_when_it_is_told_to(
    records: SqlRecords, tasks: list[Task]
) -> None:
    line, waited_for = Lifeline(), []

    def waiting(holder: TaskId) -> None:
        waited_for.append((holder, line.waits_for))
        line.end(StepTimedOut("fetch", "did not end"))

    with (
        Claims(records, tasks[0].id, QUICK).held("key", waiting=_ignore),
        line.held(),
        pytest.raises(StepTimedOut),
        Claims(records, tasks[1].id, QUICK).held("key", waiting=waiting),
    ):
        raise AssertionError("it was not told to go on")

    assert waited_for == [(tasks[0].id, "another task")]
    assert line.waits_for is None
