"""What the queue does, in one process and over the deaths of several."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contracts import job_process
from tests.contracts.job_process import ATTEMPTS, DEAD_AFTER_S, hold_of

from kinodex.domain.errors import EngineFailed, TaskWithdrawn
from kinodex.domain.ids import TaskId, new_id
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.jobs.protocols import Attempt, Checkpoints
from kinodex.jobs.tending import Tending
from kinodex.stores.sql.records import SqlRecords

PATIENCE_S = 20.0


def eventually(condition: Callable[[], object]) -> None:
    """Wait until something holds; fail if it does not in good time."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen"
        time.sleep(0.02)


@dataclass
class Queue:
    """A queue, the records it shares a database with, and what was seen of the work."""

    records: SqlRecords
    jobs: DbosJobs
    seen: list[str] = field(default_factory=list)

    def add(self, task_id: TaskId | None = None) -> TaskId:
        task_id = task_id or TaskId(new_id())
        with self.records.write() as transaction:
            self.jobs.enqueue(task_id, transaction=transaction.handle)
        return task_id

    def finish(self) -> None:
        eventually(lambda: self.jobs.waiting() == 0)

    def step(self, name: str) -> Callable[[], str]:
        def run() -> str:
            self.seen.append(name)
            return name

        return run


@pytest.fixture(params=["sqlite", "postgres_queue"])
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    """A queue in an empty database of each kind."""
    with opened(request.getfixturevalue(f"{request.param}_url")) as queue:
        yield queue


@contextmanager
def opened(url: str) -> Iterator[Queue]:
    """Open a queue; in the end it stops."""
    records = SqlRecords(url)
    jobs = DbosJobs(records.engine, concurrency=2, attempts=ATTEMPTS, stopping_grace_s=0.2)
    yield Queue(records, jobs)
    jobs.stop()
    records.close()


# --- in one process ----------------------------------------------------------------------------


def test_a_job_is_done_once_its_transaction_commits(queue: Queue) -> None:
    def work(task_id: TaskId, checkpoints: Checkpoints) -> None:
        queue.seen.append(checkpoints.run("a", lambda: str(task_id)))

    queue.jobs.start(work)
    task_id = queue.add()

    eventually(lambda: queue.seen == [task_id])
    queue.finish()


def test_a_job_whose_transaction_fails_never_was(queue: Queue) -> None:
    with suppress(KeyError), queue.records.write() as transaction:
        queue.jobs.enqueue(TaskId(new_id()), transaction=transaction.handle)
        raise KeyError

    assert queue.jobs.waiting() == 0


def test_a_task_is_queued_once(queue: Queue) -> None:
    task_id = queue.add()
    queue.add(task_id)
    assert queue.jobs.waiting() == 1

    queue.jobs.start(lambda task_id, _: queue.seen.append(task_id))
    queue.finish()
    queue.add(task_id)

    assert queue.jobs.waiting() == 0
    assert queue.seen == [task_id]


def test_a_process_that_only_answers_requests_can_queue(queue: Queue) -> None:
    other = SqlRecords(queue.records.engine.url.render_as_string(hide_password=False))
    queue.jobs.start(lambda task_id, _: queue.seen.append(task_id))

    task_id = Queue(other, DbosJobs(other.engine)).add()

    eventually(lambda: queue.seen == [task_id])
    other.close()


def test_a_handle_of_something_else_is_refused(queue: Queue) -> None:
    with pytest.raises(TypeError, match="connection"):
        queue.jobs.enqueue(TaskId(new_id()), transaction="transaction")


def test_a_step_returns_the_same_in_every_life(queue: Queue) -> None:
    def work(_: TaskId, checkpoints: Checkpoints) -> None:
        results.append(checkpoints.run("a", lambda: {"pair": (1, 2.5), "none": None, "text": "é\0"}))
        results.append(checkpoints.run("a", lambda: {"other": True}))

    results: list[object] = []
    queue.jobs.start(work)
    queue.add()
    queue.finish()

    assert results == [{"pair": [1, 2.5], "none": None, "text": "é\0"}] * 2


def test_the_error_of_a_step_reaches_the_work_and_is_not_remembered(queue: Queue) -> None:
    def fail() -> None:
        queue.seen.append("fails")
        raise EngineFailed("fake", "no reason")

    def work(_: TaskId, checkpoints: Checkpoints) -> None:
        checkpoints.run("before", queue.step("before"))
        with pytest.raises(EngineFailed, match="no reason"):
            checkpoints.run("a", fail)
        assert checkpoints.run("a#2", queue.step("a")) == "a"
        assert checkpoints.run("a", fail) == "a"
        checkpoints.run("after", queue.step("after"))
        queue.seen.append("end")

    queue.jobs.start(work)
    queue.add()
    queue.finish()

    assert queue.seen == ["before", "fails", "a", "after", "end"]


def test_work_that_raises_ends_its_job_and_no_other(queue: Queue) -> None:
    def work(task_id: TaskId, checkpoints: Checkpoints) -> None:
        checkpoints.run("a", queue.step(task_id))
        raise ZeroDivisionError

    queue.jobs.start(work)
    added = {queue.add(), queue.add()}
    queue.finish()

    assert set(queue.seen) == added
    assert queue.jobs.exhausted() == []


