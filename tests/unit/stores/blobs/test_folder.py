"""Blobs in a local folder."""

import errno
import os
import time
from pathlib import Path

import pytest

from kinodex.domain.errors import StorageFull
from kinodex.stores.blobs import folder
from kinodex.stores.blobs.folder import INCOMING, FolderWriter
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs


def test_a_file_is_linked_in_and_out_instead_of_copied(tmp_path: Path) -> None:
    blobs = ObstoreBlobs(str(tmp_path / "blobs"))
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"video")

    blobs.put_file("videos/a/source", source)
    blobs.fetch_to("videos/a/source", target)

    assert source.stat().st_ino == target.stat().st_ino == (tmp_path / "blobs/videos/a/source").stat().st_ino


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"video")
    (tmp_path / "link").symlink_to(tmp_path / "source")
    blobs = ObstoreBlobs(str(tmp_path / "blobs"))

    blobs.put_file("videos/a/source", tmp_path / "link")
    (tmp_path / "source").unlink()

    assert blobs.get_bytes("videos/a/source") == b"video"


def test_across_file_systems_a_file_is_copied(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")  # noqa: S108  another file system is what is wanted
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system at /dev/shm")
    source = elsewhere / f"kinodex-test-{os.getpid()}"
    source.write_bytes(b"video")
    try:
        blobs = ObstoreBlobs(str(tmp_path / "blobs"))
        blobs.put_file("videos/a/source", source)
    finally:
        source.unlink()

    assert blobs.get_bytes("videos/a/source") == b"video"


def test_nothing_is_left_where_files_come_in(tmp_path: Path) -> None:
    writer = FolderWriter.open(tmp_path / "blobs")
    source = tmp_path / "source"
    source.write_bytes(b"video")

    writer.put_file("a/b", source)
    writer.put_file("a/b", source)
    writer.put_bytes("a/c", b"x")
    with pytest.raises(FileNotFoundError):
        writer.put_file("a/d", tmp_path / "missing")

    assert list((tmp_path / "blobs" / INCOMING).iterdir()) == []


def test_what_a_crash_left_is_removed_when_it_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = FolderWriter.open(tmp_path)
    half = tmp_path / INCOMING / "half"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))  # a linked file is as old as what it links to

    writer.discard_leftovers(60.0)
    assert half.exists()

    later_s = time.time() + folder.LEFTOVER_AGE_S + 60
    monkeypatch.setattr(folder.time, "time", lambda: later_s)
    FolderWriter.open(tmp_path)
    assert not half.exists()


def test_deleting_leaves_no_empty_folders(tmp_path: Path) -> None:
    blobs = ObstoreBlobs(f"file://{tmp_path}/with%20blank")
    blobs.put_bytes("videos/a/vectors/v.vec", b"x")

    blobs.delete_prefix("videos/a/")

    assert [path.name for path in (tmp_path / "with blank").iterdir()] == [INCOMING]


def test_a_full_disk_is_told_with_numbers(tmp_path: Path) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageFull, match="5 are needed"):
        FolderWriter.open(tmp_path)._put("a/b", full, size=lambda: 5)

    assert list((tmp_path / INCOMING).iterdir()) == []


@pytest.mark.parametrize("url", ["ftp://host/x", "file://host/x", "s3://", "gs://bucket"])
def test_another_kind_of_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="blob URL"):
        ObstoreBlobs(url)
