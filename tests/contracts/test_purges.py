"""Bytes that are to be removed, noted in each kind of database."""

from datetime import timedelta

from tests.contracts.builders import NOON

from kinodex.stores.sql.records import SqlRecords

MINUTE = timedelta(minutes=1)


def test_those_that_are_due_are_claimed_longest_due_first_and_are_due_again_later(
    records: SqlRecords,
) -> None:
    with records.write() as transaction:
        transaction.purges.add(["videos/b/"], due_at=NOON - MINUTE)
        transaction.purges.add(["videos/a/", "videos/c/"], due_at=NOON)
        transaction.purges.add(["videos/d/"], due_at=NOON + MINUTE)
    with records.write() as transaction:
        first = transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=2)
        rest = transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=2)
        none = transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=2)

    assert {purge.prefix for purge in first} == {"videos/a/", "videos/b/"}
    assert [purge.prefix for purge in rest] == ["videos/c/"]
    assert none == []
    with records.write() as transaction:
        again = transaction.purges.claim(NOON + MINUTE, again_at=NOON + 2 * MINUTE, limit=10)
    assert len(again) == 4


def test_of_two_notes_the_earlier_due_time_and_the_later_end_hold(records: SqlRecords) -> None:
    with records.write() as transaction:
        transaction.purges.add(["videos/a/"], due_at=NOON + MINUTE)
        transaction.purges.add(["videos/a/"], due_at=NOON, until=NOON + 5 * MINUTE)
        transaction.purges.add(["videos/a/"], due_at=NOON + 2 * MINUTE)
        (purge,) = transaction.purges.claim(NOON, again_at=NOON, limit=10)

    assert purge.until == NOON + 5 * MINUTE


def test_one_that_was_asked_for_again_is_not_forgotten(records: SqlRecords) -> None:
    with records.write() as transaction:
        transaction.purges.add(["videos/a/"], due_at=NOON)
        (purge,) = transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=10)
        transaction.purges.add(["videos/a/"], due_at=NOON)
        transaction.purges.finish(purge)
        assert transaction.purges.prefixes() == ["videos/a/"]
        (purge,) = transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=10)
        transaction.purges.finish(purge)
        assert transaction.purges.prefixes() == []


def test_a_note_can_be_taken_back_until_its_removal_begins(records: SqlRecords) -> None:
    with records.write() as transaction:
        transaction.purges.add(["videos/a/", "videos/b/"], due_at=NOON)
        assert transaction.purges.spare("videos/b/")
        assert not transaction.purges.spare("videos/b/")
        transaction.purges.claim(NOON, again_at=NOON + MINUTE, limit=10)
        assert not transaction.purges.spare("videos/a/")


def test_two_sweeps_at_once_do_not_wait_for_each_other(postgres_records: SqlRecords) -> None:
    with postgres_records.write() as transaction:
        transaction.purges.add(["videos/x/", "videos/y/"], due_at=NOON)
    with postgres_records.write() as one, postgres_records.write() as other:
        first = one.purges.claim(NOON, again_at=NOON + MINUTE, limit=1)
        second = other.purges.claim(NOON, again_at=NOON + MINUTE, limit=1)
    assert {purge.prefix for purge in (*first, *second)} == {"videos/x/", "videos/y/"}