def test_no_more_jobs_than_allowed_run_at_a_time(queue: Queue) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def step() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.1)
        with lock:
            running -= 1

    for _ in range(6):
        queue.add()
    queue.jobs.start(lambda _, checkpoints: checkpoints.run("a", step))
    queue.finish()

    assert most == 2


def test_a_cancelled_job_starts_no_further_step(queue: Queue) -> None:
    def work(task_id: TaskId, checkpoints: Checkpoints) -> None:
        try:
            checkpoints.run("a", lambda: queue.jobs.cancel(task_id))
            checkpoints.run("b", queue.step("b"))
        except TaskWithdrawn:
            queue.seen.append("withdrawn")

    queue.jobs.start(work)
    queue.add()

    eventually(lambda: queue.seen == ["withdrawn"])
    queue.finish()


def test_a_job_cancelled_before_it_began_never_begins(queue: Queue) -> None:
    cancelled = queue.add()
    queue.jobs.cancel(cancelled)
    queue.jobs.cancel(TaskId(new_id()))

    queue.jobs.start(lambda task_id, _: queue.seen.append(task_id))
    other = queue.add()
    queue.finish()

    assert queue.seen == [other]


def test_a_queue_is_worked_on_once_at_a_time(queue: Queue) -> None:
    queue.jobs.start(lambda *_: None)

    with pytest.raises(RuntimeError, match="already"):
        queue.jobs.start(lambda *_: None)


@dataclass
class Interrupted:
    """Work that hangs in its second step until it is let go."""

    queue: Queue
    breaks: bool = False
    inside: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _: TaskId, checkpoints: Checkpoints) -> None:
        try:
            checkpoints.run("a", self.queue.step("a"))
            checkpoints.run("b", self._hang)
            checkpoints.run("c", self.queue.step("c"))
        except Exception as error:  # noqa: BLE001  as the worker does
            self.queue.seen.append(f"failed {type(error).__name__}")
        finally:
            self.left.set()

    def _hang(self) -> None:
        self.queue.seen.append("b")
        self.inside.set()
        self.go.wait(PATIENCE_S)
        if self.breaks:
            raise OSError


@pytest.mark.parametrize("breaks", [False, True])
def test_stopping_leaves_a_job_to_the_next_start(queue: Queue, breaks: bool) -> None:
    first, second = Interrupted(queue, breaks=breaks), Interrupted(queue)
    queue.jobs.start(first)
    queue.add()
    eventually(first.inside.is_set)

    queue.jobs.stop()
    first.go.set()
    eventually(first.left.is_set)
    assert queue.jobs.waiting() == 1
    second.go.set()
    queue.jobs.start(second)
    queue.finish()

    assert queue.seen == ["a", "b", "b", "c"]


def test_a_stop_waits_for_steps_that_are_about_to_end(queue: Queue) -> None:
    first, second = Interrupted(queue), Interrupted(queue)
    queue.jobs.start(first)
    queue.add()
    eventually(first.inside.is_set)
    threading.Timer(0.05, first.go.set).start()

    queue.jobs.stop()
    queue.jobs.start(second)
    queue.finish()

    assert queue.seen == ["a", "b", "c"]


def test_starting_and_stopping_often_is_no_death(queue: Queue) -> None:
    queue.add()
    for _ in range(ATTEMPTS + 2):
        hanging = Interrupted(queue)
        queue.jobs.start(hanging)
        eventually(hanging.inside.is_set)
        queue.jobs.stop()
        hanging.go.set()
    last = Interrupted(queue)
    last.go.set()

    queue.jobs.start(last)
    queue.finish()

    assert queue.seen[-1] == "c"
    assert queue.seen.count("a") == 1


def test_records_of_ended_jobs_are_removed_after_a_while(queue: Queue) -> None:
    queue.jobs.start(lambda task_id, checkpoints: checkpoints.run("a", queue.step(task_id)))
    task_id = queue.add()
    queue.finish()
    tending = Tending(queue.jobs._client, None, worker="test")

    tending.clean(kept_for=timedelta(hours=1))
    queue.add(task_id)
    assert queue.jobs.waiting() == 0

    tending.clean(kept_for=timedelta(seconds=-60))
    queue.add(task_id)
    queue.finish()
    assert queue.seen == [task_id, task_id]


# --- over the deaths of processes --------------------------------------------------------------


