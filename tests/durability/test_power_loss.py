"""
What survives when the power goes, on a disk that keeps its word about ``fsync``.

A kill alone proves nothing of this: what a process has written survives it in the memory of the system.
So a real SQLite runs, prepared as ours are, on files whose writes and syncs are noted, and what a disk may
hold at any moment is put together from the notes: everything that was synced, and of the rest nothing, or
any part.
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import apsw
import pytest
import sqlalchemy as sa
from fakes import quick_executor
from tests.contracts.builders import FACTS

from kinodex import bootstrap
from kinodex.settings import Settings
from kinodex.stores.sql import sqlite as ours
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.blobs import source_key
from kinodex.usecases.tasks import TaskRequest

COMMITS = 80
POINTS = 60
PAGES_TO_CHECKPOINT = 30
"""Fewer than ours, so that some checkpoints come up among few commits."""


@dataclass
class Disk:
    """What was done to the files of a database: writes, truncations, deletions, syncs, and commits."""

    before: dict[str, bytes] = field(default_factory=dict)
    notes: list[tuple[Any, ...]] = field(default_factory=list)

    def left_at(self, point: int, is_kept: Callable[[], bool]) -> dict[str, bytes]:
        """Return the files after the power went at a note; what was not synced is kept or not."""
        files = {name: bytearray(content) for name, content in self.before.items()}
        last_sync = {
            name: number for number, (what, name, *_) in enumerate(self.notes[:point]) if what == "sync"
        }
        for number, (what, name, *rest) in enumerate(self.notes[:point]):
            is_safe = number < last_sync.get(name, -1)
            if what == "commit" or not (is_safe or is_kept()):
                continue
            file = files.setdefault(name, bytearray())
            if what == "write":
                offset, content = rest
                file.extend(b"\0" * (offset - len(file)))
                file[offset : offset + len(content)] = content
            elif what == "truncate":
                del file[rest[0] :]
        return {name: bytes(content) for name, content in files.items()}

    def committed_at(self, point: int) -> int:
        return sum(what == "commit" for what, *_ in self.notes[:point])


class NotedFiles(apsw.VFS):
    """The files of the system, with notes of what is done to them."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__("noted", "")

    def xOpen(self, name: Any, flags: list[int]) -> "NotedFile":  # noqa: N802  the library's
        return NotedFile(self._disk, name, flags)


class NotedFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._disk, self._name = disk, Path(path).name
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  the library's
        super().xWrite(data, offset)
        self._disk.notes.append(("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  the library's
        super().xTruncate(newsize)
        self._disk.notes.append(("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802  the library's
        super().xSync(flags)
        self._disk.notes.append(("sync", self._name))


class Prepared:
    """A connection of the one library, as what prepares ours knows those of the other."""

    isolation_level: str | None = None

    def __init__(self, connection: apsw.Connection) -> None:
        self.execute = connection.execute
        self.create_function = lambda name, arguments, function: connection.create_scalar_function(
            name, function, arguments
        )


def _commit_often(folder: Path, *, synchronous: str | None) -> Disk:
    """Commit events one by one to a database of ours, and return what that did to its files."""
    path = folder / "kinodex.db"
    SqlRecords(f"sqlite:///{path}").close()
    disk = Disk({path.name: path.read_bytes()})
    files = NotedFiles(disk)
    connection = apsw.Connection(str(path), vfs="noted")
    ours._prepare(Prepared(connection), None)
    connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_TO_CHECKPOINT}")
    if synchronous is not None:
        connection.execute(f"PRAGMA synchronous={synchronous}")
    insert = "INSERT INTO outbox (id, type, created_at, data) VALUES (?, 'index.task.ready', 0, ?)"
    for number in range(COMMITS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(insert, (f"whe_{number:032x}", "x" * 500))
        connection.execute("COMMIT")
        disk.notes.append(("commit", path.name))
    connection.close()
    files.unregister()
    return disk


def _survivors(folder: Path, files: dict[str, bytes]) -> int:
    """Put files where a restarted server finds them; return how many events it sees, in a sound database."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    connection = sqlite3.connect(folder / "kinodex.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    rows = connection.execute("SELECT id FROM outbox ORDER BY position").fetchall()
    connection.close()
    assert [row[0] for row in rows] == [f"whe_{number:032x}" for number in range(len(rows))]
    return len(rows)


def _lost(tmp_path: Path, disk: Disk, *, share_kept: float) -> Iterator[int]:
    """Yield how many acknowledged commits are lost, for power cuts at many moments."""
    chance = random.Random(7)
    for point in chance.sample(range(len(disk.notes)), POINTS):
        left = disk.left_at(point, lambda: chance.random() < share_kept)
        yield max(0, disk.committed_at(point) - _survivors(tmp_path / "after", left))


@pytest.mark.slow
@pytest.mark.parametrize("share_kept", [0.0, 0.5], ids=["unsynced-lost", "unsynced-half-kept"])
def test_no_acknowledged_commit_is_lost_when_the_power_goes(tmp_path: Path, share_kept: float) -> None:
    disk = _commit_often(tmp_path, synchronous=None)
    assert {"kinodex.db", "kinodex.db-wal"} == {name for what, name, *_ in disk.notes if what == "sync"}
    assert set(_lost(tmp_path, disk, share_kept=share_kept)) == {0}


@pytest.mark.slow
def test_with_less_than_full_synchronization_commits_would_be_lost(tmp_path: Path) -> None:
    """The simulation sees what it is there to see."""
    disk = _commit_often(tmp_path, synchronous="NORMAL")
    assert max(_lost(tmp_path, disk, share_kept=0.0)) > 0


def test_every_connection_logs_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    connections = [records.engine.connect() for _ in range(ours.POOL_SIZE + 2)]
    for connection in connections:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.close()
    records.close()


def test_a_file_and_its_folders_are_on_the_disk_before_the_row_that_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    force, name = os.fsync, Path.replace

    def noted_force(descriptor: int) -> None:
        force(descriptor)
        done.append(("synced", str(Path(f"/proc/self/fd/{descriptor}").readlink())))

    def noted_replace(self: Path, target: Path) -> Path:
        result = name(self, target)
        done.append(("named", str(target)))
        return result

    settings = Settings(data_dir=tmp_path)
    with bootstrap.opened(settings, executor=quick_executor()) as usecases:
        monkeypatch.setattr(usecases.tasks._media, "probe", lambda _path: replace(FACTS, size_bytes=20))
        index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
        records = usecases.indexing.tools.records
        sa.event.listen(records.engine, "commit", lambda _connection: done.append(("committed", "")))
        monkeypatch.setattr(os, "fsync", noted_force)
        monkeypatch.setattr(Path, "replace", noted_replace)
        path = usecases.tasks.new_upload()
        path.write_bytes(b"the bytes of a video")
        task = usecases.tasks.create_from_file(
            TaskRequest(index_id=index.id, generation="v1.3"), path, filename="a.mp4"
        )

    source = tmp_path / "blobs" / source_key(task.video_id)
    named = done.index(("named", str(source)))
    kinds = [what for what, _ in done]
    incoming = [
        number for number, (what, path) in enumerate(done) if what == "synced" and "/.incoming/" in path
    ]
    assert incoming, "the bytes are forced to the disk under another name"
    assert incoming[-1] < named
    assert done[named + 1] == ("synced", str(source.parent)), "then the name is"
    assert done.index(("synced", str(tmp_path / "blobs" / "videos"))) < named, "and that of each new folder"
    assert kinds.index("committed") < incoming[0], "the bytes are announced before they are written"
    assert kinds[named + 2 :].count("committed") == 1, "and the row that needs them comes last"
