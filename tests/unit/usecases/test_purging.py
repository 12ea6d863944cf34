"""Bytes nobody needs go, after the commit that says so and over any kill; others never do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kinodex.domain.clock import now
from kinodex.domain.ids import VideoId
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases import purging
from kinodex.usecases.blobs import source_key, video_prefix
from kinodex.usecases.purging import LONGEST_UPLOAD, STRAGGLING, Purging, announce_bytes, purge_videos

A, B = VideoId("a" * 24), VideoId("b" * 24)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqlRecords]:
    opened = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> ObstoreBlobs:
    opened = ObstoreBlobs(str(tmp_path / "blobs"))
    for video_id in (A, B):
        opened.put_bytes(source_key(video_id), b"video")
    return opened


@pytest.fixture
def sweeping(records: SqlRecords, blobs: ObstoreBlobs) -> Purging:
    return Purging(records=records, blobs=blobs)


def _noted(records: SqlRecords) -> list[str]:
    with records.read() as transaction:
        return list(transaction.purges.prefixes())


def test_a_sweep_removes_what_is_noted_and_nothing_else(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=False)

    assert sweeping.sweep() == 1

    assert list(blobs.list("videos/")) == [source_key(B)]
    assert _noted(records) == []
    assert sweeping.sweep() == 0


def test_a_note_that_was_rolled_back_removes_nothing(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    def delete_and_fail() -> None:
        with records.write() as transaction:
            purge_videos(transaction, [A], are_worked_on=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()

    sweeping.sweep()

    assert blobs.size(source_key(A)) == 5


def test_what_a_straggling_worker_writes_after_the_sweep_goes_too(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=True)
    sweeping.sweep()
    blobs.put_bytes(source_key(A), b"late")

    sweeping.sweep(now() + purging.AGAIN_AFTER)
    assert blobs.size(source_key(A)) is None
    assert _noted(records) == [video_prefix(A)]

    sweeping.sweep(now() + STRAGGLING + purging.AGAIN_AFTER)
    assert _noted(records) == []


def test_announced_bytes_stay_while_an_upload_may_last_and_go_when_it_never_got_a_record(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    with records.write() as transaction:
        announce_bytes(transaction, A)

    sweeping.sweep(now() + LONGEST_UPLOAD - timedelta(minutes=1))
    assert blobs.size(source_key(A)) == 5

    sweeping.sweep(now() + LONGEST_UPLOAD)
    assert blobs.size(source_key(A)) is None


def test_announced_bytes_that_got_a_record_are_spared_for_good(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    with records.write() as transaction:
        announce_bytes(transaction, A)
    with records.write() as transaction:
        assert transaction.purges.spare(video_prefix(A))

    sweeping.sweep(now() + timedelta(days=365))

    assert blobs.size(source_key(A)) == 5


def test_bytes_whose_removal_has_begun_cannot_be_spared(records: SqlRecords) -> None:
    at = now()
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=False)
        transaction.purges.claim(now(), again_at=at + timedelta(seconds=30), limit=1)

    with records.write() as transaction:
        assert not transaction.purges.spare(video_prefix(A))
        assert not transaction.purges.spare(video_prefix(B)), "never noted"


def test_a_store_that_fails_delays_one_removal_and_not_the_others(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with records.write() as transaction:
        purge_videos(transaction, [A, B], are_worked_on=False)
    delete = blobs.delete_prefix

    def failing(prefix: str) -> None:
        if prefix == video_prefix(A):
            raise OSError("the disk is gone")
        delete(prefix)

    monkeypatch.setattr(blobs, "delete_prefix", failing)
    sweeping.sweep()
    assert list(blobs.list("videos/")) == [source_key(A)]

    monkeypatch.setattr(blobs, "delete_prefix", delete)
    sweeping.sweep(now() + purging.LEASE)
    assert list(blobs.list("videos/")) == []


def test_what_is_asked_for_again_during_a_removal_is_removed_again(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=False)
    delete, times = blobs.delete_prefix, []

    def write_late(prefix: str) -> None:
        delete(prefix)
        if not times:
            blobs.put_bytes(source_key(A), b"late")
            with records.write() as transaction:
                purge_videos(transaction, [A], are_worked_on=False)
        times.append(prefix)

    monkeypatch.setattr(blobs, "delete_prefix", write_late)
    sweeping.sweep()
    sweeping.sweep(now() + timedelta(seconds=1))

    assert times == [video_prefix(A)] * 2
    assert blobs.size(source_key(A)) is None


@pytest.mark.parametrize("hours", [-1, 1])
def test_what_goes_at_once_goes_at_once_although_the_clock_jumps(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs, hours: int
) -> None:
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=False)
        announce_bytes(transaction, B)

    assert sweeping.sweep(now() + timedelta(hours=hours)) == 1

    assert list(blobs.list("videos/")) == [source_key(B)]


def test_a_removal_whose_sweep_died_before_the_clock_was_set_back_is_made_up_for(
    sweeping: Purging, records: SqlRecords, blobs: ObstoreBlobs
) -> None:
    at = now()
    with records.write() as transaction:
        purge_videos(transaction, [A], are_worked_on=False)
        assert transaction.purges.claim(at, again_at=at + purging.LEASE, limit=1)

    assert sweeping.sweep(at) == 0, "another may be at it"
    assert sweeping.sweep(at - timedelta(hours=1)) == 1
    assert blobs.size(source_key(A)) is None