@dataclass
class Processes:
    """Workers that can be killed, and the journal they write."""

    forker: subprocess.Popen[str]
    url: str
    journal: Path
    alive: list[int] = field(default_factory=list)

    def start(self, kind: str = "three_steps") -> int:
        assert self.forker.stdin is not None
        assert self.forker.stdout is not None
        arguments = {"url": self.url, "journal": str(self.journal), "kind": kind}
        self.forker.stdin.write(json.dumps(arguments) + "\n")
        self.forker.stdin.flush()
        self.alive.append(int(self.forker.stdout.readline()))
        return self.alive[-1]

    def signal(self, pid: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def lines(self) -> list[str]:
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def is_alive(self, pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture(scope="session")
def forker() -> Iterator[subprocess.Popen[str]]:
    """A process that has imported everything and forks workers."""
    with subprocess.Popen(
        [sys.executable, job_process.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@dataclass
class Town:
    """A queue that this process fills and others work on."""

    queue: Queue
    processes: Processes


def town_at(url: str, forker: subprocess.Popen[str], folder: Path) -> Iterator[Town]:
    with opened(url) as queue:
        processes = Processes(forker, url, folder / "journal")
        yield Town(queue, processes)
        for pid in processes.alive:
            processes.signal(pid, signal.SIGKILL)


@pytest.fixture
def alone(sqlite_url: str, forker: subprocess.Popen[str], tmp_path: Path) -> Iterator[Town]:
    """Workers of which one is alive at a time."""
    yield from town_at(sqlite_url, forker, tmp_path)


@pytest.fixture
def shared(postgres_queue_url: str, forker: subprocess.Popen[str], tmp_path: Path) -> Iterator[Town]:
    """Workers of which several are alive at a time: PostgreSQL only."""
    yield from town_at(postgres_queue_url, forker, tmp_path)


def test_after_a_kill_finished_steps_are_not_run_again(alone: Town) -> None:
    queue, processes = alone.queue, alone.processes
    task_id = queue.add()
    hold_of(processes.journal).touch()
    first = processes.start()
    eventually(lambda: "b begins" in processes.lines())

    processes.signal(first, signal.SIGKILL)
    hold_of(processes.journal).unlink()
    processes.start()
    eventually(lambda: processes.lines()[-1].startswith("done"))

    assert processes.lines() == ["a begins", "b begins", "b begins", "c begins", f"done abc {task_id}"]
    queue.finish()


def test_a_job_that_keeps_killing_its_process_is_given_up(alone: Town) -> None:
    queue, processes = alone.queue, alone.processes
    queue.add()
    for deaths in range(1, ATTEMPTS + 1):
        victim = processes.start("poison")
        eventually(lambda deaths=deaths: processes.lines().count("b begins") == deaths)
        eventually(lambda victim=victim: not processes.is_alive(victim))

    survivor = processes.start("poison")
    eventually(lambda: "failed WorkerLost" in processes.lines())

    queue.finish()
    assert processes.is_alive(survivor)
    assert processes.lines() == ["a begins", "b begins", "b begins", "failed WorkerLost"]


def test_a_job_that_kills_even_while_it_is_given_up_is_put_aside(alone: Town) -> None:
    queue, processes = alone.queue, alone.processes
    task_id = queue.add()
    for deaths in range(1, ATTEMPTS + 3):
        victim = processes.start("hopeless")
        eventually(lambda deaths=deaths: len(processes.lines()) == deaths)
        eventually(lambda victim=victim: not processes.is_alive(victim))
    assert queue.jobs.exhausted() == []

    processes.start("hopeless")
    eventually(lambda: queue.jobs.exhausted() == [Attempt(task_id)])

    assert queue.jobs.waiting() == 0


def test_another_process_takes_over_the_jobs_of_a_dead_one(shared: Town) -> None:
    queue, processes = shared.queue, shared.processes
    task_id = queue.add()
    hold_of(processes.journal).touch()
    first = processes.start()
    eventually(lambda: "b begins" in processes.lines())
    processes.start()

    processes.signal(first, signal.SIGKILL)
    eventually(lambda: processes.lines().count("b begins") == 2)
    hold_of(processes.journal).unlink()
    eventually(lambda: processes.lines()[-1].startswith("done"))

    assert processes.lines() == ["a begins", "b begins", "b begins", "c begins", f"done abc {task_id}"]


def test_a_process_that_was_only_frozen_lets_go_of_jobs_it_lost(shared: Town) -> None:
    queue, processes = shared.queue, shared.processes
    task_id = queue.add()
    hold_of(processes.journal).touch()
    frozen = processes.start()
    eventually(lambda: "b begins" in processes.lines())

    processes.signal(frozen, signal.SIGSTOP)
    processes.start()
    eventually(lambda: processes.lines().count("b begins") == 2)
    processes.signal(frozen, signal.SIGCONT)
    hold_of(processes.journal).unlink()
    eventually(lambda: any(line.startswith("done") for line in processes.lines()))
    time.sleep(0.5)

    assert processes.lines() == ["a begins", "b begins", "b begins", "c begins", f"done abc {task_id}"]


def test_the_jobs_of_living_processes_are_left_to_them(shared: Town) -> None:
    queue, processes = shared.queue, shared.processes
    queue.add()
    hold_of(processes.journal).touch()
    processes.start()
    eventually(lambda: "b begins" in processes.lines())

    processes.start()
    time.sleep(2 * DEAD_AFTER_S)
    hold_of(processes.journal).unlink()
    eventually(lambda: any(line.startswith("done") for line in processes.lines()))

    assert processes.lines().count("b begins") == 1
