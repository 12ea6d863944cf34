import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinodex.sources import blocks
from kinodex.sources.blocks import BLOCK_BYTES, BlockWriter
from kinodex.sources.following import Follower


class Written:
    """A file with its writer and follower."""

    def __init__(self, path: Path, *, start_bytes: int = 0) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        self.follower = Follower(self.descriptor)
        self.writer = BlockWriter(path, self.descriptor, start_bytes=start_bytes, follower=self.follower)

    def digest(self, size_bytes: int) -> str:
        self.writer.flush()
        self.follower.reach(size_bytes)
        return self.follower.finish()

    def close(self) -> None:
        self.writer.close()
        self.follower.close()
        os.close(self.descriptor)


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path / "file")
    yield made
    made.close()


def pieces(content: bytes, *sizes: int) -> Iterator[bytes]:
    done = 0
    for size in sizes:
        yield content[done : done + size]
        done += size
    yield content[done:]


def test_all_that_is_appended_is_in_the_file_and_in_its_digest(written: Written) -> None:
    content = os.urandom(6 * BLOCK_BYTES + 4321)
    for piece in pieces(content, 1, 3 * BLOCK_BYTES, 4096, BLOCK_BYTES - 1):
        written.writer.append(piece)

    assert written.digest(len(content)) == hashlib.sha256(content).hexdigest()
    assert written.path.read_bytes() == content


def test_what_is_flushed_can_be_read_at_once_and_the_rest_follows(written: Written) -> None:
    content = os.urandom(2 * BLOCK_BYTES + 5)
    for piece in pieces(content, 10_001, 4096, BLOCK_BYTES):
        written.writer.append(piece)
        written.writer.flush()
        here = written.path.read_bytes()
        assert here == content[: len(here)]

    assert written.path.read_bytes() == content
    assert written.digest(len(content)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("start_bytes", [1, 4096, 70_001, BLOCK_BYTES + 7])
def test_it_goes_on_in_the_middle_of_a_page(tmp_path: Path, start_bytes: int) -> None:
    content = os.urandom(start_bytes + 2 * BLOCK_BYTES)
    (tmp_path / "file").write_bytes(content[:start_bytes])
    written = Written(tmp_path / "file", start_bytes=start_bytes)
    written.writer.append(content[start_bytes:])

    assert written.digest(len(content)) == hashlib.sha256(content).hexdigest()
    assert written.path.read_bytes() == content
    written.close()


def test_a_file_system_that_cannot_go_past_the_cache_is_written_through_it(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, refused = os.pwrite, []

    def refuse_direct(descriptor: int, content: memoryview, offset: int) -> int:
        if descriptor != written.descriptor:
            refused.append(offset)
            raise OSError(errno.EINVAL, "Invalid argument")
        return really(descriptor, content, offset)

    monkeypatch.setattr(blocks.os, "pwrite", refuse_direct)
    content = os.urandom(3 * BLOCK_BYTES + 1)
    written.writer.append(content)

    assert written.digest(len(content)) == hashlib.sha256(content).hexdigest()
    assert written.path.read_bytes() == content
    assert refused == ([0] if hasattr(os, "O_DIRECT") else [])


def test_a_block_that_cannot_be_written_fails_the_next_flush_and_blocks_nothing(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blocks.os, "pwrite", fail)

    with pytest.raises(OSError, match="No space left"):
        written.writer.append(bytes(20 * BLOCK_BYTES))
    with pytest.raises(OSError, match="No space left"):
        written.writer.flush()
