"""What the records do in every database."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.builders import FACTS, NOON, a_task, a_video, an_index

from kinodex.domain.clock import now
from kinodex.domain.errors import IndexNameTaken, StorageFull
from kinodex.domain.events import Event
from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId, new_id
from kinodex.domain.indexes import Index, IndexTotals
from kinodex.domain.keys import ApiKey
from kinodex.domain.listing import Condition, Listing
from kinodex.domain.options import Modality
from kinodex.domain.repeats import KeptAnswer, Repeatable
from kinodex.domain.tasks import TaskStatus, VideoSource
from kinodex.domain.timeline import Span
from kinodex.stores.protocols import TextLine, VectorManifest
from kinodex.stores.sql.records import SqlRecords


@pytest.fixture
def index(records: SqlRecords) -> Index:
    """An index that is there."""
    index = an_index()
    with records.write() as transaction:
        transaction.indexes.add(index)
    return index


class Boom(Exception):
    """Something goes wrong in the middle."""


# --- transactions ------------------------------------------------------------------------------


def test_what_is_raised_undoes_everything(records: SqlRecords, index: Index) -> None:
    with pytest.raises(Boom), records.write() as transaction:  # noqa: PT012  it is raised last
        transaction.tasks.add(a_task(index.id))
        transaction.indexes.rename(index.id, "other", now())
        raise Boom

    with records.read() as transaction:
        assert transaction.tasks.unfinished() == []
        assert transaction.indexes.get(index.id) == index


def test_a_reader_sees_one_moment(records: SqlRecords, index: Index) -> None:
    with records.read() as reader:
        assert reader.tasks.unfinished() == []
        with records.write() as writer:
            writer.tasks.add(a_task(index.id))
        assert reader.tasks.unfinished() == []

    with records.read() as reader:
        assert len(reader.tasks.unfinished()) == 1


def test_a_reader_cannot_hold_up_a_writer(records: SqlRecords, index: Index) -> None:
    with records.read() as reader:
        reader.indexes.get(index.id)
        with records.write() as writer:
            writer.indexes.rename(index.id, "renamed", now())


def test_writers_of_several_threads_lose_nothing(records: SqlRecords, index: Index) -> None:
    def add(_: int) -> None:
        with records.write() as transaction:
            transaction.tasks.add(a_task(index.id))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(20)))

    with records.read() as transaction:
        assert transaction.tasks.list(Listing(page_limit=50)).total == 20


def test_a_counter_counts_every_writer(records: SqlRecords) -> None:
    def start(_: int) -> None:
        with records.write() as transaction:
            transaction.steps.started(TaskId("t"), "decode", NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(20)))

    with records.read() as transaction:
        assert transaction.steps.of_task(TaskId("t"))[0].attempts == 20


def test_processes_that_open_an_empty_database_at_once_all_succeed(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: SqlRecords(database_url), range(4)))

    for records in opened:
        records.ping()
        records.close()


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    index = an_index()
    first = SqlRecords(database_url)
    with first.write() as transaction:
        transaction.indexes.add(index)
    first.close()

    second = SqlRecords(database_url)
    with second.read() as transaction:
        assert transaction.indexes.get(index.id) == index
    second.close()


# --- indexes -----------------------------------------------------------------------------------


def test_an_index_comes_back_as_it_went_in(records: SqlRecords, index: Index) -> None:
    with records.read() as transaction:
        assert transaction.indexes.get(index.id) == index
        assert transaction.indexes.get(IndexId(new_id())) is None


def test_two_indexes_cannot_share_a_name(records: SqlRecords, index: Index) -> None:
    other = an_index()
    with records.write() as transaction:
        transaction.indexes.add(other)
    with pytest.raises(IndexNameTaken), records.write() as transaction:
        transaction.indexes.add(an_index(name=index.name))
    with pytest.raises(IndexNameTaken), records.write() as transaction:
        transaction.indexes.rename(other.id, index.name, now())


def test_a_refused_name_leaves_the_transaction_usable(records: SqlRecords, index: Index) -> None:
    other = an_index()
    with records.write() as transaction:
        transaction.indexes.add(other)
        with pytest.raises(IndexNameTaken):
            transaction.indexes.rename(other.id, index.name, now())
        transaction.indexes.rename(other.id, "free", NOON)

    with records.read() as transaction:
        assert transaction.indexes.get(other.id) == replace(other, name="free", updated_at=NOON)


def test_indexes_are_listed_by_page_order_and_condition(records: SqlRecords) -> None:
    made = [an_index(name=name, created_at=NOON + timedelta(days=day)) for day, name in enumerate("bac")]
    with records.write() as transaction:
        for index in made:
            transaction.indexes.add(index)

    with records.read() as transaction:
        newest = transaction.indexes.list(Listing(page=1, page_limit=2))
        last = transaction.indexes.list(Listing(page=2, page_limit=2))
        by_name = transaction.indexes.list(Listing(sort_by="name", descending=False))
        named = transaction.indexes.list(Listing(conditions=(Condition("name", "eq", "a"),)))
        since = transaction.indexes.list(
            Listing(conditions=(Condition("created_at", "gte", made[1].created_at),))
        )

    assert [index.name for index in newest.items] == ["c", "a"]
    assert [index.name for index in last.items] == ["b"]
    assert newest.total == last.total == 3
    assert [index.name for index in by_name.items] == ["a", "b", "c"]
    assert list(named.items) == [made[1]]
    assert since.total == 2


@pytest.mark.parametrize(
    ("field", "words", "found"),
    [
        ("options", ("visual",), 1),
        ("options", ("visual", "audio"), 1),
        ("options", ("visual", "logo"), 0),
        ("models", ("marengo2.7",), 1),
        ("models", ("marengo2.7", "marengo2.6"), 0),
    ],
)
def test_indexes_are_found_by_all_options_and_models(
    records: SqlRecords, index: Index, field: str, words: tuple[str, ...], found: int
) -> None:
    with records.read() as transaction:
        page = transaction.indexes.list(Listing(conditions=(Condition(field, "in", words),)))

    assert page.total == found


def test_totals_count_ready_videos(records: SqlRecords, index: Index) -> None:
    empty = an_index()
    with records.write() as transaction:
        transaction.indexes.add(empty)
        transaction.videos.add(a_video(index.id))
        transaction.videos.add(a_video(index.id))

    with records.read() as transaction:
        totals = transaction.indexes.totals([index.id, empty.id])
        assert transaction.indexes.totals([]) == {}

    assert totals == {index.id: IndexTotals(2, 123.0), empty.id: IndexTotals(0, 0.0)}


def test_with_an_index_goes_all_that_is_in_it(records: SqlRecords, index: Index) -> None:
    task, video = a_task(index.id), a_video(index.id)
    with records.write() as transaction:
        transaction.tasks.add(task)
        transaction.videos.add(video)
        transaction.texts.add(index.id, [a_line(video.id, "hello")])
        transaction.manifests.add(index.id, [a_manifest(video.id)])
    with records.write() as transaction:
        transaction.indexes.delete(index.id)

    with records.read() as transaction:
        assert transaction.tasks.get(task.id) is None
        assert transaction.videos.get(index.id, video.id) is None
        assert transaction.texts.lines(video.id, Modality.SPEECH) == []
        assert find(transaction.texts, index.id, "hello") == []
        assert manifests_of(transaction.manifests, index.id) == []


# --- tasks -------------------------------------------------------------------------------------


def test_a_task_comes_back_as_it_went_in(records: SqlRecords, index: Index) -> None:
    full = a_task(index.id)
    bare = a_task(
        index.id,
        source=VideoSource(),
        transcript_blob=None,
        transcript_url=None,
        user_metadata=(),
        duration_s=None,
        width_px=None,
        height_px=None,
        size_bytes=None,
        step=None,
        failure=None,
        request_id=None,
    )
    with records.write() as transaction:
        transaction.tasks.add(full)
        transaction.tasks.add(bare)

    with records.read() as transaction:
        assert transaction.tasks.get(full.id) == full
        assert transaction.tasks.get(bare.id) == bare
        assert transaction.tasks.of_video(full.video_id) == full
        assert transaction.tasks.get(TaskId(new_id())) is None
        assert transaction.tasks.of_video(VideoId(new_id())) is None


def test_times_come_back_in_utc(records: SqlRecords, index: Index) -> None:
    here = timezone(timedelta(hours=5, minutes=30))
    task = a_task(index.id, created_at=datetime(2026, 1, 1, 3, 0, 0, 999_999, tzinfo=here))
    with records.write() as transaction:
        transaction.tasks.add(task)

    with records.read() as transaction:
        stored = transaction.tasks.get(task.id)

    assert stored is not None
    assert stored.created_at == task.created_at
    assert stored.created_at.tzinfo is UTC


def test_what_no_database_takes_becomes_a_replacement_character(records: SqlRecords, index: Index) -> None:
    task = a_task(index.id, filename="a\0b\ud800c")
    with records.write() as transaction:
        transaction.tasks.add(task)

    with records.read() as transaction:
        stored = transaction.tasks.get(task.id)

    assert stored is not None
    assert stored.filename == "a\ufffdb?c"


@pytest.mark.parametrize("final", [TaskStatus.READY, TaskStatus.FAILED])
def test_a_task_that_ended_stays_as_it_is(records: SqlRecords, index: Index, final: TaskStatus) -> None:
    task = a_task(index.id)
    with records.write() as transaction:
        transaction.tasks.add(task)
        assert transaction.tasks.replace(replace(task, progress=0.5))
        assert transaction.tasks.replace(replace(task, status=final))
        assert not transaction.tasks.replace(replace(task, status=TaskStatus.INDEXING))

    with records.read() as transaction:
        assert transaction.tasks.get(task.id) == replace(task, status=final)


def test_a_deleted_task_is_not_brought_back(records: SqlRecords, index: Index) -> None:
    task = a_task(index.id)
    with records.write() as transaction:
        transaction.tasks.add(task)
        transaction.tasks.delete(task.id)
        assert not transaction.tasks.replace(task)

    with records.read() as transaction:
        assert transaction.tasks.get(task.id) is None


def test_unfinished_tasks_come_oldest_first(records: SqlRecords, index: Index) -> None:
    tasks = [
        a_task(index.id, status=status, created_at=NOON - timedelta(seconds=age))
        for age, status in enumerate(TaskStatus)
    ]
    with records.write() as transaction:
        for task in tasks:
            transaction.tasks.add(task)

    with records.read() as transaction:
        unfinished = transaction.tasks.unfinished()
        counts = transaction.tasks.count_by_status(index.id)
        assert transaction.tasks.count_by_status(None) == counts
        assert transaction.tasks.count_by_status(IndexId(new_id())) == {}

    assert list(unfinished) == [task for task in reversed(tasks) if not task.status.is_final]
    assert counts == dict.fromkeys(TaskStatus, 1)


def test_the_oldest_unfinished_and_the_last_changed_tasks_can_be_looked_at_alone(
    records: SqlRecords, index: Index
) -> None:
    tasks = [
        a_task(
            index.id,
            created_at=NOON - timedelta(seconds=n),
            updated_at=NOON + timedelta(seconds=n),
            received_bytes=5 * 2**32,
        )
        for n in range(4)
    ]
    with records.write() as transaction:
        for task in tasks:
            transaction.tasks.add(task)
    with records.read() as transaction:
        assert transaction.tasks.unfinished(limit=2) == [tasks[3], tasks[2]]
        assert transaction.tasks.changed(since=NOON + timedelta(seconds=2), limit=9) == [tasks[3], tasks[2]]
        assert transaction.tasks.changed(since=NOON, limit=1) == [tasks[3]]


def test_unfinished_attempts_come_a_few_at_a_time_and_each_once(records: SqlRecords, index: Index) -> None:
    tasks = [a_task(index.id, attempt=1 + n % 2) for n in range(5)]
    with records.write() as transaction:
        for task in (*tasks, a_task(index.id, status=TaskStatus.READY)):
            transaction.tasks.add(task)
    found: list[tuple[TaskId, int]] = []
    with records.read() as transaction:
        while page := transaction.tasks.unfinished_attempts(after=found[-1][0] if found else None, limit=2):
            assert len(page) <= 2
            found += page

    assert found == sorted((task.id, task.attempt) for task in tasks)


def test_tasks_are_listed_by_condition(records: SqlRecords, index: Index) -> None:
    short = a_task(index.id, duration_s=5.0, status=TaskStatus.READY, filename="b.mp4")
    long = a_task(index.id, duration_s=50.0, status=TaskStatus.FAILED, filename="B.mp4")
    unknown = a_task(index.id, duration_s=None, width_px=None, filename="a.mp4")
    with records.write() as transaction:
        for task in (short, long, unknown):
            transaction.tasks.add(task)

    def found(*conditions: Condition, sort_by: str = "duration_s", descending: bool = False) -> list[str]:
        listing = Listing(conditions=conditions, sort_by=sort_by, descending=descending)
        with records.read() as transaction:
            return [task.filename for task in transaction.tasks.list(listing).items]

    assert found() == ["b.mp4", "B.mp4", "a.mp4"]
    assert found(descending=True) == ["B.mp4", "b.mp4", "a.mp4"]
    assert found(sort_by="filename") == ["B.mp4", "a.mp4", "b.mp4"]
    assert found(Condition("duration_s", "gte", 5)) == ["b.mp4", "B.mp4"]
    assert found(Condition("duration_s", "lte", 49.9)) == ["b.mp4"]
    assert found(Condition("width_px", "gte", 1279.5), Condition("width_px", "lte", 1280.5)) == [
        "b.mp4",
        "B.mp4",
    ]
    assert found(Condition("width_px", "eq", 1279.6)) == []
    assert found(Condition("status", "in", ("ready", "failed")), Condition("filename", "eq", "B.mp4")) == [
        "B.mp4"
    ]
    assert found(Condition("status", "in", ())) == []


def test_a_list_that_makes_no_sense_is_a_mistake_of_the_caller(records: SqlRecords) -> None:
    nonsense = [
        Listing(sort_by="secret"),
        Listing(conditions=(Condition("url", "eq", "x"),)),
        Listing(conditions=(Condition("duration_s", "eq", "long"),)),
        Listing(conditions=(Condition("created_at", "gte", "2026-01-01"),)),
        Listing(conditions=(Condition("filename", "eq", 3),)),
        Listing(conditions=(Condition("status", "in", "ready"),)),
        Listing(conditions=(Condition("status", "eq", ("ready",)),)),
    ]
    for listing in nonsense:
        with pytest.raises(ValueError, match=r"sorted|named|compared|takes"), records.read() as transaction:
            transaction.tasks.list(listing)


# --- videos ------------------------------------------------------------------------------------


def test_a_video_comes_back_as_it_went_in(records: SqlRecords, index: Index) -> None:
    full = a_video(index.id)
    bare = a_video(
        index.id,
        title=None,
        user_metadata={},
        engines={},
        warnings=(),
        facts=replace(FACTS, audio_codec=None),
    )
    with records.write() as transaction:
        transaction.videos.add(full)
        transaction.videos.add(bare)

    with records.read() as transaction:
        assert transaction.videos.get(index.id, full.id) == full
        assert transaction.videos.get(index.id, bare.id) == bare
        assert transaction.videos.get(IndexId(new_id()), full.id) is None


def test_a_video_stored_again_takes_the_place_of_the_first(records: SqlRecords, index: Index) -> None:
    first = a_video(index.id)
    second = replace(first, title="Second", user_metadata={"n": 4})
    with records.write() as transaction:
        transaction.videos.add(first)
        transaction.texts.add(index.id, [a_line(first.id, "old words")])
        transaction.videos.add(second)
        transaction.texts.add(index.id, [a_line(first.id, "new words")])

    with records.read() as transaction:
        assert list(transaction.videos.list(index.id, Listing()).items) == [second]
        assert find(transaction.texts, index.id, "old") == []
        assert find(transaction.texts, index.id, "new") != []


def test_an_update_changes_title_and_metadata_only(records: SqlRecords, index: Index) -> None:
    video = a_video(index.id)
    changed = replace(
        video,
        title="New",
        user_metadata={"n": "now text"},
        updated_at=NOON + timedelta(days=1),
        sha256="1" * 64,
    )
    with records.write() as transaction:
        transaction.videos.add(video)
        transaction.videos.update(changed)
        transaction.videos.update(a_video(index.id))

    with records.read() as transaction:
        assert list(transaction.videos.list(index.id, Listing()).items) == [
            replace(changed, sha256=video.sha256)
        ]
        assert transaction.videos.matching(index.id, [Condition("metadata.n", "eq", "now text")]) == [
            video.id
        ]
        assert transaction.videos.matching(index.id, [Condition("metadata.n", "eq", 3)]) == []


def test_a_deleted_video_takes_its_texts_and_vectors_along(records: SqlRecords, index: Index) -> None:
    video, other = a_video(index.id), a_video(index.id)
    with records.write() as transaction:
        for each in (video, other):
            transaction.videos.add(each)
            transaction.texts.add(index.id, [a_line(each.id, "hello")])
            transaction.manifests.add(index.id, [a_manifest(each.id)])
    with records.write() as transaction:
        assert not transaction.videos.delete(IndexId(new_id()), video.id)
        assert transaction.videos.delete(index.id, video.id)
        assert not transaction.videos.delete(index.id, video.id)

    with records.read() as transaction:
        assert [hit.line.video_id for hit in find(transaction.texts, index.id, "hello")] == [other.id]
        assert [each.video_id for each in manifests_of(transaction.manifests, index.id)] == [other.id]
        assert transaction.videos.matching(index.id, [Condition("metadata.n", "eq", 3)]) == [other.id]


# --- vector manifests --------------------------------------------------------------------------


def a_manifest(
    video_id: VideoId, *, space: str = "fake:0:8", blob: str = "videos/a/vectors/b"
) -> VectorManifest:
    return VectorManifest(
        video_id=video_id, modality=Modality.VISUAL, space=space, blob=blob, sha256="0" * 64, rows=7
    )


def manifests_of(store, index_id, *, modality=Modality.VISUAL, space="fake:0:8", videos=None):
    return list(store.list(index_id, modality=modality, space=space, videos=videos))


def test_manifests_are_listed_by_modality_space_and_video(records: SqlRecords, index: Index) -> None:
    first, second = a_video(index.id), a_video(index.id)
    with records.write() as transaction:
        for video in (first, second):
            transaction.videos.add(video)
            transaction.manifests.add(
                index.id, [a_manifest(video.id), a_manifest(video.id, space="other:0:8")]
            )
        transaction.manifests.add(index.id, [a_manifest(first.id, blob="videos/a/vectors/newer")])
        transaction.manifests.add(index.id, [])

    with records.read() as transaction:
        store = transaction.manifests
        assert {each.video_id: each.blob for each in manifests_of(store, index.id)} == {
            first.id: "videos/a/vectors/newer",
            second.id: "videos/a/vectors/b",
        }
        assert manifests_of(store, index.id, videos=[second.id]) == [a_manifest(second.id)]
        assert manifests_of(store, index.id, videos=[]) == []
        assert manifests_of(store, index.id, modality=Modality.SPEECH) == []
        assert manifests_of(store, index.id, space="another:0:8") == []
        many = [VideoId(f"{number:024x}") for number in range(70_000)]
        assert manifests_of(store, index.id, videos=[*many, second.id]) == [a_manifest(second.id)]


def test_videos_without_vectors_of_a_space_are_named(records: SqlRecords, index: Index) -> None:
    both, other, bare = (a_video(index.id) for _ in range(3))
    with records.write() as transaction:
        for video in (both, other, bare):
            transaction.videos.add(video)
        transaction.manifests.add(
            index.id, [a_manifest(both.id), *(a_manifest(each.id, space="b:0:8") for each in (both, other))]
        )

    with records.read() as transaction:

        def lacking(space: str, videos: list[VideoId] | None = None) -> list[VideoId]:
            found = transaction.manifests.lacking(
                index.id, modality=Modality.VISUAL, space=space, videos=videos
            )
            return list(found)

        assert lacking("fake:0:8") == [other.id]
        assert lacking("b:0:8") == []
        assert lacking("c:0:8") == sorted([both.id, other.id])
        assert lacking("c:0:8", [both.id, bare.id]) == [both.id]
        assert lacking("c:0:8", []) == []


# --- texts (more in test_texts.py) -------------------------------------------------------------


def a_line(video_id: VideoId, text: str) -> TextLine:
    return TextLine(video_id=video_id, modality=Modality.SPEECH, number=0, span=Span(0.0, 1.0), text=text)


def find(store, index_id, query):
    return list(store.find(index_id, query, modality=Modality.SPEECH, exact=False, videos=None, limit=10))


# --- keys, events, pages, steps ----------------------------------------------------------------


def test_a_key_is_found_with_what_limits_it_and_listed_when_it_has_ended(records: SqlRecords) -> None:
    old = ApiKey(id=KeyId("1"), name="old", digest="d1", scopes=("read", "admin"), created_at=NOON)
    new = ApiKey(
        id=KeyId("2"),
        name="new",
        digest="d2",
        scopes=(),
        created_at=NOON + timedelta(seconds=1),
        index_ids=(IndexId("a"), IndexId("b")),
        requests_per_minute=7,
    )
    with records.write() as transaction:
        transaction.keys.add(new)
        transaction.keys.add(old)
        assert transaction.keys.find("d1") == old
        assert transaction.keys.revoke(old.id, NOON)
        assert not transaction.keys.revoke(old.id, now())
        assert not transaction.keys.revoke(KeyId("3"), now())
        transaction.keys.expire(new.id, NOON)

    with records.read() as transaction:
        assert transaction.keys.find("d3") is None
        assert transaction.keys.find("d2") == transaction.keys.get(new.id) == replace(new, expires_at=NOON)
        assert list(transaction.keys.list()) == [
            replace(old, revoked_at=NOON),
            replace(new, expires_at=NOON),
        ]


def an_event(name: str) -> Event:
    return Event(
        id=f"whe_{name}", type="index.task.ready", created_at=NOON, data={"id": name, "list": [1, None]}
    )


def test_events_are_told_in_order_and_once(records: SqlRecords) -> None:
    events = [an_event(name) for name in "cab"]
    with records.write() as transaction:
        for event in [*events, replace(events[0], type="index.task.failed")]:
            transaction.outbox.add(event)

    with records.read() as transaction:
        assert list(transaction.outbox.list(after=None, limit=10)) == events
        assert list(transaction.outbox.list(after=None, limit=2)) == events[:2]
        assert list(transaction.outbox.list(after="whe_c", limit=10)) == events[1:]
        assert list(transaction.outbox.list(after="whe_b", limit=10)) == []


def test_an_event_that_commits_late_is_not_passed_over(records: SqlRecords) -> None:
    first_is_in, second_waits = threading.Event(), threading.Event()

    def slow() -> None:
        with records.write() as transaction:
            transaction.outbox.add(an_event("slow"))
            first_is_in.set()
            second_waits.wait(timeout=0.3)

    def quick() -> None:
        first_is_in.wait()
        with records.write() as transaction:
            transaction.outbox.add(an_event("quick"))
        with records.read() as transaction:
            seen.extend(event.id for event in transaction.outbox.list(after=None, limit=10))

    seen: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda work: work(), (slow, quick)))

    assert seen == ["whe_slow", "whe_quick"]


def test_a_result_page_is_its_owners_until_it_expires(records: SqlRecords) -> None:
    soon = now() + timedelta(minutes=1)
    with records.write() as transaction:
        transaction.pages.add("old", owner="me", content=b"0", expires_at=now() - timedelta(seconds=1))
        transaction.pages.add("token", owner="me", content=b"\0\xff", expires_at=soon)

    with records.read() as transaction:
        pages = transaction.pages
        assert pages.get("token", owner="me", at=now()) == b"\0\xff"
        assert pages.get("token", owner="you", at=now()) is None
        assert pages.get("token", owner="me", at=soon) is None
        assert pages.get("other", owner="me", at=now()) is None
        assert pages.get("old", owner="me", at=NOON - timedelta(days=365)) is None


def test_steps_are_counted_in_the_order_they_began(records: SqlRecords) -> None:
    task_id = TaskId(new_id())
    with records.write() as transaction:
        steps = transaction.steps
        steps.started(task_id, "fetch", NOON)
        steps.started(task_id, "decode", NOON)
        steps.started(task_id, "fetch", NOON)
        steps.finished(task_id, "fetch", seconds=1.5, video_s=None)
        steps.finished(TaskId("unknown"), "fetch", seconds=1.5, video_s=0.0)

    with records.read() as transaction:
        found = [(each.step, each.attempts, each.seconds) for each in transaction.steps.of_task(task_id)]
        assert transaction.steps.rates() == {}

    assert found == [("fetch", 2, 1.5), ("decode", 1, None)]


def test_the_rate_of_a_step_is_the_median_of_its_last_runs(records: SqlRecords) -> None:
    with records.write() as transaction:
        for seconds in [1000.0] * 15 + [float(number) for number in range(20)]:
            transaction.steps.finished(TaskId("t"), "decode", seconds=seconds, video_s=10.0)
        transaction.steps.finished(TaskId("t"), "fetch", seconds=3.0, video_s=10.0)

    with records.read() as transaction:
        assert transaction.steps.rates() == pytest.approx({"decode": 0.95, "fetch": 0.3})


# --- one database in particular ----------------------------------------------------------------


def test_sqlite_is_opened_so_that_a_commit_survives_the_power(sqlite_url: str) -> None:
    records = SqlRecords(sqlite_url)
    with records.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    records.close()

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000, "foreign_keys": 1}


def test_a_full_disk_is_told_as_such_and_passes(sqlite_url: str) -> None:
    records = SqlRecords(sqlite_url)
    index = an_index()
    with records.write() as transaction:
        transaction.indexes.add(index)
        pages = transaction.connection.exec_driver_sql("PRAGMA page_count").scalar()

    def most_pages(limit: int | None):
        def set_limit(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count={limit}")

        return set_limit

    limit = most_pages(pages)
    sa.event.listen(records.engine, "checkout", limit)
    with pytest.raises(StorageFull), records.write() as transaction:
        transaction.indexes.add(an_index(name="x" * 100_000))
    sa.event.remove(records.engine, "checkout", limit)
    sa.event.listen(records.engine, "checkout", most_pages(1_000_000))

    with records.write() as transaction:
        transaction.indexes.add(an_index())
        assert transaction.indexes.get(index.id) == index
    records.close()


def test_a_database_that_does_not_answer_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match="does not answer"):
        SqlRecords("postgresql://nobody@127.0.0.1:1/nothing")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConnectionError, match="does not answer"):
        SqlRecords(f"sqlite:///{tmp_path / 'folder'}")


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"database URL|needs a file"):
        SqlRecords(url)


def test_a_request_that_may_come_again_is_remembered_as_it_was_last_put(records: SqlRecords) -> None:
    running = Repeatable(id="a", fingerprint="f", made_id="m", state="running", beats=0, created_at=now())
    answered = replace(running, state="answered", answer=KeptAnswer(201, "text/plain", b"\x00\xff"))
    with records.write() as transaction:
        transaction.repeats.lock("a")
        assert transaction.repeats.get("a") is None
        transaction.repeats.put(running)
        transaction.repeats.put(replace(running, id="b", created_at=now() - timedelta(days=2)))
        transaction.repeats.beat("a")
    with records.write() as transaction:
        assert transaction.repeats.get("a") == replace(running, beats=1)
        transaction.repeats.reopen_running()
        transaction.repeats.remove_older(now() - timedelta(days=1))
        assert transaction.repeats.get("a") == replace(running, beats=1, state="open")
        assert transaction.repeats.get("b") is None
        transaction.repeats.put(answered)
        transaction.repeats.reopen_running()
    with records.read() as transaction:
        assert transaction.repeats.get("a") == answered
