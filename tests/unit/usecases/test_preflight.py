"""An estimate reads little of a real source, and says what a task would find."""

from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from clips import make_clip
from fakes import quick_executor
from origin import Origin, serve_origin

from kinodex import bootstrap
from kinodex.domain.errors import UrlSchemeNotAllowed
from kinodex.settings import Settings
from kinodex.usecases import UseCases
from kinodex.usecases.preflight import BUDGET_BYTES, Estimate, Looking
from kinodex.usecases.tasks import TaskRequest

LARGE = 12 * 1024**2


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=5.0)


def _copied(clip: Path, path: Path, **options: str) -> Path:
    """The same pictures and sound in another container, or in another order."""
    with av.open(str(clip)) as source, av.open(str(path), "w", options=options) as target:
        streams = {each.index: target.add_stream_from_template(each) for each in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return path


def _swollen(path: Path) -> bytes:
    """An MP4 whose index lies behind its pictures, with much that nobody reads between the two."""
    content = path.read_bytes()
    index_at = content.index(b"moov") - 4
    filling = LARGE.to_bytes(4) + b"free" + bytes(LARGE - 8)
    return content[:index_at] + filling + content[index_at:]


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture(scope="module")
def usecases(tmp_path_factory: pytest.TempPathFactory, origin: Origin) -> Iterator[UseCases]:
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=folder, fetch_allow=(origin.address,), free_space_bytes=0)
    with bootstrap.opened(settings, executor=quick_executor()) as opened:
        yield opened


def _estimate(usecases: UseCases, origin: Origin, url: str, generation: str = "v1.3") -> Estimate:
    before = origin.bytes_sent
    told = usecases.preflight.estimate(Looking(url=url, generation=generation))
    assert told.read_bytes <= BUDGET_BYTES
    if origin.gives_parts:
        assert origin.bytes_sent - before <= BUDGET_BYTES
    return told


def test_an_index_at_the_end_is_read_without_what_lies_before_it(
    usecases: UseCases, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    content = _swollen(_copied(clip, tmp_path / "end.mp4"))
    told = _estimate(usecases, origin, origin.add("end.mp4", content))
    assert (told.is_accepted, told.problems, told.unknown) == (True, (), ())
    assert told.size_bytes == len(content)
    assert told.glimpse.is_duration_sure
    assert told.glimpse.duration_s == pytest.approx(5.0, abs=0.1)
    assert (told.glimpse.width_px, told.glimpse.height_px, told.glimpse.audio_codec) == (640, 360, "aac")
    assert told.read_bytes < 1.2 * 1024**2


def test_every_limit_that_is_broken_is_told(usecases: UseCases, origin: Origin, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "small.mp4", seconds=2.0, width=640, height=200, sound=False)
    told = _estimate(usecases, origin, origin.add("small.mp4", path))
    assert [problem.message for problem in told.problems] == [
        "The resolution 640x200 is too low: the short side is 200 px and the minimum is 360 px.",
        "The aspect ratio of 640x200 is 3.20:1; the maximum is 2.4:1.",
        "The duration 2.00 s is below the minimum of 4 s.",
    ]
    assert all(problem.is_certain for problem in told.problems)
    assert told.is_accepted is False


@pytest.mark.parametrize("ending", ["mkv", "ts"])
def test_what_two_megabytes_do_not_tell_stays_unknown(
    usecases: UseCases, origin: Origin, clip: Path, tmp_path: Path, ending: str
) -> None:
    content = _copied(clip, tmp_path / f"clip.{ending}").read_bytes() + bytes(3 * 1024**2)
    told = _estimate(usecases, origin, origin.add(f"clip.{ending}", content))
    assert told.glimpse.width_px == 640
    assert not told.glimpse.is_duration_sure
    if ending == "ts":
        assert told.unknown == ("duration",)
        assert (told.is_accepted, told.work_s, told.disk_bytes) == (None, None, None)
    else:
        assert told.glimpse.duration_s == pytest.approx(5.0, abs=0.1)


def test_a_source_that_gives_no_parts_is_left_after_the_budget(
    usecases: UseCases, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    url = origin.add("whole.mp4", _swollen(_copied(clip, tmp_path / "whole.mp4")))
    origin.gives_parts = False
    try:
        told = _estimate(usecases, origin, url)
    finally:
        origin.gives_parts = True
    assert told.is_accepted is None
    assert "duration" in told.unknown
    assert told.read_bytes == 1024**2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><body>Sign in</body></html>" * 20, "unsupported_file_type"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n" + b"a.ts\n" * 200, "unsupported_file_type"),
        (b"", "file_empty"),
    ],
)
def test_what_is_no_video_is_told_as_a_task_would(
    usecases: UseCases, origin: Origin, content: bytes, code: str
) -> None:
    told = _estimate(usecases, origin, origin.add("page.mp4", content))
    assert told.is_reachable
    assert told.is_accepted is False
    assert [problem.code for problem in told.problems] == [code]


def test_a_source_that_is_not_there_is_not_reachable(usecases: UseCases, origin: Origin) -> None:
    told = _estimate(usecases, origin, f"http://{origin.address}/gone.mp4")
    assert not told.is_reachable
    assert [problem.message for problem in told.problems] == ["The host answered with HTTP status 404."]
    with pytest.raises(UrlSchemeNotAllowed):
        usecases.preflight.estimate(Looking(url="ftp://films.example/a.mp4", generation="v1.3"))


def test_a_video_that_was_indexed_is_known_by_its_source(
    usecases: UseCases, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    url = origin.add("known.mp4", _swollen(_copied(clip, tmp_path / "known.mp4")))
    index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
    assert _estimate(usecases, origin, url).already == ()
    task = usecases.tasks.create_from_url(TaskRequest(index_id=index.id, generation="v1.3"), url)
    usecases.indexing.run(task.id, _Straight())
    told = _estimate(usecases, origin, url)
    assert [video.id for video in told.already] == [task.video_id]
    assert list((usecases.preflight.folder).iterdir()) == []


class _Straight:
    """Checkpoints that remember nothing."""

    attempt = 1

    def run(self, name, step):
        return step()
