from pathlib import Path

import pytest

from kinodex.domain.errors import EngineNotReady
from kinodex.engines import weights


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "data.bin").write_bytes(b"numbers")
    weights.write_manifest(tmp_path)
    return tmp_path


def test_a_whole_folder_is_current_and_gives_its_files(models: Path) -> None:
    assert weights.is_current(models)
    assert weights.model_file(models, "part/data.bin", engine="e").read_bytes() == b"numbers"
    assert weights.verify(models) == ()


def test_an_absent_folder_names_the_command_that_makes_it(tmp_path: Path) -> None:
    assert not weights.is_current(tmp_path / "nowhere")
    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        weights.model_file(tmp_path / "nowhere", "part/data.bin", engine="e")


def test_a_file_cut_short_is_not_given_out(models: Path) -> None:
    (models / "part" / "data.bin").write_bytes(b"num")

    assert not weights.is_current(models)
    with pytest.raises(EngineNotReady, match=r"part/data\.bin is missing or cut short"):
        weights.model_file(models, "part/data.bin", engine="e")


def test_a_file_the_manifest_does_not_know_is_not_given_out(models: Path) -> None:
    (models / "stranger.bin").write_bytes(b"x")

    with pytest.raises(EngineNotReady):
        weights.model_file(models, "stranger.bin", engine="e")


def test_a_folder_of_another_version_is_not_used(models: Path) -> None:
    manifest = models / weights.MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"recipe": "', b'"recipe": "0'))

    assert not weights.is_current(models)
    with pytest.raises(EngineNotReady):
        weights.model_file(models, "part/data.bin", engine="e")


def test_a_manifest_that_cannot_be_read_counts_as_none(models: Path) -> None:
    (models / weights.MANIFEST).write_bytes(b"{")

    assert weights.read_manifest(models) is None
    with pytest.raises(EngineNotReady):
        weights.verify(models)


def test_verify_finds_a_changed_byte_of_the_same_size(models: Path) -> None:
    (models / "part" / "data.bin").write_bytes(b"numberz")

    assert weights.is_current(models)
    assert weights.verify(models) == ("part/data.bin",)
