import errno
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kinodex.domain.disk import DiskSpace
from kinodex.domain.errors import StorageFull
from kinodex.sources.part import PartFile


def opened(target: Path, *, source: str = "digest", sync_every_s: float = 3600.0) -> PartFile:
    return PartFile(target, source=source, space=DiskSpace(target.parent, 0), sync_every_s=sync_every_s)


def begun(target: Path, content: bytes, *, validator: str | None = '"v1"') -> None:
    """A download that synced ``content`` and wrote four bytes more when it was killed."""
    with opened(target) as part:
        part.begin(validator=validator, total_bytes=100, filename="clip.mp4")
        part.write(content)
        part.sync()
        part.write(b"lost")


def record(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


def test_a_later_download_goes_on_from_what_was_synced(tmp_path: Path) -> None:
    target = tmp_path / "source"
    begun(target, b"0123456789")

    with opened(target) as part:
        assert (part.size_bytes, part.validator, part.total_bytes) == (10, '"v1"', 100)
        part.write(b"abc")
        digest = part.finish()

    assert target.read_bytes() == b"0123456789abc"
    assert digest == hashlib.sha256(b"0123456789abc").hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_without_a_strong_validator_a_later_download_begins_anew(tmp_path: Path) -> None:
    begun(tmp_path / "source", b"0123456789", validator=None)

    with opened(tmp_path / "source") as part:
        assert part.validator is None
        assert part.size_bytes == 0


def test_bytes_of_another_url_are_not_gone_on_from(tmp_path: Path) -> None:
    begun(tmp_path / "source", b"0123456789")

    with opened(tmp_path / "source", source="other") as part:
        assert part.validator is None


def test_a_file_shorter_than_its_record_is_not_believed(tmp_path: Path) -> None:
    begun(tmp_path / "source", b"0123456789")
    (tmp_path / "source.part").write_bytes(b"012")

    with opened(tmp_path / "source") as part:
        assert part.validator is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"source": "digest"}']
    + [
        json.dumps({"source": "digest", "validator": v, "total_bytes": 9, "filename": "x", "synced_bytes": s})
        for v, s in [('"v1"', -1), ('"v1"', "3"), (None, 3), ('"v1"', None)]
    ],
)
def test_a_record_that_cannot_be_read_is_not_believed(tmp_path: Path, text: str) -> None:
    begun(tmp_path / "source", b"0123456789")
    record(tmp_path / "source").write_text(text)

    with opened(tmp_path / "source") as part:
        assert part.validator is None


def test_beginning_anew_takes_the_old_record_away_before_the_new_bytes_come(tmp_path: Path) -> None:
    begun(tmp_path / "source", b"0123456789")

    with opened(tmp_path / "source") as part:
        part.begin(validator='"v2"', total_bytes=None, filename="")
        assert not record(tmp_path / "source").exists()
        part.write(b"new")
        part.sync()

    assert json.loads(record(tmp_path / "source").read_bytes())["validator"] == '"v2"'


def test_what_is_written_is_synced_from_time_to_time(tmp_path: Path) -> None:
    with opened(tmp_path / "source", sync_every_s=0.0) as part:
        part.begin(validator='"v1"', total_bytes=None, filename="")
        part.write(b"abc")

    assert json.loads(record(tmp_path / "source").read_bytes())["synced_bytes"] == 3


@pytest.mark.parametrize("end", [PartFile.finish, PartFile.discard])
def test_a_record_half_written_by_a_killed_download_goes_away(
    tmp_path: Path, end: Callable[[PartFile], object]
) -> None:
    begun(tmp_path / "source", b"0123456789")
    (tmp_path / "source.part.json.new").write_text("{")

    with opened(tmp_path / "source") as part:
        end(part)

    assert {path.name for path in tmp_path.iterdir()} <= {"source"}


def test_nothing_is_left_behind_when_discarded(tmp_path: Path) -> None:
    begun(tmp_path / "source", b"0123456789")

    with opened(tmp_path / "source") as part:
        part.discard()

    assert not list(tmp_path.iterdir())


def test_a_file_system_that_is_full_is_told_as_such(tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, 0)
    with pytest.raises(StorageFull), space.told():
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), space.told():
        raise PermissionError(errno.EACCES, "Permission denied")


def test_the_reserve_is_never_used(tmp_path: Path) -> None:
    DiskSpace(tmp_path, 0).check(1)
    with pytest.raises(StorageFull):
        DiskSpace(tmp_path, 1 << 60).check(1)


def test_a_really_full_device_fails_as_storage(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    space = DiskSpace(tmp_path, 0)
    with pytest.raises(StorageFull), space.told(), full.open("wb", buffering=0) as file:
        file.write(b"x")
