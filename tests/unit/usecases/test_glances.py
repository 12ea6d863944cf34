"""Ready tasks that clients look at again and again: answered from memory, and never older than a commit."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, TaskId, VideoId, new_id
from kinodex.domain.indexes import Index
from kinodex.domain.tasks import Task, TaskStatus, VideoSource
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.glances import Glances


class Reading:
    """Tasks and videos that count how often they are asked for."""

    def __init__(self, records: SqlRecords) -> None:
        self.records = records
        self.asked = 0

    def get(self, task_id: TaskId) -> Task:
        self.asked += 1
        with self.records.read() as transaction:
            task = transaction.tasks.get(task_id)
        if task is None:
            raise errors.NotFound("task", task_id)
        return task

    def find(self, index_id: IndexId, video_id: VideoId) -> None:
        return None


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    opened = SqlRecords(f"sqlite:///{tmp_path / 'records.db'}")
    yield opened
    opened.close()


def add(records: SqlRecords, status: TaskStatus) -> TaskId:
    at = now()
    index = Index(
        id=IndexId(new_id()),
        name="films",
        models=(),
        addons=(),
        generation="v1.3",
        created_at=at,
        updated_at=at,
    )
    task = Task(
        id=TaskId(new_id()),
        index_id=index.id,
        video_id=VideoId(new_id()),
        status=status,
        source=VideoSource(url="http://example.com/a.mp4"),
        filename="a.mp4",
        generation="v1.3",
        created_at=at,
        updated_at=at,
        estimated_ready_at=at + timedelta(minutes=1),
    )
    with records.write() as transaction:
        transaction.indexes.add(index)
        transaction.tasks.add(task)
    return task.id


def glances_of(records: SqlRecords) -> tuple[Glances, Reading]:
    reading: Any = Reading(records)
    return Glances(records=records, tasks=reading, videos=reading), reading


def test_a_ready_task_is_read_once_while_nothing_is_committed(records: SqlRecords) -> None:
    glances, reading = glances_of(records)
    task_id = add(records, TaskStatus.READY)

    assert glances.recall(task_id) is None
    looked = glances.look(task_id)

    assert glances.recall(task_id) == looked
    assert reading.asked == 1


def test_any_commit_ends_what_is_remembered(records: SqlRecords) -> None:
    glances, _ = glances_of(records)
    task_id = add(records, TaskStatus.READY)
    glances.look(task_id)

    with records.write() as transaction:
        transaction.tasks.delete(task_id)

    assert glances.recall(task_id) is None
    with pytest.raises(errors.NotFound):
        glances.look(task_id)


def test_what_was_read_before_a_commit_is_not_remembered_as_of_after_it(records: SqlRecords) -> None:
    glances, reading = glances_of(records)
    task_id = add(records, TaskStatus.READY)
    read = reading.get

    def get_then_commit(wanted: TaskId) -> Task:
        task = read(wanted)
        with records.write() as transaction:
            transaction.tasks.delete(wanted)
        return task

    reading.get = get_then_commit  # type: ignore[method-assign]
    glances.look(task_id)
    assert glances.recall(task_id) is None


def test_a_task_under_way_is_read_each_time(records: SqlRecords) -> None:
    glances, reading = glances_of(records)
    task_id = add(records, TaskStatus.INDEXING)
    for _ in range(2):
        assert glances.recall(task_id) is None
        assert glances.look(task_id).task.status is TaskStatus.INDEXING
    assert reading.asked == 2


def test_where_commits_are_not_told_of_nothing_is_remembered(
    records: SqlRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    glances, _ = glances_of(records)
    task_id = add(records, TaskStatus.READY)
    monkeypatch.setattr(records, "version", lambda: None)
    assert glances.look(task_id).task.id == task_id
    assert glances.recall(task_id) is None
