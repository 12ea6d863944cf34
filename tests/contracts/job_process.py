"""
A process that works on a queue and can be killed.

Run as a script it imports everything once and then forks one worker for each line it reads: a JSON object
with the arguments of ``live``. It prints the process id of each.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kinodex.domain.errors import KinodexError
from kinodex.domain.ids import TaskId
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.jobs.protocols import Checkpoints
from kinodex.stores.sql.records import SqlRecords

ATTEMPTS = 2
DEAD_AFTER_S = 1.5


def live(url: str, journal: str, kind: str) -> None:
    """Work on the queue until killed; steps write down what they do, the second waits while told to."""
    records = SqlRecords(url)
    jobs = DbosJobs(records.engine, concurrency=2, attempts=ATTEMPTS, dead_after_s=DEAD_AFTER_S)
    jobs.start(WORKS[kind](Path(journal)))
    while True:
        time.sleep(60)


def note(journal: Path, line: str) -> None:
    """Append a line that survives a kill."""
    with journal.open("a") as file:
        file.write(f"{line}\n")


def three_steps(journal: Path) -> Callable[[TaskId, Checkpoints], None]:
    """Return work of three steps, the second of which lasts as long as the hold is there."""

    def step(name: str) -> str:
        note(journal, f"{name} begins")
        while name == "b" and hold_of(journal).exists():
            time.sleep(0.02)
        return name

    def work(task_id: TaskId, checkpoints: Checkpoints) -> None:
        try:
            results = [checkpoints.run(name, lambda name=name: step(name)) for name in "abc"]
        except Exception as error:  # noqa: BLE001  as the worker does
            note(journal, f"failed {type(error).__name__}")
        else:
            note(journal, f"done {''.join(results)} {task_id}")

    return work


def poison(journal: Path) -> Callable[[TaskId, Checkpoints], None]:
    """Return work whose second step takes the process down."""

    def work(_: TaskId, checkpoints: Checkpoints) -> None:
        try:
            checkpoints.run("a", lambda: note(journal, "a begins"))
            checkpoints.run("b", lambda: (note(journal, "b begins"), os._exit(1)))
        except KinodexError as error:
            note(journal, f"failed {type(error).__name__}")

    return work


def hopeless(journal: Path) -> Callable[[TaskId, Checkpoints], None]:
    """Return work that takes the process down before any step."""

    def work(_: TaskId, __: Checkpoints) -> None:
        note(journal, "begins")
        os._exit(1)

    return work


WORKS = {"three_steps": three_steps, "poison": poison, "hopeless": hopeless}


def hold_of(journal: Path) -> Path:
    """Return the file that makes the second step wait."""
    return journal.with_suffix(".hold")


def main() -> None:
    """Fork a worker for each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            arguments = json.loads(line)
            log = os.open(
                Path(arguments["journal"]).with_suffix(".log"), os.O_CREAT | os.O_APPEND | os.O_WRONLY
            )
            os.dup2(log, 1)
            os.dup2(log, 2)
            live(**arguments)
        print(pid, flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
