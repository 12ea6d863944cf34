"""
A program that lives until it is killed, and first looks at what its last death has left.

Run as a script it imports everything once and then forks one life for each line it reads: a JSON object
with the arguments of ``live``, and the ``answer``: a named pipe that is told when the life has ended. Lives
may go on side by side.
"""

import gc
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import numpy.ma  # noqa: F401  imported late, and so by each fork anew
from fakes import quick_executor
from tests.durability.doings import DOINGS, LOOKS_EVERY_S, PATIENCE_S
from tests.durability.journal import Journal
from tests.durability.points import Trap, install
from tests.durability.recorded import CLIP, TRANSCRIPT, Recorded
from tests.durability.violations import violations
from tests.durability.wrong_orders import WRONG_ORDERS

from kinodex import bootstrap
from kinodex.bootstrap import Running, engines, process, wiring
from kinodex.domain.assets import UploadStatus
from kinodex.domain.listing import Listing
from kinodex.domain.tasks import Task
from kinodex.domain.webhooks import DeliveryStatus
from kinodex.jobs import life as job_life
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.jobs.heartbeats import DEAD_AFTER_S
from kinodex.settings import Settings
from kinodex.sources.config import FetchConfig
from kinodex.sources.curl import fetcher_of
from kinodex.sources.protocols import VideoFetcher
from kinodex.usecases import deliveries, reporting
from kinodex.usecases.asset_consistency import Holdings
from kinodex.usecases.blobs import video_prefix
from kinodex.usecases.tasks import TaskRequest
from kinodex.worker.delivering import Delivering


