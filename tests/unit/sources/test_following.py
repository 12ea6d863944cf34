import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinodex.sources.following import Follower, Piece


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "growing", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def test_the_digest_is_that_of_all_bytes_however_they_came(growing: int) -> None:
    content = os.urandom(3_000_017)
    follower, written = Follower(growing), 0
    for size_bytes in (1, 70_000, 1_000_000, 1_929_999, 17):
        os.write(growing, content[written : written + size_bytes])
        written += size_bytes
        follower.reach(written)

    assert follower.finish() == hashlib.sha256(content).hexdigest()


def test_bytes_it_was_not_told_of_are_not_hashed(growing: int) -> None:
    os.write(growing, b"told, and not yet told")
    follower = Follower(growing)
    follower.reach(4)

    assert follower.finish() == hashlib.sha256(b"told").hexdigest()


def test_an_empty_file_has_a_digest(growing: int) -> None:
    assert Follower(growing).finish() == hashlib.sha256().hexdigest()


def test_bytes_that_cannot_be_read_back_fail_the_end_and_give_no_digest(growing: int) -> None:
    os.write(growing, b"1234")
    follower = Follower(growing)
    follower.reach(5)

    with pytest.raises(OSError, match="only 4 of 5 written bytes"):
        follower.finish()


def test_it_ends_early_when_its_digest_is_not_wanted(growing: int) -> None:
    os.ftruncate(growing, 1 << 40)
    follower = Follower(growing)
    follower.reach(1 << 40)

    follower.close()

    assert follower._thread is not None
    assert not follower._thread.is_alive()


def test_bytes_still_in_memory_are_not_read_back(growing: int) -> None:
    released: list[int] = []
    os.write(growing, b"old, ........")
    follower = Follower(growing)
    follower.reach(5)
    for offset, content in ((5, b"new "), (9, b"ones")):
        held = Piece(offset, memoryview(content), lambda offset=offset: released.append(offset))
        follower.reach(offset + len(content), held)

    assert follower.finish() == hashlib.sha256(b"old, new ones").hexdigest()
    assert released == [5, 9]


def test_pieces_far_ahead_are_given_back_at_once_and_read_from_the_file(growing: int) -> None:
    size_bytes, released = 100 * 1024**2, threading.Event()
    os.ftruncate(growing, size_bytes + 4)
    follower = Follower(growing)
    with follower._changed:  # nothing is hashed meanwhile
        follower._reached_bytes = size_bytes
        assert not follower._may_hold(Piece(size_bytes, memoryview(b"fake"), released.set))
    follower.reach(size_bytes + 4, Piece(size_bytes, memoryview(b"fake"), released.set))

    assert released.is_set()
    follower.close()
