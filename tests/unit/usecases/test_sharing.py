"""Tasks over the same video share its bytes and its results, and nothing that deleting one could harm."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import av
import pytest
from clips import make_clip
from fakes import quick_executor
from origin import Origin, serve_origin

from kinodex import bootstrap
from kinodex.domain import clock
from kinodex.domain.errors import KinodexError, VideoTooLong
from kinodex.domain.options import Modality
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.settings import Settings
from kinodex.usecases import UseCases, receiving, tasks
from kinodex.usecases.search_request import SearchRequest
from kinodex.usecases.tasks import TaskRequest

pytestmark = pytest.mark.slow

Result = TypeVar("Result")


class Straight:
    """Checkpoints that remember nothing and can do something between two steps."""

    def __init__(self, before: Callable[[str], None] = lambda _name: None) -> None:
        self._before = before

    attempt = 1

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        self._before(name)
        return step()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=5.0)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture
def usecases(tmp_path: Path, origin: Origin) -> Iterator[UseCases]:
    settings = Settings(data_dir=tmp_path, fetch_allow=(origin.address,), free_space_bytes=0)
    with bootstrap.opened(settings, executor=quick_executor()) as opened:
        yield opened


@pytest.fixture
def index_id(usecases: UseCases) -> str:
    return usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3").id


def _send(usecases: UseCases, index_id: str, url: str, **changes: object) -> Task:
    request = replace(TaskRequest(index_id=index_id, generation="v1.3"), **changes)  # type: ignore[arg-type]
    return usecases.tasks.create_from_url(request, url)


def _do(usecases: UseCases, task: Task, checkpoints: Straight | None = None) -> Task:
    """Do the work of a task as a worker does; return how it ended."""
    try:
        usecases.indexing.run(task.id, checkpoints or Straight())
    except KinodexError as error:
        usecases.indexing.fail(task.id, Failure(error.code, error.message))
    return usecases.tasks.get(task.id)


def _steps(usecases: UseCases, task: Task) -> dict[str, str | None]:
    return {step.step: step.note for step in usecases.tasks.steps(task.id)}


def _said(usecases: UseCases, task: Task) -> list[str]:
    lines = usecases.videos.lines(task.index_id, task.video_id, modality=Modality.SPEECH, span=None)
    return [line.text for line in lines]


def test_what_the_source_still_has_is_neither_fetched_nor_indexed_again(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path
) -> None:
    url = origin.add("clip.mp4", clip)
    first = _do(usecases, _send(usecases, index_id, url))
    second = _do(usecases, _send(usecases, index_id, url))

    assert second.status is TaskStatus.READY
    assert origin.requests[1:] == [("/clip.mp4", "bytes=0-0")]
    assert origin.bytes_sent == clip.stat().st_size + 1
    assert _steps(usecases, second) == {
        "fetch": f"The bytes were not fetched again: they are those of task {first.id}.",
        "take_over": f"The results are those of video {first.video_id}: same bytes, same recipe.",
        "publish": None,
    }
    one, other = (usecases.videos.get(index_id, task.video_id) for task in (first, second))
    assert (one.sha256, one.facts, one.engines, one.recipe) == (
        other.sha256,
        other.facts,
        other.engines,
        other.recipe,
    )
    assert _said(usecases, second) == _said(usecases, first) != []


@pytest.mark.slow
def test_a_source_that_changed_is_fetched_again(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    url = origin.add("clip.mp4", clip)
    _do(usecases, _send(usecases, index_id, url))
    origin.add("clip.mp4", make_clip(tmp_path / "other.mp4", seconds=4.0))
    second = _do(usecases, _send(usecases, index_id, url))
    assert second.duration_s == pytest.approx(4.0, abs=0.1)
    assert "decode" in _steps(usecases, second)


@pytest.mark.parametrize("deleted", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_deleting_either_of_two_leaves_the_other_whole(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path, deleted: int
) -> None:
    url = origin.add("clip.mp4", clip)
    tasks = [_do(usecases, _send(usecases, index_id, url)) for _ in range(2)]
    usecases.videos.delete(index_id, tasks.pop(deleted).video_id)
    (left,) = tasks

    request = SearchRequest(
        index_id=index_id, generation="v1.1", options=("visual",), text="red", threshold="none"
    )
    found = usecases.search.search(request, owner="me").moments
    assert {moment.video_id for moment in found} == {left.video_id}
    assert usecases.videos.thumbnail(index_id, left.video_id, at_s=1.0).startswith(b"\xff\xd8")
    blobs = usecases.indexing.tools.blobs
    assert blobs.size(f"videos/{left.video_id}/source") == clip.stat().st_size


@pytest.mark.slow
def test_an_upload_of_known_bytes_takes_their_results_over(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path
) -> None:
    first = _do(usecases, _send(usecases, index_id, origin.add("clip.mp4", clip)))
    path = usecases.tasks.new_upload()
    path.write_bytes(clip.read_bytes())
    request = TaskRequest(index_id=index_id, generation="v1.3")
    second = _do(usecases, usecases.tasks.create_from_file(request, path, filename="mine.mp4"))
    assert first.video_id in (_steps(usecases, second)["take_over"] or "")
    assert usecases.videos.get(index_id, second.video_id).filename == "mine.mp4"


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes", [{"language": "fr"}, {"transcript": b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n"}]
)
def test_another_recipe_is_worked_out_anew(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path, changes: dict[str, object]
) -> None:
    url = origin.add("clip.mp4", clip)
    first = _do(usecases, _send(usecases, index_id, url))
    second = _do(usecases, _send(usecases, index_id, url, **changes))
    assert "decode" in _steps(usecases, second)
    assert _said(usecases, second) != _said(usecases, first)


@pytest.mark.slow
def test_results_that_vanish_while_they_are_copied_are_worked_out_anew(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path
) -> None:
    url = origin.add("clip.mp4", clip)
    first = _do(usecases, _send(usecases, index_id, url))

    def delete_before(name: str) -> None:
        if name == "take_over":
            usecases.videos.delete(index_id, first.video_id)

    second = _do(usecases, _send(usecases, index_id, url), Straight(delete_before))
    assert second.status is TaskStatus.READY
    assert "decode" in _steps(usecases, second)
    assert _said(usecases, second) != []


def test_what_is_wrong_with_a_url_is_asked_once_for_tasks_sent_together(
    usecases: UseCases, index_id: str, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://{origin.address}/gone.mp4"
    together = [_send(usecases, index_id, url) for _ in range(3)]
    first, *others = [_do(usecases, task) for task in together]
    assert first.failure == Failure("fetch_http_status", "The host answered with HTTP status 404.")
    assert len(origin.requests) == 1
    for task in others:
        assert task.failure is not None
        assert task.failure.code == "fetch_http_status"
        assert task.failure.message.startswith(
            f"The host answered with HTTP status 404. (This is what task {first.id} got from the same URL at "
        )

    monkeypatch.setattr(receiving, "FAILURE_SHARED", -timedelta(seconds=1))
    later = _do(usecases, _send(usecases, index_id, url))
    assert later.failure == first.failure
    assert len(origin.requests) == 2


@pytest.mark.slow
def test_a_limit_of_one_version_is_no_answer_for_another(
    usecases: UseCases, index_id: str, origin: Origin, clip: Path
) -> None:
    url = origin.add("short.mp4", clip)
    old = _do(usecases, _send(usecases, index_id, url, generation="v1.1"))
    new = _do(usecases, _send(usecases, index_id, url))
    assert old.failure is not None
    assert old.failure.code == "video_duration_too_short"
    assert new.status is TaskStatus.READY


@pytest.fixture(scope="module")
def three_hours(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of three hours of one colour, its index at the front, made large by what nobody reads."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as output:
        video = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame(640, 360, "yuv420p")
        for number in range(1080):
            frame.pts = number * 250
            output.mux(video.encode(frame))
        output.mux(video.encode())
    content = path.read_bytes()
    return content + (40_000_000).to_bytes(4) + b"free" + bytes(40_000_000 - 8)


def test_a_video_that_is_too_long_is_not_fetched_whole(
    usecases: UseCases, index_id: str, origin: Origin, three_hours: bytes
) -> None:
    url = origin.add("long.mp4", three_hours)
    origin.pause_s = 0.01
    task = _do(usecases, _send(usecases, index_id, url, generation="v1.1"))
    assert task.failure is not None
    assert task.failure.code == VideoTooLong.code
    assert "is above the maximum of 7200 s" in task.failure.message
    assert origin.bytes_sent < len(three_hours) / 3


@pytest.mark.parametrize("hours", [-1, 1])
def test_what_came_of_a_url_before_the_clock_jumped_is_not_told_as_new(
    usecases: UseCases, index_id: str, origin: Origin, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    url = f"http://{origin.address}/gone.mp4"
    _do(usecases, _send(usecases, index_id, url))
    later = clock.now() + timedelta(hours=hours)
    for module in (receiving, tasks):
        monkeypatch.setattr(module, "now", lambda: later)

    again = _do(usecases, _send(usecases, index_id, url))

    assert [path for path, _ in origin.requests] == ["/gone.mp4"] * 2, "the source was asked again"
    assert again.failure is not None
    assert "task" not in again.failure.message