class Life:
    """One process between its start and its death."""

    def __init__(
        self, running: Running, journal: Path, *, site: str, hooks: dict[str, str], clip: bytes
    ) -> None:
        self.usecases = running.usecases
        self._journal = journal
        self.site = site
        self.hooks = hooks
        self.clip = clip

    def note(self, did: str, **facts: str) -> None:
        with self._journal.open("a") as file:
            file.write(json.dumps({"did": did, **facts}) + "\n")

    def drain(self, patience_s: float) -> None:
        """Wait until nothing is under way, or for as long as anybody would."""
        deadline_s = time.monotonic() + patience_s
        while time.monotonic() < deadline_s:
            if not self._is_working() and not self.is_telling():
                break
            time.sleep(LOOKS_EVERY_S)
        # What an ended job does last, it does after its task has ended.
        library = self.usecases.library
        trades = (self.usecases.indexing, library.intake, library.embed_work)
        while time.monotonic() < deadline_s and any(any(trade.folders.glob("*")) for trade in trades):
            for trade in trades:
                trade.sweep()
            time.sleep(LOOKS_EVERY_S)

    def _is_working(self) -> bool:
        with self.usecases.indexing.tools.records.read() as transaction:
            held = Holdings.read(transaction)
            is_open = bool(transaction.tasks.unfinished())
        coming = {
            each.asset.id
            for each in held.assets
            if each.upload is not None and each.upload.status is UploadStatus.ACTIVE
        }
        return is_open or bool(held.under_way() - coming) or bool(self.usecases.tasks._jobs.waiting())

    def is_at_work(self) -> bool:
        """Return whether a job is being done here, also one that was cancelled and does not know yet."""
        return bool(self.usecases.tasks._jobs._life._running)

    def is_telling(self) -> bool:
        """Return whether a webhook waits to be told of something."""
        with self.usecases.indexing.tools.records.read() as transaction:
            told = [webhook.id for webhook in transaction.webhooks.list() if webhook.enabled]
            return any(
                transaction.deliveries.list(each, status=DeliveryStatus.PENDING, offset=0, limit=1).total
                for each in told
            )

    def upload(self, mark: str = "") -> Task:
        path = self.usecases.tasks.new_upload()
        path.write_bytes(self.clip + (mark or token_hex()).encode())
        return self.submitted(self.usecases.tasks.create_from_file(self.request(), path, filename="clip.mp4"))

    def url(self, *, ends: str = "ready", has_transcript_at_url: bool = False) -> Task:
        url, request = f"{self.site}/{token_hex()}/{ends}.mp4", self.request()
        if has_transcript_at_url:
            request = replace(request, transcript=None, transcript_url=f"{self.site}/{token_hex()}.vtt")
        return self.submitted(self.usecases.tasks.create_from_url(request, url), ends=ends)

    def broken(self) -> None:
        self.ended(self.url(ends="failed"))

    def upload_and_wait(self) -> Task:
        return self.ended(self.upload())

    def url_and_wait(self) -> Task:
        return self.ended(self.url())

    def twin(self) -> None:
        """Send the same bytes twice: the second video takes over what the first has."""
        mark = token_hex()
        for _ in range(2):
            self.ended(self.upload(mark))

    def delete_video(self) -> Task:
        task = self.upload_and_wait()
        with self.deleting("video", task.video_id):
            self.usecases.videos.delete(task.index_id, task.video_id)
        while self._noted(task):  # the thread that sweeps, and this one, work on it
            self.usecases.purging.sweep()
            time.sleep(0.005)
        return task

    def delete_task(self) -> None:
        task = self.delete_video()
        with self.deleting("task", task.id):
            self.usecases.tasks.delete(task.id)

    def delete_index(self) -> None:
        ready, running = self.upload_and_wait(), self.url()
        assert ready.index_id == running.index_id
        with self.deleting("index", ready.index_id):
            self.usecases.indexes.delete(ready.index_id)

    def everything(self) -> None:
        """Go on for ever, for kills that come at any moment."""
        own = (self.url, self.twin, self.delete_video, self.broken, self.delete_task, self.delete_index)
        doings = (*own, *(partial(doing, self) for doing in DOINGS.values()))
        while True:
            random.choice(doings)()

    def _noted(self, task: Task) -> bool:
        with self.usecases.indexing.tools.records.read() as transaction:
            return transaction.purges.is_noted(video_prefix(task.video_id))

    def deleting(self, kind: str, name: str) -> Any:
        return _Deletion(self, kind, name)

    def submitted(self, task: Task, *, ends: str = "ready") -> Task:
        self.note("submitted", task=task.id, video=task.video_id, index=task.index_id, ends=ends)
        return task

    def ended(self, task: Task) -> Task:
        deadline_s = time.monotonic() + PATIENCE_S
        while not (task := self.stored(task)).status.is_final:
            assert time.monotonic() < deadline_s, task
            time.sleep(LOOKS_EVERY_S)
        return task

    def stored(self, task: Task) -> Task:
        """Read a task as it is stored: ``Tasks.get`` would also guess when it is done."""
        with self.usecases.indexing.tools.records.read() as transaction:
            found = transaction.tasks.get(task.id)
        assert found is not None, task
        return found

    def request(self) -> TaskRequest:
        listed = self.usecases.indexes.list(Listing()).items
        if listed:
            index = listed[0].index
        else:
            index = self.usecases.indexes.create(
                "films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3"
            )
        return TaskRequest(index_id=index.id, generation="v1.3", transcript=TRANSCRIPT)


class _Deletion:
    """Notes that something is about to be deleted, and that it was."""

    def __init__(self, life: Life, kind: str, name: str) -> None:
        self._life, self._kind, self._name = life, kind, name

    def __enter__(self) -> None:
        self._life.note("begins to delete", kind=self._kind, id=self._name)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._life.note("deleted", kind=self._kind, id=self._name)


SCENARIOS: dict[str, Callable[[Life], object]] = {
    "none": id,
    "upload": Life.upload_and_wait,
    "url": Life.url_and_wait,
    "broken": Life.broken,
    "delete_video": Life.delete_video,
    "delete_task": Life.delete_task,
    "delete_index": Life.delete_index,
    "recover": id,
    "twin": Life.twin,
    "everything": Life.everything,
    **DOINGS,
}

AT_REST = ("none", "recover")
"""The scenarios that leave nothing under way."""


