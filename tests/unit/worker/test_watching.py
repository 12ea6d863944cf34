"""Steps that take too long or give no sign of life are ended; what cannot be ended counts for nothing."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from clips import make_clip
from fakes import SAID, quick_executor
from hostile_site import LIMIT_BYTES, QUICK, Site, Visit, listening, made_video

from kinodex import bootstrap
from kinodex.domain.arrays import Vectors
from kinodex.domain.errors import EngineFailed, NotFound, StepStuck, StepTimedOut, TaskWithdrawn
from kinodex.domain.lifelines import Extent, check, moved, waiting
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.timeline import Utterance
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.engines.protocols import ReadSound
from kinodex.media import children
from kinodex.processes.child import Child
from kinodex.settings import Settings
from kinodex.sources.config import FetchConfig
from kinodex.sources.protocols import FetchedSoFar
from kinodex.sources.separate import SeparateFetcher
from kinodex.usecases import UseCases, indexing_steps
from kinodex.usecases.artifacts import Artifacts
from kinodex.usecases.deadlines import Deadline, Patience
from kinodex.usecases.overdue import MOST_HANGING, Overdue
from kinodex.usecases.tasks import TaskRequest
from kinodex.worker import retry
from kinodex.worker.loop import Worker
from kinodex.worker.watching import Watching

Result = TypeVar("Result")

PATIENT = Patience(floor_s=600.0, factor=1.0, still_s=600.0, fetch_s=600.0, grace_s=10.0)


class Deadlines:
    """Those of a test: patient, but for one step."""

    def __init__(self, step: str = "", **changes: float) -> None:
        self.patience = replace(PATIENT, **changes)
        self._step = step

    def of(self, step: str) -> Deadline:
        return Deadline(step, self.patience if step == self._step else PATIENT, {})


class OnceBytesCame(Deadlines):
    """Patient until a fetch has told of more than so many bytes: a process may be slow to start."""

    def __init__(self, told: Sequence[FetchedSoFar], size_bytes: int, **changes: float) -> None:
        super().__init__("fetch", **changes)
        self._told, self._size_bytes = told, size_bytes

    def of(self, step: str) -> Deadline:
        told, size_bytes, impatient = self._told, self._size_bytes, super().of(step)

        class Dynamic(Deadline):
            @property
            def now(self) -> Deadline:
                has_come = bool(told) and told[-1].size_bytes > size_bytes
                return impatient if has_come else Deadline(step, PATIENT, {})

            def allowed_s(self, extent: Extent) -> float:
                return self.now.allowed_s(extent)

            @property
            def still_s(self) -> float:
                return self.now.still_s

        return Dynamic(step, self.patience, {})


def _watching(deadlines: Deadlines, executor: Executor | None = None) -> Watching:
    overdue = Overdue(executor or quick_executor(), lambda: None)
    return Watching(deadlines, overdue, look_s=0.02)  # type: ignore[arg-type]


def _until(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


# --- one step ----------------------------------------------------------------------------------


def test_a_step_that_ends_in_time_is_as_if_nobody_watched() -> None:
    def fail() -> None:
        raise EngineFailed("ear", "no reason")

    watching = _watching(Deadlines())
    assert watching.run("decode", lambda: "done") == "done"
    with pytest.raises(EngineFailed, match="no reason"):
        watching.run("decode", fail)
    assert watching.overdue.timed_out == {}


def test_a_step_that_goes_on_and_on_ends_at_its_deadline() -> None:
    def endless() -> None:
        while True:
            moved()
            time.sleep(0.001)

    watching = _watching(Deadlines("decode", floor_s=0.2, factor=0.0))
    with pytest.raises(StepTimedOut, match=r"^The step decode did not end within 0\.2 s\.$"):
        watching.run("decode", endless)
    assert watching.overdue.timed_out == {"decode": 1}
    assert watching.overdue.hanging == ()


def test_what_waits_for_others_is_not_overdue() -> None:
    def patient() -> str:
        with waiting("another task is fetching the same URL"):
            time.sleep(1.2)
        return "done"

    watching = _watching(Deadlines("fetch", floor_s=1.0, factor=0.0, fetch_s=0.0, still_s=1.0))
    assert watching.run("fetch", patient) == "done"


def test_a_step_that_ends_just_when_it_is_told_to_has_ended() -> None:
    told = threading.Event()

    class Told(Overdue):
        def note_end(self, step: str) -> None:
            super().note_end(step)
            told.set()

    watching = replace(
        _watching(Deadlines("decode", still_s=0.05)), overdue=Told(quick_executor(), lambda: None)
    )
    assert watching.run("decode", lambda: told.wait(30) and "done") == "done"


def test_a_withdrawn_task_stays_withdrawn_although_its_step_was_overdue() -> None:
    told = threading.Event()

    class Told(Overdue):
        def note_end(self, step: str) -> None:
            told.set()

    def withdrawn() -> None:
        told.wait(30)
        raise TaskWithdrawn

    watching = replace(
        _watching(Deadlines("decode", still_s=0.05)), overdue=Told(quick_executor(), lambda: None)
    )
    with pytest.raises(TaskWithdrawn):
        watching.run("decode", withdrawn)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_ends_no_step_and_spares_none(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    real = time.time
    jumped = threading.Event()

    def step() -> str:
        monkeypatch.setattr(time, "time", lambda: real() + 3600 * hours)
        jumped.set()
        time.sleep(0.1)
        return "done"

    watching = _watching(Deadlines("decode", floor_s=5.0, factor=0.0, still_s=5.0))
    assert watching.run("decode", step) == "done"
    assert jumped.is_set()
    watching = _watching(Deadlines("decode", still_s=0.1))
    with pytest.raises(StepTimedOut):
        watching.run("decode", _until_told)


def _until_told() -> None:
    while True:
        check()
        time.sleep(0.001)


# --- a fetch -----------------------------------------------------------------------------------


def test_a_fetch_that_trickles_at_the_least_rate_lives_until_its_deadline_and_can_be_gone_on_from(
    tmp_path: Path,
) -> None:
    video, site = made_video(400_000), Site()
    limits = replace(QUICK, minimum_bytes_per_s=100, rate_window_s=1.0)

    def trickle(visit: Visit) -> None:
        if visit.number > 1:
            visit.range(video)
            return
        visit.head(200, f"Content-Length: {len(video)}", 'ETag: "v1"')
        visit.send(video[:100_000])
        for byte in range(100_000, len(video), 100):  # enough, also on a machine that stalls for a while
            visit.connection.sendall(video[byte : byte + 100])
            if site.closing.wait(0.1):
                return

    with listening(site.welcome) as site.port:
        fetcher = SeparateFetcher(
            FetchConfig(allow=(f"127.0.0.1:{site.port}",), free_space_bytes=0, limits=limits)
        )
        url, target, told = site.on("/v", trickle), tmp_path / "source", []

        def fetch() -> Any:
            return fetcher.fetch(url, target, limit_bytes=LIMIT_BYTES, progress=told.append)

        watching = _watching(OnceBytesCame(told, 100_500, floor_s=1.2, factor=0.0, fetch_s=0.0))
        with pytest.raises(StepTimedOut, match=r"^The step fetch did not end within 1\.2 s\.$"):
            watching.run("fetch", fetch)
        assert told[-1].size_bytes > 100_500
        assert watching.overdue.hanging == (), "its process was ended"
        fetched = watching.run("probe", fetch)
        site.closing.set()
    assert (fetched.resumed, target.read_bytes()) == (1, video)


@pytest.mark.slow
def test_a_fetch_that_falls_silent_is_hung_although_its_process_goes_on_telling_so(tmp_path: Path) -> None:
    site, told = Site(), []

    def silent(visit: Visit) -> None:
        visit.head(200, "Content-Length: 400000", 'ETag: "v1"')
        visit.send(made_video(100_000))
        site.closing.wait(60)

    with listening(site.welcome) as site.port:
        limits = replace(QUICK, idle_s=60.0, minimum_bytes_per_s=0)
        config = FetchConfig(allow=(f"127.0.0.1:{site.port}",), free_space_bytes=0, limits=limits)
        fetcher, url = SeparateFetcher(config), site.on("/v", silent)
        watching = _watching(OnceBytesCame(told, 0, still_s=1.0))
        with pytest.raises(StepTimedOut, match=r"^The step fetch made no progress for 1\.0 s\.$"):
            watching.run(
                "fetch",
                lambda: fetcher.fetch(
                    url, tmp_path / "source", limit_bytes=LIMIT_BYTES, progress=told.append
                ),
            )
        site.closing.set()
    assert told[-1].size_bytes == told[-2].size_bytes > 0, "it told of no progress"
    assert watching.overdue.hanging == ()


# --- whole tasks -------------------------------------------------------------------------------


class Straight:
    """Checkpoints that remember nothing."""

    attempt = 1

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        return step()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=4.1, width=384, height=384)


@contextmanager
def _at_work(
    folder: Path, clip: Path, executor: Executor, deadlines: Deadlines
) -> Iterator[tuple[UseCases, Task, Worker]]:
    with bootstrap.opened(Settings(data_dir=folder), executor=executor) as usecases:
        index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
        path = usecases.tasks.new_upload()
        path.write_bytes(clip.read_bytes())
        request = TaskRequest(index_id=index.id, generation="v1.3")
        task = usecases.tasks.create_from_file(request, path, filename="clip.mp4")
        watching = Watching(deadlines, usecases.health.overdue, look_s=0.02)  # type: ignore[arg-type]
        jobs: Any = None
        yield usecases, task, Worker(jobs=jobs, indexing=usecases.indexing, watching=watching)


def test_a_decoder_that_always_hangs_is_killed_each_time_and_the_task_fails_after_three_tries(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[int] = []
    waited_for: list[str | None] = []

    @contextmanager
    def stops_at_once(module: str, request: bytes) -> Iterator[Child]:
        with real(module, request) as child:
            if b'"job":"decode"' in request:
                os.kill(child.process.pid, signal.SIGSTOP)
                stopped.append(child.process.pid)
            yield child

    real = children.child
    monkeypatch.setattr(children, "child", stops_at_once)
    with _at_work(tmp_path, clip, quick_executor(), Deadlines("decode", still_s=0.6)) as at_work:
        usecases, task, worker = at_work

        def sleep(_seconds: float) -> None:
            waited_for.append(usecases.tasks.get(task.id).waits_for)

        monkeypatch.setattr(retry, "time", SimpleNamespace(sleep=sleep))
        worker.work(task.id, Straight())
        failed, steps = usecases.tasks.get(task.id), usecases.tasks.steps(task.id)

    assert (failed.status, failed.failure and failed.failure.code) == (TaskStatus.FAILED, "step_timed_out")
    assert failed.failure is not None
    assert failed.failure.message == "The step decode made no progress for 0.6 s."
    assert {step.step: step.attempts for step in steps}["decode"] == len(stopped) == 3
    assert not [pid for pid in stopped if Path(f"/proc/{pid}").exists()]
    assert waited_for == [
        f"retry of decode in {seconds} s: the step decode made no progress for 0.6 s" for seconds in (1, 5)
    ]


class Blocked(FakeSpeech):
    """Hears nothing more until it is let go."""

    def __init__(self, go: threading.Event) -> None:
        super().__init__(SAID)
        self._go = go

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterator[Utterance]:
        assert self._go.wait(60)
        yield from super().transcribe(read, duration_s)


def _engines(speech: FakeSpeech) -> EngineSet:
    return EngineSet(
        sentences=FakeSentences(), visual=FakeVisual(), speech=speech, screen_text=FakeScreenText()
    )


def test_an_engine_that_hangs_fails_its_task_is_replaced_and_comes_too_late(
    tmp_path: Path, clip: Path
) -> None:
    go = threading.Event()
    executor = Executor(_engines(Blocked(go)), anew=lambda: _engines(FakeSpeech(SAID)))
    with _at_work(tmp_path, clip, executor, Deadlines("transcribe", still_s=0.5, grace_s=0.3)) as (
        usecases,
        task,
        worker,
    ):
        worker.work(task.id, Straight())

        failed = usecases.tasks.get(task.id)
        assert failed.failure is not None
        assert failed.failure.code == StepStuck.code == "step_timed_out"
        assert failed.failure.message == (
            "The step transcribe made no progress for 0.5 s and could not be ended."
        )
        told = usecases.health.capabilities()["degraded"]
        assert isinstance(told, list)
        assert "it held the engine fake-speech, which was started anew." in told[-1]
        [hanging] = usecases.health.overdue.hanging

        go.set()  # the engine comes back at last
        hanging.thread.join(30)
        assert usecases.health.overdue.hanging == ()
        assert usecases.tasks.get(task.id) == failed
        with pytest.raises(NotFound):
            usecases.videos.get(failed.index_id, failed.video_id)


@pytest.mark.slow
def test_a_publication_that_comes_too_late_changes_nothing(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, late = threading.Event(), []
    real = indexing_steps.publish

    def publish(*arguments: Any) -> None:
        late.append(True)
        real(*arguments)

    def hang(artifacts: Artifacts) -> tuple[Utterance, ...]:
        if threading.current_thread().name.endswith("-publish"):
            go.wait(60)
        return heard(artifacts)

    heard = Artifacts.utterances
    monkeypatch.setattr(Artifacts, "utterances", hang)
    monkeypatch.setattr(indexing_steps, "publish", publish)
    deadlines = Deadlines("publish", still_s=0.5, grace_s=0.3)
    with _at_work(tmp_path, clip, quick_executor(), deadlines) as (usecases, task, worker):
        worker.work(task.id, Straight())
        [hanging] = usecases.health.overdue.hanging
        usecases.control.retry(task.id)  # so that only the attempt, and the line, tell the two apart
        go.set()
        hanging.thread.join(30)
        again = usecases.tasks.get(task.id)
        assert (again.status, again.attempt, late) == (TaskStatus.PENDING, 2, [])
        with pytest.raises(NotFound):
            usecases.videos.get(again.index_id, again.video_id)


# --- what hangs --------------------------------------------------------------------------------


class Stuck(FakeSentences):
    """Embeds nothing until it is let go."""

    def __init__(self, go: threading.Event) -> None:
        super().__init__()
        self._go = go

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        self._go.wait(60)
        return super().embed_sentences(sentences)


def test_whoever_waits_for_an_engine_that_hangs_is_told_and_the_next_one_gets_another() -> None:
    go, errors = threading.Event(), []
    engines = replace(_engines(FakeSpeech()), sentences=Stuck(go))
    executor = Executor(engines, anew=lambda: _engines(FakeSpeech()))

    def search() -> None:
        try:
            executor.embed_sentences(["b"])
        except EngineFailed as error:
            errors.append(error.message)

    watching = _watching(Deadlines("embed_sentences", still_s=0.5, grace_s=0.2), executor)
    searching = threading.Thread(target=search)
    threading.Timer(0.2, searching.start).start()
    with pytest.raises(StepStuck):
        watching.run("embed_sentences", lambda: executor.embed_sentences(["a"]))

    searching.join(30)
    assert errors == ["The engine fake-sentences failed: it hangs."]
    assert executor.embed_sentences(["b"]).shape[0] == 1
    go.set()


def test_a_process_in_which_too_much_hangs_is_worn_out_and_takes_no_further_job() -> None:
    go = threading.Event()
    watching = _watching(Deadlines("decode", still_s=0.05, grace_s=0.02))
    stops: list[bool] = []
    jobs: Any = SimpleNamespace(stop=lambda: stops.append(True))
    indexing: Any = None
    worker = Worker(jobs=jobs, indexing=indexing, watching=watching)
    for _ in range(MOST_HANGING):
        worker.retire()
        assert stops == []
        with pytest.raises(StepStuck):
            watching.run("decode", lambda: go.wait(60))
    for _ in range(2):
        worker.retire()
    assert stops == [True]
    assert watching.overdue.worn_out is not None
    go.set()
    _until(lambda: watching.overdue.worn_out is None)
