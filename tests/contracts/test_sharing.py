"""What tasks over the same bytes know of one another, in every database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.builders import NOON, a_task, a_video, an_index

from kinodex.domain.ids import TaskId, VideoId
from kinodex.domain.indexes import Index
from kinodex.domain.tasks import Failure, Task
from kinodex.stores.protocols import Claim, KnownBytes, KnownSource
from kinodex.stores.sql.records import SqlRecords

DIGEST = "a" * 64
FOUND = KnownBytes(
    video_id=VideoId("c" * 24), sha256="b" * 64, size_bytes=5 * 1024**3, filename="ä.mp4", validator='"v1"'
)


@pytest.fixture
def index(records: SqlRecords) -> Index:
    index = an_index()
    with records.write() as transaction:
        transaction.indexes.add(index)
    return index


@pytest.fixture
def tasks(records: SqlRecords, index: Index) -> list[Task]:
    added = [a_task(index.id) for _ in range(3)]
    with records.write() as transaction:
        for task in added:
            transaction.tasks.add(task)
    return added


def _source(task: Task, **changes: object) -> KnownSource:
    base = KnownSource(digest=DIGEST, generation="v1.1", task_id=task.id, at=NOON, found=FOUND)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_source_is_known_by_what_came_of_it_last_in_each_version(
    records: SqlRecords, tasks: list[Task]
) -> None:
    failed = _source(
        tasks[1], generation="v1.3", found=None, failure=Failure("file_empty", "No."), at=NOON - timedelta(1)
    )
    with records.write() as transaction:
        transaction.sources.put(_source(tasks[0], found=None, failure=Failure("fetch_tls", "Before.")))
        transaction.sources.put(_source(tasks[2]))
        transaction.sources.put(failed)
        transaction.sources.put(_source(tasks[0], digest="0" * 64))

    with records.read() as transaction:
        assert list(transaction.sources.of(DIGEST)) == [_source(tasks[2]), failed]
        assert list(transaction.sources.of("f" * 64)) == []


def test_what_is_known_of_a_source_and_claims_go_with_their_task(
    records: SqlRecords, tasks: list[Task]
) -> None:
    with records.write() as transaction:
        transaction.sources.put(_source(tasks[0]))
        transaction.claims.take("key", tasks[0].id, over=None)
        transaction.tasks.delete(tasks[0].id)

    with records.write() as transaction:
        assert list(transaction.sources.of(DIGEST)) == []
        assert transaction.claims.take("key", tasks[1].id, over=None) is None


def test_a_key_is_claimed_by_one_task_until_it_is_released(records: SqlRecords, tasks: list[Task]) -> None:
    first, second, _ = tasks
    with records.write() as transaction:
        assert transaction.claims.take("key", first.id, over=None) is None
        assert transaction.claims.take("key", first.id, over=None) is None
        assert transaction.claims.take("key", second.id, over=None) == Claim(first.id, 0)
        assert transaction.claims.take("another", second.id, over=None) is None
        transaction.claims.release("key", second.id)
        assert transaction.claims.take("key", second.id, over=None) == Claim(first.id, 0)
        transaction.claims.release("key", first.id)
        assert transaction.claims.take("key", second.id, over=None) is None


def test_a_claim_that_beats_cannot_be_taken_over(records: SqlRecords, tasks: list[Task]) -> None:
    first, second, third = tasks
    with records.write() as transaction:
        transaction.claims.take("key", first.id, over=None)
        seen = transaction.claims.take("key", second.id, over=None)
        assert transaction.claims.keep("key", first.id)
        assert transaction.claims.take("key", second.id, over=seen) == Claim(first.id, 1)
        assert transaction.claims.take("key", second.id, over=Claim(first.id, 1)) is None
        assert not transaction.claims.keep("key", first.id)
        assert transaction.claims.take("key", third.id, over=Claim(first.id, 1)) == Claim(second.id, 2)


def test_of_many_that_claim_at_once_one_gets_the_key(records: SqlRecords, index: Index) -> None:
    waiting = [a_task(index.id) for _ in range(12)]
    with records.write() as transaction:
        for task in waiting:
            transaction.tasks.add(task)

    def take(task_id: TaskId) -> Claim | None:
        with records.write() as transaction:
            return transaction.claims.take("key", task_id, over=None)

    with ThreadPoolExecutor(6) as pool:
        holders = list(pool.map(take, [task.id for task in waiting]))
    assert holders.count(None) == 1
    winner = waiting[holders.index(None)].id
    assert {claim.task_id for claim in holders if claim is not None} == {winner}


def test_a_twin_has_the_same_bytes_and_recipe_in_any_index(records: SqlRecords, index: Index) -> None:
    other = an_index()
    old = a_video(index.id, sha256="b" * 64, recipe="r")
    new = a_video(other.id, sha256="b" * 64, recipe="r", indexed_at=NOON + timedelta(days=1))
    unlike = [a_video(index.id, sha256="b" * 64), a_video(index.id, sha256="d" * 64, recipe="r")]
    with records.write() as transaction:
        transaction.indexes.add(other)
        for video in (new, old, *unlike):
            transaction.videos.add(video)

    with records.read() as transaction:
        assert transaction.videos.twin("b" * 64, "r") == new
        assert transaction.videos.twin("b" * 64, "s") is None
        assert {video.id for video in transaction.videos.of_bytes("b" * 64)} == {
            new.id,
            old.id,
            unlike[0].id,
        }