def live(
    folder: str,
    recording: str,
    *,
    scenario: str,
    point: str,
    site: str,
    allow: list[str],
    hooks: dict[str, str] | None = None,
    database_url: str | None = None,
    wrong_order: str | None = None,
    patience_s: float = PATIENCE_S,
    dead_after_s: float = DEAD_AFTER_S,
) -> None:
    """Begin, come to rest, look at everything, then do what leads to the point."""
    trap, data = Trap(), Path(folder)
    if wrong_order is not None:
        WRONG_ORDERS[wrong_order]()
    install(trap)
    Recorded.recording = Path(recording)
    engines.build_executor, engines.degraded = quick_executor, tuple
    wiring.PyavReader, wiring.SeparateFetcher = Recorded, _fetcher_here
    process.DbosJobs = partial(DbosJobs, dead_after_s=dead_after_s)
    deliveries.LEASE = timedelta(seconds=dead_after_s)  # between several processes, a claim runs out
    process.Delivering = partial(Delivering, poll_s=0.05)
    job_life.POLLING_S, reporting.WRITE_EVERY_S = 0.05, 0.0
    random.seed()  # a fork has the state of all its siblings
    if scenario == "recover":
        trap.point = point
    settings = Settings(
        data_dir=data / "data",
        fetch_allow=tuple(allow),
        webhook_allow=tuple(urlsplit(url).netloc for url in (hooks or {}).values()),
        asset_part_bytes=64 * 1024,
        database_url=database_url,
        api_key="k" * 20,
    )
    with bootstrap.running(settings, api=True, worker=True) as running:
        journal = data / "journal"
        clip = (Path(recording) / CLIP).read_bytes()
        life = Life(running, journal, site=site, hooks=hooks or {}, clip=clip)
        if hooks and not running.usecases.webhooks.list():
            running.usecases.webhooks.create(hooks["taken"])
        life.drain(patience_s)
        lines = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        found = data / "violations.part"
        found.write_text(json.dumps(list(violations(running, Journal.of(lines), data))))
        found.replace(data / "violations")  # whoever waits for it kills at once
        trap.point = point
        SCENARIOS[scenario](life)
        if scenario in AT_REST:
            os._exit(0)
    # Whoever outlived the scenario stops in order: an exit between two steps would be one more kill.


def _fetcher_here(config: FetchConfig, **_links: object) -> VideoFetcher:
    """Fetch in this process and tell of each piece: a fetch of its own process is killed in ``tests/e2e``."""
    return fetcher_of(replace(config, limits=replace(config.limits, progress_every_s=0.0)))


def main() -> None:
    """Begin a life for each line, and have somebody watch it and tell how it ended."""
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        arguments = json.loads(line)
        if os.fork() == 0:
            _watch(arguments)
        _bury()
    while _bury(os.WEXITED):
        pass


def _watch(arguments: dict[str, Any]) -> None:
    """Fork a life, kill it when it is time to, and answer with its status, as an exit code."""
    answer, kill_after_s = arguments.pop("answer"), arguments.pop("kill_after_s", None)
    pid = os.fork()
    if pid == 0:
        _be(arguments)
    if kill_after_s is not None:
        _kill_after(pid, kill_after_s, Path(arguments["folder"]) / "violations")
    _, status = os.waitpid(pid, 0)
    Path(answer).write_text(str(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _bury(how: int = os.WEXITED | os.WNOHANG) -> bool:
    """Collect one who watched a life that has ended; return whether there was one."""
    try:
        return os.waitid(os.P_ALL, 0, how) is not None
    except ChildProcessError:
        return False


def _be(arguments: dict[str, Any]) -> None:
    log = os.open(Path(arguments["folder"]) / "log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        live(**arguments)
        os._exit(0)
    except BaseException:  # noqa: BLE001  it must not go on as a second forking program
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _kill_after(pid: int, seconds: float, ready: Path) -> None:
    """Kill a life so many seconds after it has looked at everything, if it lives so long."""
    deadline_s = time.monotonic() + 2 * PATIENCE_S
    while not ready.exists() and time.monotonic() < deadline_s:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.005)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
