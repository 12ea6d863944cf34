"""The working folder of one video: what steps hand to each other."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from kinodex.domain.tasks import Task

Value = TypeVar("Value")


def folder_name(task: Task) -> str:
    """Return the name of the working folder of an attempt: none finds what a failed one left."""
    return task.video_id if task.attempt == 1 else f"{task.video_id}.{task.attempt}"


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """
    Files of a video while it is being indexed; everything in it can be made again.

    ``source`` is the file as it came, ``decoded`` the folder the decode pass fills.
    """

    path: Path

    @property
    def source(self) -> Path:
        """The file as it came."""
        return self.path / "source"

    @property
    def decoded(self) -> Path:
        """The folder of the decode pass."""
        return self.path / "decoded"

    def create(self) -> None:
        """Make the folders."""
        self.decoded.mkdir(parents=True, exist_ok=True)

    def save(self, name: str, value: object) -> Path:
        """Write a value as JSON, whole or not at all."""
        target = self.path / f"{name}.json"
        part = target.with_suffix(".json.part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(value))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        return target

    def load(self, name: str, kind: type[Value]) -> Value | None:
        """Return a saved value, or ``None`` if there is none."""
        path = self.path / f"{name}.json"
        if not path.exists():
            return None
        return msgspec.json.decode(path.read_bytes(), type=kind)

    def remove(self) -> None:
        """Delete everything; nothing there is no error."""
        shutil.rmtree(self.path, ignore_errors=True)
