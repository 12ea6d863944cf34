"""The work behind assets: fetched or put together, looked at, and safe to be cut off anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from clips import make_clip
from fakes import quick_executor
from origin import Origin, serve_origin
from PIL import Image

from kinodex import bootstrap
from kinodex.domain import errors
from kinodex.domain.assets import AssetKind, AssetStatus, Rendition, RenditionStatus
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId, TaskId
from kinodex.domain.tasks import Failure
from kinodex.settings import Settings
from kinodex.usecases import UseCases
from kinodex.usecases.assets import AssetRequest
from kinodex.usecases.blobs import asset_key
from kinodex.usecases.library import Library
from kinodex.usecases.uploads import PartReport

pytestmark = pytest.mark.slow

Result = TypeVar("Result")


class Cut(BaseException):
    """The process dies here."""


@dataclass
class Remembering:
    """Checkpoints as a queue keeps them; the process dies after a step if it is told to."""

    results: dict[str, Any] = field(default_factory=dict)
    dies_after: str = ""
    dies_before: str = ""

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        if name == self.dies_before:
            raise Cut
        if name not in self.results:
            self.results[name] = step()
        if name == self.dies_after:
            raise Cut
        result: Result = self.results[name]
        return result


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=4.0)


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture
def usecases(tmp_path: Path, origin: Origin) -> Iterator[UseCases]:
    settings = Settings(data_dir=tmp_path, fetch_allow=(origin.address,), asset_part_bytes=64 * 1024)
    with bootstrap.opened(settings, executor=quick_executor()) as opened:
        yield opened


@pytest.fixture
def library(usecases: UseCases) -> Library:
    return usecases.library


def run(library: Library, asset_id: str, checkpoints: Remembering | None = None) -> None:
    library.intake.run(TaskId(asset_id), checkpoints or Remembering())


def upload(library: Library, content: bytes, *, kind: AssetKind = AssetKind.VIDEO) -> str:
    asset, begun = library.uploads.create(
        AssetRequest(filename="up.mp4"), kind=kind, total_bytes=len(content)
    )
    reports = []
    for number in range(1, begun.parts + 1):
        part = content[(number - 1) * begun.part_bytes : number * begun.part_bytes]
        path = library.uploads.new_part()
        path.write_bytes(part)
        reports.append(PartReport(number, library.uploads.put_part(begun.id, number, path), len(part)))
    library.uploads.report(begun.id, reports)
    return asset.id


def test_the_file_at_a_url_becomes_an_asset(library: Library, origin: Origin, clip: Path) -> None:
    url = origin.add("clip%20one.mp4", clip)
    origin.add("clip one.mp4", clip)
    asset = library.assets.create_from_url(AssetRequest(), f"{url}?token=secret")

    run(library, asset.id)

    ready = library.assets.get(asset.id)
    assert (ready.status, ready.kind, ready.filename) == (AssetStatus.READY, AssetKind.VIDEO, "clip one.mp4")
    assert ready.size_bytes == clip.stat().st_size == library.assets.size(asset.id)
    assert ready.url == url
    assert ready.technical is not None
    assert ready.technical.video is not None
    assert ready.duration_s == pytest.approx(4.0, abs=0.1)


@pytest.mark.slow
def test_a_name_the_caller_gave_stays(library: Library, origin: Origin, clip: Path) -> None:
    asset = library.assets.create_from_url(AssetRequest(filename="mine.mp4"), origin.add("a.mp4", clip))
    run(library, asset.id)
    assert library.assets.get(asset.id).filename == "mine.mp4"


def test_a_url_without_a_file_fails_with_the_reason(library: Library, origin: Origin) -> None:
    asset = library.assets.create_from_url(AssetRequest(), f"http://{origin.address}/nothing.mp4")

    with pytest.raises(errors.HttpStatusRefused) as caught:
        run(library, asset.id)
    library.intake.fail(TaskId(asset.id), Failure(caught.value.code, caught.value.message))

    failed = library.assets.get(asset.id)
    assert (failed.status, failed.failure) == (
        AssetStatus.FAILED,
        Failure("fetch_http_status", "The host answered with HTTP status 404."),
    )


def test_parts_become_the_file_they_were_cut_from(library: Library, clip: Path) -> None:
    asset_id = AssetId(upload(library, clip.read_bytes()))

    run(library, asset_id)

    assert library.assets.get(asset_id).status is AssetStatus.READY
    size = clip.stat().st_size
    assert library.assets.read(asset_id, 0, size) == clip.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("step", ["fetch", "examine", "publish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_work_that_was_cut_off_goes_on(
    library: Library, origin: Origin, clip: Path, step: str, when: str
) -> None:
    asset = library.assets.create_from_url(AssetRequest(), origin.add("a.mp4", clip))
    kept = Remembering(**{f"dies_{when}": step})  # type: ignore[arg-type]  # one of the two
    asked = len(origin.requests)
    with pytest.raises(Cut):
        run(library, asset.id, kept)

    run(library, asset.id, Remembering(kept.results))

    assert library.assets.get(asset.id).status is AssetStatus.READY
    assert library.assets.size(asset.id) == clip.stat().st_size
    assert len(origin.requests) == asked + 1


@pytest.mark.slow
def test_another_machine_goes_on_with_the_bytes_from_the_store(
    library: Library, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    asset = library.assets.create_from_url(AssetRequest(), origin.add("a.mp4", clip))
    kept = Remembering(dies_after="fetch")
    with pytest.raises(Cut):
        run(library, asset.id, kept)
    (tmp_path / "intake" / asset.id / "source").unlink()

    run(library, asset.id, Remembering(kept.results))

    assert library.assets.get(asset.id).status is AssetStatus.READY


@pytest.mark.slow
def test_an_asset_deleted_on_the_way_leaves_nothing(
    usecases: UseCases, library: Library, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    asset = library.assets.create_from_url(AssetRequest(), origin.add("a.mp4", clip))
    kept = Remembering(dies_before="publish")
    with pytest.raises(Cut):
        run(library, asset.id, kept)
    library.assets.delete(asset.id, force=False)
    usecases.purging.sweep()

    run(library, asset.id, Remembering(kept.results))
    library.intake.sweep()

    assert not list((tmp_path / "intake").glob("*"))
    assert not list((tmp_path / "blobs").glob("assets/*"))


@pytest.mark.slow
@pytest.mark.parametrize("ends", ["failed", "ready"])
def test_work_that_is_not_ours_any_more_changes_no_end(
    usecases: UseCases, library: Library, origin: Origin, clip: Path, ends: str
) -> None:
    asset = library.assets.create_from_url(AssetRequest(), origin.add("a.mp4", clip))

    class EndedElsewhere(Remembering):
        def run(self, name: str, step: Callable[[], Result]) -> Result:
            if name == "publish" and ends == "failed":
                library.intake.fail(TaskId(asset.id), Failure("worker_lost", "It was."))
                usecases.purging.sweep()
            if name == "publish" and ends == "ready":
                run(library, asset.id)
            return step()

    with pytest.raises(errors.TaskWithdrawn):
        run(library, asset.id, EndedElsewhere())
    usecases.purging.sweep()

    assert library.assets.get(asset.id).status is AssetStatus(ends)
    blobs = usecases.indexing.tools.blobs
    assert (blobs.size(asset_key(AssetId(asset.id))) is not None) == (ends == "ready")


def test_deleted_between_two_steps_it_is_withdrawn(library: Library, origin: Origin, clip: Path) -> None:
    asset = library.assets.create_from_url(AssetRequest(), origin.add("a.mp4", clip))

    class DeletedMeanwhile(Remembering):
        def run(self, name: str, step: Callable[[], Result]) -> Result:
            if name == "publish":
                library.assets.delete(asset.id, force=False)
            return step()

    with pytest.raises(errors.TaskWithdrawn):
        run(library, asset.id, DeletedMeanwhile())


def test_parts_go_straight_to_a_bucket(
    s3_url: str,
    s3_config: dict[str, str],
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in s3_config if name != "aws_profile"]:
        monkeypatch.setenv(name.upper(), s3_config[name])
    content = clip.read_bytes()
    settings = Settings(data_dir=tmp_path, blob_url=s3_url, asset_part_bytes=64 * 1024)
    with bootstrap.opened(settings, executor=quick_executor()) as usecases:
        uploads, intake = usecases.library.uploads, usecases.library.intake
        asset, begun = uploads.create(
            AssetRequest(filename="up.mp4"), kind=AssetKind.VIDEO, total_bytes=len(content)
        )
        reports = []
        for target in uploads.targets(begun.id, start=1, count=50):
            assert target.url is not None
            part = content[(target.number - 1) * begun.part_bytes : target.number * begun.part_bytes]
            answer = requests.put(target.url, data=part, timeout=30)
            assert answer.status_code == 200, answer.text
            reports.append(PartReport(target.number, answer.headers["ETag"].strip('"'), len(part)))
        with pytest.raises(errors.ParameterInvalid, match="the proof is"):
            uploads.report(begun.id, [replace(reports[0], etag="0" * 32)])
        assert uploads.report(begun.id, reports).completed == begun.parts

        intake.run(TaskId(asset.id), Remembering())

        assert usecases.library.assets.get(asset.id).status is AssetStatus.READY
        assert usecases.library.assets.read(asset.id, 0, len(content)) == content


def test_a_part_changed_in_the_bucket_after_its_report_is_not_used(
    s3_url: str, s3_config: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in s3_config if name != "aws_profile"]:
        monkeypatch.setenv(name.upper(), s3_config[name])
    settings = Settings(data_dir=tmp_path, blob_url=s3_url)
    with bootstrap.opened(settings, executor=quick_executor()) as usecases:
        uploads, intake = usecases.library.uploads, usecases.library.intake
        asset, begun = uploads.create(AssetRequest(filename="a"), kind=AssetKind.VIDEO, total_bytes=4)
        (target,) = uploads.targets(begun.id, start=1, count=1)
        assert target.url is not None
        sent = requests.put(target.url, data=b"good", timeout=30)
        uploads.report(begun.id, [PartReport(1, sent.headers["ETag"].strip('"'), 4)])
        requests.put(target.url, data=b"evil", timeout=30)

        with pytest.raises(errors.VideoBroken, match="chunk 1 was changed"):
            intake.run(TaskId(asset.id), Remembering())


WISHES = AssetRequest(wants_stream=True, wants_thumbnail=True)


def _sent(library: Library, tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "sent"
    path.write_bytes(content)
    return library.assets.create_from_file(replace(WISHES), path, filename="sent.mp4").id


def test_a_file_gets_the_stream_and_the_thumbnail_it_was_wished(
    library: Library, clip: Path, tmp_path: Path
) -> None:
    asset_id = AssetId(_sent(library, tmp_path, clip.read_bytes()))
    assert library.assets.get(asset_id).lacks_renditions

    run(library, asset_id)

    asset, made = library.assets.get(asset_id), Rendition(RenditionStatus.READY)
    assert (asset.stream, asset.thumbnail, asset.is_worked_on) == (made, made, False)
    playlist = library.playback.playlist(asset_id, stream_uri="s.mp4?x=1")
    assert playlist.count("s.mp4?x=1") >= 2
    length = library.playback.stream_bytes(asset_id)
    assert library.playback.stream(asset_id, 4, 4) == b"ftyp"
    assert length > clip.stat().st_size / 2
    assert library.playback.thumbnail(asset_id).startswith(b"\xff\xd8\xff")
    assert not (tmp_path / "intake" / asset_id).exists()


@pytest.mark.slow
def test_what_cannot_be_made_of_a_picture_says_why(library: Library, tmp_path: Path) -> None:
    content = BytesIO()
    Image.new("RGB", (900, 100), (0, 200, 0)).save(content, "PNG")
    asset_id = AssetId(_sent(library, tmp_path, content.getvalue()))

    run(library, asset_id)

    asset = library.assets.get(asset_id)
    assert asset.stream == Rendition(RenditionStatus.ERROR, "Only videos have streams; this is a picture.")
    with Image.open(BytesIO(library.playback.thumbnail(asset_id))) as thumbnail:
        assert thumbnail.size == (640, 71)
    with pytest.raises(errors.NotFound):
        library.playback.stream_bytes(asset_id)


def test_work_that_is_given_up_leaves_a_ready_asset_ready(
    library: Library, clip: Path, tmp_path: Path
) -> None:
    asset_id = AssetId(_sent(library, tmp_path, clip.read_bytes()))

    library.intake.fail(TaskId(asset_id), Failure("video_decoder_lost", "The decoder died."))

    asset = library.assets.get(asset_id)
    lost = Rendition(RenditionStatus.ERROR, "The decoder died.")
    assert (asset.status, asset.stream, asset.thumbnail) == (AssetStatus.READY, lost, lost)
    assert library.assets.size(asset_id) == clip.stat().st_size


@pytest.mark.slow
def test_an_asset_deleted_while_it_is_rendered_leaves_nothing(
    library: Library, usecases: UseCases, clip: Path, tmp_path: Path
) -> None:
    asset_id = AssetId(_sent(library, tmp_path, clip.read_bytes()))

    class Deleting(Remembering):
        def run(self, name: str, step: Callable[[], Result]) -> Result:
            library.assets.delete(asset_id, force=False)
            return super().run(name, step)

    with pytest.raises(errors.TaskWithdrawn):
        run(library, asset_id, Deleting())
    usecases.purging.sweep(now() + timedelta(days=2))
    assert not list((tmp_path / "blobs").rglob(f"*{asset_id}*/*"))


@pytest.mark.slow
def test_a_rendition_that_was_cut_off_is_made_again_elsewhere(
    library: Library, origin: Origin, clip: Path, tmp_path: Path
) -> None:
    asset = library.assets.create_from_url(WISHES, origin.add("a.mp4", clip))
    kept = Remembering(dies_before="render")
    with pytest.raises(Cut):
        run(library, asset.id, kept)
    library.intake.sweep()
    assert (tmp_path / "intake" / asset.id / "source").exists()
    (tmp_path / "intake" / asset.id / "source").unlink()

    run(library, asset.id, Remembering(kept.results))

    assert library.assets.get(asset.id).stream == Rendition(RenditionStatus.READY)
