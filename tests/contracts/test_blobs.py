"""What every blob store does."""

import hashlib
from pathlib import Path

import pytest
import requests

from kinodex.domain.errors import StepTimedOut
from kinodex.domain.lifelines import Lifeline
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs

KEY = "videos/0123456789abcdef01234567/source"
PREFIX = "videos/0123456789abcdef01234567/"
LARGE = bytes(range(256)) * 40_000  # more than one range


def test_bytes_come_back_as_they_went_in(blobs: ObstoreBlobs) -> None:
    blobs.put_bytes(KEY, LARGE)

    assert blobs.get_bytes(KEY) == LARGE
    assert blobs.size(KEY) == len(LARGE)


def test_an_empty_blob_is_a_blob(blobs: ObstoreBlobs) -> None:
    blobs.put_bytes(KEY, b"")

    assert blobs.get_bytes(KEY) == b""
    assert blobs.size(KEY) == 0
    assert blobs.get_range(KEY, 0, 10) == b""


def test_a_file_goes_in_and_out(blobs: ObstoreBlobs, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(LARGE)

    blobs.put_file(KEY, source)
    blobs.fetch_to(KEY, target)

    assert target.read_bytes() == LARGE
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["source", "target"]


def test_a_large_file_on_its_way_to_a_bucket_is_a_sign_of_life_and_is_broken_off_when_told_to(
    blobs: ObstoreBlobs, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if "s3" not in request.node.name:
        pytest.skip("a folder links files in")
    source, target, line = tmp_path / "source", tmp_path / "target", Lifeline()
    source.write_bytes(LARGE)
    with line.held():
        for move in (lambda: blobs.put_file(KEY, source), lambda: blobs.fetch_to(KEY, target)):
            before_s = line.moved_at_s
            move()
            assert line.moved_at_s > before_s
        blobs.delete_prefix(PREFIX)
        line.end(StepTimedOut("fetch", "did not end within 610 s"))
        with pytest.raises(Exception, match="did not end within 610 s"):
            blobs.put_file(KEY, source)

    assert blobs.size(KEY) is None


def test_the_same_file_can_be_put_and_fetched_again(blobs: ObstoreBlobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"frames")

    for _ in range(2):
        blobs.put_file(KEY, source)
        blobs.fetch_to(KEY, source)

    assert source.read_bytes() == b"frames"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["source"]
    assert list(blobs.list(PREFIX)) == [KEY]


def test_a_blob_outlives_the_file_it_came_from(blobs: ObstoreBlobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"frames")
    blobs.put_file(KEY, source)

    source.unlink()

    assert blobs.get_bytes(KEY) == b"frames"


def test_a_blob_is_replaced(blobs: ObstoreBlobs) -> None:
    blobs.put_bytes(KEY, b"before")
    blobs.put_bytes(KEY, b"after")

    assert blobs.get_bytes(KEY) == b"after"


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, 3, b"012"), (3, 4, b"3456"), (8, 10, b"89"), (10, 1, b""), (99, 1, b""), (4, 0, b"")],
)
def test_a_range_ends_where_the_blob_ends(
    blobs: ObstoreBlobs, start: int, length: int, expected: bytes
) -> None:
    blobs.put_bytes(KEY, b"0123456789")

    assert blobs.get_range(KEY, start, length) == expected


def test_what_is_not_there_is_not_found(blobs: ObstoreBlobs, tmp_path: Path) -> None:
    assert blobs.size(KEY) is None
    with pytest.raises(FileNotFoundError):
        blobs.get_bytes(KEY)
    with pytest.raises(FileNotFoundError):
        blobs.get_range(KEY, 0, 1)
    with pytest.raises(FileNotFoundError):
        blobs.fetch_to(KEY, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_listing_and_deleting_stay_below_the_prefix(blobs: ObstoreBlobs) -> None:
    keys = [f"{PREFIX}source", f"{PREFIX}vectors/visual-1.vec", "videos/0123456789abcdef01234568/source"]
    for key in keys:
        blobs.put_bytes(key, b"x")

    assert sorted(blobs.list(PREFIX)) == keys[:2]
    blobs.delete_prefix(PREFIX)

    assert list(blobs.list(PREFIX)) == []
    assert blobs.get_bytes(keys[2]) == b"x"


def test_deleting_nothing_is_no_error(blobs: ObstoreBlobs) -> None:
    blobs.delete_prefix(PREFIX)


@pytest.mark.parametrize(
    "key", ["../x", "/x", "a//b", "a/../b", "a/.", ".incoming/x", "a\\b", "a b", "", "é", "a/"]
)
def test_a_key_cannot_leave_the_store(blobs: ObstoreBlobs, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        blobs.put_bytes(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        blobs.get_bytes(key)


def test_a_prefix_ends_in_a_slash(blobs: ObstoreBlobs) -> None:
    with pytest.raises(ValueError, match="slash"):
        blobs.delete_prefix("videos/0123")


def test_a_store_that_takes_writes_answers_the_ping(blobs: ObstoreBlobs) -> None:
    blobs.ping()

    assert list(blobs.list("ping/")) == []


def test_a_copy_and_its_blob_live_and_die_apart(blobs: ObstoreBlobs) -> None:
    copy = "videos/0123456789abcdef01234568/source"
    blobs.put_bytes(copy, b"before")
    blobs.put_bytes(KEY, LARGE)

    blobs.copy(KEY, copy)
    blobs.put_bytes(KEY, b"replaced")
    assert blobs.get_bytes(copy) == LARGE

    blobs.copy(copy, KEY)
    blobs.delete_prefix("videos/0123456789abcdef01234568/")
    assert blobs.get_bytes(KEY) == LARGE


def test_what_is_not_there_is_not_copied(blobs: ObstoreBlobs) -> None:
    with pytest.raises(FileNotFoundError):
        blobs.copy(KEY, "videos/0123456789abcdef01234568/source")
    assert blobs.size("videos/0123456789abcdef01234568/source") is None


def test_the_tag_of_a_blob_changes_with_its_bytes(blobs: ObstoreBlobs) -> None:
    assert blobs.etag(KEY) is None
    blobs.put_bytes(KEY, b"one")
    first = blobs.etag(KEY)
    blobs.put_bytes(KEY, b"another")

    assert first
    assert blobs.etag(KEY) not in {None, first}


def test_a_bucket_takes_a_blob_from_anybody_with_a_signed_url(s3_url: str, s3_config: dict[str, str]) -> None:
    blobs = ObstoreBlobs(s3_url, config=s3_config)
    url = blobs.presigned_put("uploads/1/2/sent", life_s=60)
    assert url is not None

    headers = {"Content-Type": "application/octet-stream"}
    answer = requests.put(url, data=b"a part", headers=headers, timeout=10)

    assert answer.status_code == 200
    assert blobs.get_bytes("uploads/1/2/sent") == b"a part"
    assert answer.headers["ETag"].strip('"') == blobs.etag("uploads/1/2/sent")
    assert answer.headers["ETag"].strip('"') == hashlib.md5(b"a part", usedforsecurity=False).hexdigest()


def test_a_folder_takes_blobs_from_this_server_only(tmp_path: Path) -> None:
    assert ObstoreBlobs(str(tmp_path)).presigned_put(KEY, life_s=60) is None
