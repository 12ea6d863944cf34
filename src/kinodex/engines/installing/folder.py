"""The folder of models that were brought by name: one folder a model, its manifest written last."""

import base64
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.domain.errors import EngineNotReady, ModelNotBrought, ModelUnknown
from kinodex.engines.dual_encoders.encoder import DualEncoder, dimensions_of
from kinodex.engines.dual_encoders.golden import Golden, compare, compute
from kinodex.engines.dual_encoders.layout import Layout, read_layout
from kinodex.engines.weights import MadeFile, measure

MANIFEST = "kinodex-manifest.json"
_INCOMING = ".incoming-"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


class Installed(msgspec.Struct, frozen=True):
    """
    What is known of a model that is here.

    Attributes:
        name: What it is called.
        source: Where it came from: ``hub:<repository>@<commit>`` or ``folder``.
        precision: Which of its graphs are used.
        files: What each file must be, by its path inside the folder.
        pictures: What the known pictures became when it was installed: ``float32``, base64, row by row.
        texts: What the known words became.
        dimensions: Length of a row.
    """

    name: str
    source: str
    precision: str
    files: dict[str, MadeFile]
    pictures: str
    texts: str
    dimensions: int

    @property
    def size_bytes(self) -> int:
        """Bytes of all its files."""
        return sum(file.size_bytes for file in self.files.values())

    @property
    def golden(self) -> Golden:
        """What its self-test expects."""
        return Golden(_rows(self.pictures, self.dimensions), _rows(self.texts, self.dimensions))


@dataclass(frozen=True, slots=True)
class InstalledModels:
    """
    The models in a folder.

    Attributes:
        folder: Where they lie, each in a folder of its name.
        threads: Threads of one call of an engine.
    """

    folder: Path
    threads: int

    def all(self) -> tuple[Installed, ...]:
        """Return those that are whole, by name; a folder without a manifest is no model."""
        names = (path.parent.name for path in sorted(self.folder.glob(f"[!.]*/{MANIFEST}")))
        return tuple(manifest for name in names if (manifest := self._manifest(name)) is not None)

    def get(self, name: str) -> Installed:
        """
        Return one.

        Raises:
            ModelUnknown: It is not here.
        """
        manifest = self._manifest(name)
        if manifest is None:
            raise ModelUnknown(name, tuple(each.name for each in self.all()), is_installed=False)
        return manifest

    def install(self, name: str, precision: str, bring: Callable[[Path], str]) -> Installed:
        """
        Bring a model, read it, let it compute, and only then put it in its place.

        Args:
            name: What it will be called.
            precision: Which of its graphs to use.
            bring: Puts its files into the folder it is given and returns where they are from.

        Raises:
            ModelNotBrought: It could not be had, or cannot be called so.
            EngineNotReady: What came is not whole, or does not compute.
        """
        if not _NAME.fullmatch(name):
            raise ModelNotBrought(name, "a name has lower-case letters, digits, dots and hyphens, 64 at most")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone(name):
            incoming = self.folder / f"{_INCOMING}{name}"  # kept by a broken download, which goes on in it
            incoming.mkdir(exist_ok=True)
            source = bring(incoming)
            manifest = self._examined(incoming, name=name, precision=precision, source=source)
            _write_last(incoming, manifest)
            place = self.folder / name
            if place.exists():
                shutil.rmtree(place)
            incoming.rename(place)
            return manifest

    def remove(self, name: str) -> int:
        """
        Remove a model; return the bytes it had.

        Raises:
            ModelUnknown: It is not here.
        """
        manifest = self.get(name)
        with self._alone(name):
            (self.folder / name / MANIFEST).unlink()  # from here on it is no model, whatever happens
            shutil.rmtree(self.folder / name)
        return manifest.size_bytes

    def verify(self, name: str) -> tuple[str, ...]:
        """
        Read every file of a model and compare it with its digest, then let it compute.

        Returns:
            One sentence for everything that is wrong; empty when all is well.

        Raises:
            ModelUnknown: It is not here.
        """
        manifest, folder = self.get(name), self.folder / name
        wrong = [
            f"{relative} is {'missing' if not (folder / relative).is_file() else 'not the file installed'}"
            for relative, made in manifest.files.items()
            if not (folder / relative).is_file() or measure(folder / relative) != made
        ]
        if not wrong:
            try:
                self.encoder(name).warm_up()
            except EngineNotReady as error:
                wrong.append(error.message)
        return tuple(wrong)

    def encoder(self, name: str, *, languages: tuple[str, ...] = ()) -> DualEncoder:
        """
        Return an installed model as an engine; it loads, and tests itself, when it is first used.

        Args:
            name: What it is called.
            languages: ISO 639-1 codes it is said to understand.

        Raises:
            ModelUnknown: It is not here.
            EngineNotReady: Its files are not whole; sizes are looked at, not contents.
        """
        manifest, folder = self.get(name), self.folder / name
        for relative, made in manifest.files.items():
            path = folder / relative
            if not path.is_file() or path.stat().st_size != made.size_bytes:
                cure = f"run 'kinodex models pull {name}' to bring it again"
                raise EngineNotReady(name, f"{relative} is missing or cut short; {cure}")
        layout = read_layout(folder, name=name, precision=manifest.precision)
        check = partial(compare, golden=manifest.golden, precision=manifest.precision)
        return DualEncoder(
            layout,
            build=_build(layout, manifest.files),
            dimensions=manifest.dimensions,
            threads=self.threads,
            languages=languages,
            check=check,
        )

    def _examined(self, folder: Path, *, name: str, precision: str, source: str) -> Installed:
        layout = read_layout(folder, name=name, precision=precision)
        files = {path.relative_to(folder).as_posix(): measure(path) for path in _files(folder)}
        dimensions = dimensions_of(layout, threads=self.threads)
        encoder = DualEncoder(
            layout, build=_build(layout, files), dimensions=dimensions, threads=self.threads
        )
        golden = compute(encoder)
        return Installed(
            name=name,
            source=source,
            precision=precision,
            files=files,
            pictures=_text(golden.pictures),
            texts=_text(golden.texts),
            dimensions=dimensions,
        )

    def _manifest(self, name: str) -> Installed | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            return msgspec.json.decode((self.folder / name / MANIFEST).read_bytes(), type=Installed)
        except (OSError, msgspec.DecodeError):
            return None

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with (self.folder / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def copy_from(folder: Path, *, name: str) -> Callable[[Path], str]:
    """
    Return what brings a model from a folder on this machine: tables and graphs, nothing that could run.

    Raises:
        EngineNotReady: There is no such folder.
    """
    if not folder.is_dir():
        raise EngineNotReady(name, f"{folder} is no folder")

    def bring(incoming: Path) -> str:
        for path in _files(folder):
            target = incoming / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        return "folder"

    return bring


_TAKEN = ("*.json", "onnx/*.onnx", "onnx/*.onnx_data*", "LICENSE*", "README.md")


def _files(folder: Path) -> Iterable[Path]:
    found = {path for pattern in _TAKEN for path in folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.name != MANIFEST)


def _write_last(folder: Path, manifest: Installed) -> None:
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def _build(layout: Layout, files: dict[str, MadeFile]) -> str:
    return layout.build({name: made.sha256 for name, made in files.items()})


def _text(rows: Vectors) -> str:
    return base64.b64encode(rows.astype("<f4").tobytes()).decode()


def _rows(text: str, dimensions: int) -> Vectors:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(-1, dimensions).astype(np.float32)
