"""What was sent before, remembered on this machine: a long list that was broken off goes on where it was."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from kinodex.cli.collecting import is_url


def identity(source: str) -> str:
    """Return what tells a source from others: a digest of the URL, or of a file's place, length and time."""
    if is_url(source):
        named = source
    else:
        facts = Path(source).stat()
        named = f"{Path(source).resolve()} {facts.st_size} {facts.st_mtime_ns}"
    return hashlib.sha256(named.encode(errors="surrogateescape")).hexdigest()


@dataclass(slots=True)
class Sent:
    """
    The tasks of what was sent to one index of one server; a line a video, on the disk before it counts.

    Attributes:
        path: The file of the lines.
    """

    path: Path
    _tasks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def to(cls, server: str, index_id: str) -> "Sent":
        """Return what was sent to an index, as kept below ``XDG_STATE_HOME``."""
        home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        name = hashlib.sha256(f"{server} {index_id}".encode()).hexdigest()[:16]
        sent = cls(Path(home) / "kinodex" / "sent" / f"{name}.jsonl")
        if sent.path.is_file():
            sent._tasks.update(_read(sent.path))
        return sent

    def task(self, source: str) -> str | None:
        """Return the id of the last task of a source, or ``None``."""
        return self._tasks.get(identity(source))

    def key(self, source: str) -> str:
        """Return what makes sending again after a broken answer harmless: another after each task."""
        return hashlib.sha256(f"{self.path.stem} {identity(source)} {self.task(source)}".encode()).hexdigest()

    def note(self, source: str, task_id: str) -> None:
        """Remember that a source was sent."""
        self._tasks[identity(source)] = task_id
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps({"source": identity(source), "task": task_id}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> dict[str, str]:
    tasks: dict[str, str] = {}
    for line in path.read_text().splitlines():
        try:
            noted = json.loads(line)
            tasks[noted["source"]] = noted["task"]
        except (ValueError, KeyError, TypeError):  # the last line of a run that was killed while it wrote
            continue
    return tasks
