"""Lives one after the other on the same data, each killed, each looking first at what the last one left."""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from origin import Origin, serve_origin
from receiver import Receiver, Told, receiving
from tests.durability.recorded import BROKEN, TRANSCRIPT, record

ROOT = Path(__file__).parents[2]
KILLED = -9


@dataclass
class Death:
    """How a life ended and what was found wrong after it."""

    point: str
    status: int
    violations: list[str] = field(default_factory=list)


class EndlessFiles(dict[str, bytes]):
    """Another clip under each path; no clip where the path says ``failed``, words where it ends so."""

    def __init__(self, clip: bytes) -> None:
        self._clip = clip

    def get(self, path: str, default: object = None) -> bytes:
        if path.endswith(".vtt"):
            return TRANSCRIPT
        return BROKEN * 4000 if path.endswith("/failed.mp4") else self._clip + path.encode()


@dataclass(frozen=True)
class Stage:
    """
    What lanes share.

    That is the program that forks lives, a clip and how it was read, a site that serves clips, a receiver of
    webhooks, and a data folder to begin with.
    """

    program: "subprocess.Popen[bytes]"
    recording: Path
    origin: Origin
    receiver: Receiver
    beginning: Path

    def lane(self, folder: Path, **options: Any) -> "Lane":
        """Return a lane in a folder; with SQLite, on a copy of a data folder that was started once."""
        if "database_url" not in options:
            shutil.copytree(self.beginning, folder)
        hooks = _hooks(self.receiver, folder)
        return Lane(self.program, folder, self.recording, self.origin, hooks=hooks, **options)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Make a clip, decode it once, keep what that left, and serve clips to lives."""
    recording = folder / "recording"
    clip = record(recording)
    with serve_origin() as origin, receiving() as receiver, forking() as program:
        origin.files, origin.pause_s = EndlessFiles(clip.read_bytes()), 0.01
        first = Lane(program, folder / "beginning", recording, origin)
        assert first.live(scenario="none", point="none") == 0, first.log()
        yield Stage(program, recording, origin, receiver, first.folder)


def _hooks(receiver: Receiver, folder: Path) -> dict[str, str]:
    """Return the address of a receiver for the lane in a folder, and of one that says it is gone."""

    def noting(status: int) -> Callable[[Told], None]:
        def note(told: Told) -> None:
            with (folder / f"told-{status}").open("a") as file:
                file.write(f"{told.event['id']}\n")
            told.answer(status)

        return note

    lane = token_hex(8)
    return {
        "taken": receiver.on(f"/{lane}/taken", noting(204)),
        "gone": receiver.on(f"/{lane}/gone", noting(410)),
    }


class Lane:
    """One data folder and the lives on it."""

    def __init__(
        self,
        program: "subprocess.Popen[bytes]",
        folder: Path,
        recording: Path,
        origin: Origin,
        **options: Any,
    ) -> None:
        self._program = program
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._arguments = {
            "folder": str(folder),
            "recording": str(recording),
            "site": f"http://{origin.address}",
            "allow": [origin.address],
            **options,
        }

    def live(self, **arguments: Any) -> int:
        """Live one life; return how it ended."""
        (self.folder / "violations").unlink(missing_ok=True)
        answer = self.folder / "answer"
        os.mkfifo(answer)
        opened = os.open(answer, os.O_RDONLY | os.O_NONBLOCK)
        try:
            line = json.dumps({**self._arguments, **arguments, "answer": str(answer)}) + "\n"
            assert self._program.stdin is not None
            # In one piece: other lanes write to the same program.
            os.write(self._program.stdin.fileno(), line.encode())
            while not select.select([opened], [], [], 1.0)[0]:
                assert self._program.poll() is None, "the program that forks lives has ended"
            return int(os.read(opened, 16))
        finally:
            os.close(opened)
            answer.unlink()

    def found(self) -> list[str]:
        """Return what the last life found wrong at its beginning."""
        path = self.folder / "violations"
        if not path.exists():
            return [f"the life after it did not come so far: {self.log()}"]
        found: list[str] = json.loads(path.read_text())
        return found

    def log(self) -> str:
        return (self.folder / "log").read_text()[-3000:]

    def run(self, deaths: Sequence[tuple[str, str]]) -> Iterator[Death]:
        """Die at each point, given as scenario and name, and look at what each death has left."""
        lives = [life for scenario, point in deaths for life in _leading_to(scenario, point)]
        last: Death | None = None
        for scenario, point in (*lives, ("none", "none")):
            status = self.live(scenario=scenario, point=point)
            if last is not None:
                # A life that dies while it recovers has not come to look at what the one before has left.
                last.violations = [] if scenario == "recover" else self.found()
                yield last
            last = Death(point, status)


def _leading_to(scenario: str, point: str) -> list[tuple[str, str]]:
    """Return the deaths to die: to recover, something must have been under way."""
    return [("url", "decode:begin"), (scenario, point)] if scenario == "recover" else [(scenario, point)]


@contextmanager
def forking() -> Iterator["subprocess.Popen[bytes]"]:
    """Start the program that forks lives."""
    paths = [str(ROOT / "tests" / "support"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.life"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
    )
    try:
        yield program
    finally:
        assert program.stdin is not None
        program.stdin.close()
        program.wait(timeout=60)
