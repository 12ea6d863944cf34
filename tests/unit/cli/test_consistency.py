"""``kinodex fsck``: what it prints and how it ends."""

import json
from pathlib import Path

from typer.testing import CliRunner

from kinodex import bootstrap
from kinodex.cli.app import app
from kinodex.cli.failures import CommandFailed, Status
from kinodex.domain.errors import DataFolderInUse
from kinodex.domain.ids import VideoId
from kinodex.settings import Settings
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.usecases.blobs import source_key


def _run(folder: Path, *arguments: str) -> tuple[object, str]:
    """Return how the command ended, ``None`` for well, and what it printed."""
    result = CliRunner().invoke(app, ["--data-dir", str(folder), "fsck", *arguments])
    return result.exception, result.stdout


def test_findings_are_listed_and_repaired_and_the_status_says_if_any_are_left(tmp_path: Path) -> None:
    error, printed = _run(tmp_path)
    assert error is None

    stray = source_key(VideoId("f" * 24))
    ObstoreBlobs(str(tmp_path / "blobs")).put_bytes(stray, b"video")
    error, printed = _run(tmp_path, "--json")
    (finding,) = json.loads(printed)["findings"]
    assert (finding["kind"], finding["is_repaired"]) == ("bytes_without_record", False)
    assert isinstance(error, CommandFailed)
    assert error.status == Status.INCONSISTENT

    error, printed = _run(tmp_path, "--repair", "--json")
    assert json.loads(printed)["findings"][0]["is_repaired"] is True
    assert error is None
    assert ObstoreBlobs(str(tmp_path / "blobs")).size(stray) is None


def test_it_refuses_while_another_process_uses_sqlite(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with bootstrap.opened(settings, executor=bootstrap.build_executor(settings)):
        error, _ = _run(tmp_path)
    assert isinstance(error, DataFolderInUse)
