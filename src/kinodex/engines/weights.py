"""The folder of prepared model files: what is in it, whether it is whole, how an engine asks for one."""

import hashlib
from pathlib import Path

import msgspec

from kinodex.domain.errors import EngineNotReady
from kinodex.engines import registry

MANIFEST = "manifest.json"
CURE = "run 'sh scripts/setup' to bring its model files"


class MadeFile(msgspec.Struct, frozen=True):
    """What a prepared file must be."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """
    Written last, so a folder that has one was whole.

    Attributes:
        recipe: What the files were made from and how (``registry.recipe``).
        files: Path inside the folder to what it must be.
    """

    recipe: str
    files: dict[str, MadeFile]


def read_manifest(models: Path) -> Manifest | None:
    """Return the manifest of a models folder; ``None`` where there is none that can be read."""
    try:
        return msgspec.json.decode((models / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def write_manifest(models: Path) -> Manifest:
    """Measure what lies in a folder, say so in its manifest, and return that."""
    (models / MANIFEST).unlink(missing_ok=True)
    files = {
        path.relative_to(models).as_posix(): measure(path)
        for path in sorted(models.rglob("*"))
        if path.is_file()
    }
    manifest = Manifest(registry.recipe(), files)
    (models / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def is_current(models: Path) -> bool:
    """Return whether a models folder is whole and made by this version; sizes are looked at, not contents."""
    manifest = read_manifest(models)
    return (
        manifest is not None
        and manifest.recipe == registry.recipe()
        and all(_has_size(models / name, made.size_bytes) for name, made in manifest.files.items())
    )


def model_file(models: Path, name: str, *, engine: str) -> Path:
    """
    Return where a prepared file lies.

    Args:
        models: The models folder.
        name: Path inside it, e.g. ``"moonshine/tokenizer.bin"``.
        engine: Who asks, for the message.

    Raises:
        EngineNotReady: If the folder is absent, not whole, or made by another version.
    """
    manifest = read_manifest(models)
    if manifest is None or manifest.recipe != registry.recipe():
        raise EngineNotReady(engine, CURE)
    made = manifest.files.get(name)
    if made is None or not _has_size(models / name, made.size_bytes):
        raise EngineNotReady(engine, f"{name} is missing or cut short; {CURE}")
    return models / name


def verify(models: Path) -> tuple[str, ...]:
    """
    Read every prepared file and compare it with its digest.

    Returns:
        The names of those that differ or are missing; empty when all is well.

    Raises:
        EngineNotReady: If there is no manifest to compare with.
    """
    manifest = read_manifest(models)
    if manifest is None:
        raise EngineNotReady("models", CURE)
    return tuple(
        name
        for name, made in manifest.files.items()
        if not _has_size(models / name, made.size_bytes) or measure(models / name) != made
    )


def measure(path: Path) -> MadeFile:
    """Read a file; return what it is."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return MadeFile(path.stat().st_size, digest)


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes
