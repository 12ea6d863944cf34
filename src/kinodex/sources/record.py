"""The note beside a partly downloaded file: whose bytes they are and how many are safe on the disk."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """
    What a later download must know to go on.

    ``source`` is a digest of the URL, which itself may hold a secret; ``validator`` a strong one;
    ``synced_bytes`` have been forced to the disk.
    """

    source: str
    validator: str
    total_bytes: int | None
    filename: str
    synced_bytes: int

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Return the note, or ``None`` if there is none or it cannot be read: then all is fetched anew."""
        try:
            fields = json.loads(path.read_bytes())
            record = cls(**fields)
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return record if record.is_sound() else None

    def save(self, path: Path) -> None:
        """Write the note in place of the one before, whole or not at all."""
        beside = _beside(path)
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    @staticmethod
    def remove(path: Path) -> None:
        """Remove the note, and what a kill left of one that was being written."""
        _beside(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def is_sound(self) -> bool:
        """Return whether the fields, which come from a file, have their types."""
        texts = (self.source, self.validator, self.filename)
        sizes = (self.synced_bytes, self.total_bytes or 0)
        return all(isinstance(text, str) for text in texts) and all(
            isinstance(size, int) and size >= 0 for size in sizes
        )


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")
