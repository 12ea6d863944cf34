"""The real application over real use cases and a real database; what lies below them is in memory."""

import hashlib
import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import structlog
import uvicorn
from starlette.testclient import TestClient

from kinodex.domain import errors, limits
from kinodex.domain.arrays import Frame
from kinodex.domain.assets import AssetLimits
from kinodex.domain.clock import now
from kinodex.domain.disk import DiskSpace
from kinodex.domain.ids import IndexId, TaskId, VideoId, new_id
from kinodex.domain.media import Decoded, Glimpse, MediaFacts
from kinodex.domain.options import Modality
from kinodex.domain.storyboards import Storyboard, Tiling
from kinodex.domain.streams import FileFacts, PictureStream
from kinodex.domain.tasks import Failure, Task, TaskStatus, VideoSource
from kinodex.domain.timeline import Box, SampledFrame, Shot, Span
from kinodex.domain.videos import Video
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.http.app import create_app
from kinodex.jobs.protocols import Attempt, Line, Place
from kinodex.media.stills import read_still
from kinodex.sources.posting import CurlPoster
from kinodex.sources.protocols import Sample
from kinodex.stores.protocols import TextLine, VectorHit, VectorManifest, VectorRows
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases import UseCases
from kinodex.usecases.blobs import (
    artifact_key,
    frames_key,
    playlist_key,
    source_key,
    storyboard_key,
    stream_key,
)
from kinodex.usecases.clips import Clips
from kinodex.usecases.consistency import Consistency
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.events import Events
from kinodex.usecases.glances import Glances
from kinodex.usecases.health import Health
from kinodex.usecases.indexes import Indexes
from kinodex.usecases.keys import Keys
from kinodex.usecases.library import LibraryTools, open_library
from kinodex.usecases.overdue import Overdue
from kinodex.usecases.pictures import QueryPictures
from kinodex.usecases.playback import Playback
from kinodex.usecases.preflight import Preflight
from kinodex.usecases.purging import Purging
from kinodex.usecases.repeats import Repeats
from kinodex.usecases.search import Search
from kinodex.usecases.task_control import TaskControl
from kinodex.usecases.tasks import Room, Tasks
from kinodex.usecases.videos import Videos
from kinodex.usecases.watching import Watching
from kinodex.usecases.webhooks import Webhooks

KEY = "test-key-0123456789"
FACTS = MediaFacts(
    duration_s=60.0,
    width_px=640,
    height_px=360,
    fps=25.0,
    size_bytes=1_000,
    container="mp4",
    video_codec="h264",
    audio_codec="aac",
)
PICTURE = b"\xff\xd8 the only picture \xff\xd9"
VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(1_000)
"""What ``FewFacts`` takes for a video."""


ASSET_LIMITS = AssetLimits(
    direct_bytes=100_000, url_bytes=100_000, multipart_bytes=1_000_000, image_bytes=50_000, part_bytes=1_000
)


LIMITS = {"v1.1": limits.V1_1, "v1.2": limits.V1_2, "v1.3": limits.V1_3}


@dataclass
class MemoryBlobs:
    """Blobs in a dictionary."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    is_broken: bool = False

    def put_file(self, key: str, path: Path) -> None:
        self.blobs[key] = path.read_bytes() if path.stat().st_size < 2**20 else b"large"

    def put_bytes(self, key: str, content: bytes) -> None:
        self.blobs[key] = content

    def get_bytes(self, key: str) -> bytes:
        if key not in self.blobs:
            raise FileNotFoundError(key)
        return self.blobs[key]

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self.get_bytes(key)[start : start + length]

    def size(self, key: str) -> int | None:
        return len(self.blobs[key]) if key in self.blobs else None

    def fetch_to(self, key: str, path: Path) -> None:
        path.write_bytes(self.get_bytes(key))

    def copy(self, source: str, target: str) -> None:
        self.blobs[target] = self.get_bytes(source)

    def etag(self, key: str) -> str | None:
        if key not in self.blobs:
            return None
        return hashlib.md5(self.blobs[key], usedforsecurity=False).hexdigest()

    def presigned_put(self, key: str, *, life_s: int) -> str | None:
        return None

    def list(self, prefix: str) -> Iterator[str]:
        return iter([key for key in self.blobs if key.startswith(prefix)])

    def delete_prefix(self, prefix: str) -> None:
        for key in self.list(prefix):
            del self.blobs[key]

    def discard_leftovers(self, older_than_s: float) -> None:
        """There are none."""

    def ping(self) -> None:
        if self.is_broken:
            raise OSError("gone")


@dataclass
class CountedJobs:
    """A queue nobody works on."""

    queued: list[str] = field(default_factory=list)
    slots: int = 1

    def enqueue(
        self, task_id: TaskId, *, transaction: object, attempt: int = 1, queue: str = "indexing"
    ) -> None:
        self.queued.append(Attempt(task_id, attempt).job_id)

    def start(self, work: object) -> None:
        """Nothing is done."""

    def cancel(self, task_id: TaskId, *, attempt: int = 1) -> None:
        """Nothing runs."""

    def exhausted(self) -> Sequence[Attempt]:
        return []

    def unattended(self, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
        return []

    def line(self, attempts: Sequence[Attempt]) -> Line:
        places = {
            each: Place(is_running=False, ahead=self.queued.index(each.job_id))
            for each in attempts
            if each.job_id in self.queued
        }
        return Line(places=places, busy=0, slots=self.slots)

    def waiting(self) -> int:
        return len(self.queued)

    def wind_down(self) -> None:
        """Nothing runs."""

    def stop(self) -> None:
        """Nothing runs."""


class AdmitsHttp:
    """Admits addresses of two schemes, where there is nothing."""

    def admit(self, url: str) -> None:
        scheme, separator, rest = url.partition("://")
        if not separator or not rest:
            raise errors.UrlInvalid("it has no scheme")
        if scheme not in {"http", "https"}:
            raise errors.UrlSchemeNotAllowed(scheme)

    def fetch(self, url: str, target: Path, **options: Any) -> Any:
        raise errors.HttpStatusRefused(404)

    def sample(self, url: str, *, start: int, length: int, headers: object = ()) -> Sample:
        if "gone" in url:
            raise errors.HttpStatusRefused(404)
        content = VIDEO[start : start + length]
        return Sample(
            content=content, start=start, total_bytes=len(VIDEO), validator=None, filename="film.mp4"
        )


@dataclass
class FewFacts:
    """Tells videos by their first bytes; says of each what it was told to."""

    facts: MediaFacts = FACTS
    seen: list[int] = field(default_factory=list)

    def probe(self, path: Path) -> MediaFacts:
        size_bytes = path.stat().st_size
        self.seen.append(size_bytes)
        with path.open("rb") as file:
            if b"ftyp" not in file.read(16):
                raise errors.NotAVideo("something else")
        return replace(self.facts, size_bytes=size_bytes)

    def glance(self, path: Path, spans: object, *, total_bytes: int | None) -> Glimpse:
        facts = self.facts
        return Glimpse(
            container=facts.container,
            video_codec=facts.video_codec,
            audio_codec=facts.audio_codec,
            width_px=facts.width_px,
            height_px=facts.height_px,
            is_size_sure=True,
            fps=facts.fps,
            duration_s=facts.duration_s,
            is_duration_sure=True,
        )

    def describe(self, path: Path) -> FileFacts:
        self.probe(path)
        picture = PictureStream(index=0, codec="h264", width_px=640, height_px=360, fps=25.0)
        return FileFacts(container="mov,mp4,m4a,3gp,3g2,mj2", pictures=(picture,), duration_s=60.0)

    def decode(self, path: Path, folder: Path, **options: Any) -> Any:
        raise NotImplementedError

    def package(self, path: Path, folder: Path, **options: Any) -> Any:
        raise NotImplementedError

    def thumbnail(self, path: Path, folder: Path) -> bytes:
        raise NotImplementedError

    def storyboard(self, pictures: object) -> Any:
        raise NotImplementedError

    def load_decoded(self, folder: Path) -> None:
        raise NotImplementedError

    def read_frames(self, folder: Path, frames: object) -> Any:
        raise NotImplementedError

    def read_sound(self, folder: Path, start_s: float, end_s: float) -> Any:
        raise NotImplementedError


class ToldClips:
    """Clips that say what was asked for."""

    def clip(self, path: Path, folder: Path, *, facts: object, span: Span, progress: Any) -> Path:
        progress(0.5)
        made = folder / "clip.mp4"
        made.write_text(f"{path.stat().st_size} bytes from {span.start_s:g} to {span.end_s:g} s")
        return made


class NoVectors:
    """Finds nothing by meaning."""

    def put(self, *args: object) -> Any:
        raise NotImplementedError

    def rows(self, manifest: VectorManifest) -> VectorRows:
        raise FileNotFoundError(manifest.blob)

    def search(self, manifests: object, queries: object, *, top_k: int) -> Sequence[VectorHit]:
        return []


STREAM = bytes(range(256)) * 8192
SHEET = b"\xff\xd8sheet"
PLAYLIST = (
    '#EXTM3U\n#EXT-X-MAP:URI="stream.mp4",BYTERANGE="100@0"\n'
    "#EXTINF:4.0,\n#EXT-X-BYTERANGE:900@100\nstream.mp4\n#EXT-X-ENDLIST\n"
)


@dataclass
class Backstage:
    """What stands behind the application, for tests to arrange and to look into."""

    records: SqlRecords
    blobs: MemoryBlobs
    jobs: CountedJobs
    media: FewFacts
    executor: Executor
    usecases: UseCases
    uploads: Path
    pictures: list[bytes]

    def add_task(self, index_id: str, **changes: Any) -> Task:
        at = now()
        task = Task(
            id=TaskId(new_id()),
            index_id=IndexId(index_id),
            video_id=VideoId(new_id()),
            status=TaskStatus.READY,
            source=VideoSource(url="http://example.com/a.mp4"),
            filename="a.mp4",
            generation="v1.1",
            created_at=at,
            updated_at=at,
            estimated_ready_at=at,
            duration_s=60.0,
            width_px=640,
            height_px=360,
        )
        if changes.get("status") is TaskStatus.FAILED:
            task = replace(task, failure=Failure("file_empty", "The file is empty (0 bytes)."))
        task = replace(task, **changes)
        with self.records.write() as transaction:
            transaction.tasks.add(task)
        return task

    def add_video(
        self,
        index_id: str,
        *,
        spoken: Sequence[str] = (),
        written: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Video:
        """A ready video; line *i* is said or stands on screen from second 10 i for five seconds."""
        at = now()
        video = Video(
            id=VideoId(new_id()),
            index_id=IndexId(index_id),
            filename="a.mp4",
            facts=FACTS,
            sha256="0" * 64,
            created_at=at,
            updated_at=at,
            indexed_at=at,
            user_metadata=metadata or {},
        )
        video = replace(video, **changes)
        lines = [
            *_lines(video.id, Modality.SPEECH, spoken),
            *_lines(video.id, Modality.SCREEN_TEXT, written),
        ]
        with self.records.write() as transaction:
            transaction.videos.add(video)
            transaction.texts.add(video.index_id, lines)
        self._add_picture(video.id)
        self.blobs.put_bytes(source_key(video.id), VIDEO)
        if video.is_playable:
            self._add_playback(video.id)
        return video

    def _add_playback(self, video_id: VideoId) -> None:
        storyboard = Storyboard(Tiling(160, 90, 10), (0.0, 30.5), 60.0)
        for key, content in {
            stream_key(video_id): STREAM,
            playlist_key(video_id): PLAYLIST.encode(),
            storyboard_key(video_id): SHEET,
            artifact_key(video_id, "storyboard"): msgspec.json.encode(storyboard),
        }.items():
            self.blobs.put_bytes(key, content)

    def _add_picture(self, video_id: VideoId) -> None:
        whole = Span(0.0, 60.0)
        frame = SampledFrame(0, 1.0, 0, 0, len(PICTURE), 64, 36)
        decoded = Decoded(
            duration_s=60.0, shots=(Shot(0, whole),), frames=(frame,), has_sound=True, frame_count=1
        )
        self.blobs.put_bytes(frames_key(video_id), PICTURE)
        self.blobs.put_bytes(artifact_key(video_id, "decoded"), msgspec.json.encode(decoded))


def _lines(video_id: VideoId, modality: Modality, texts: Sequence[str]) -> list[TextLine]:
    return [
        TextLine(
            video_id=video_id,
            modality=modality,
            number=number,
            span=Span(10.0 * number, 10.0 * number + 5),
            text=text,
            box=Box(0.1, 0.2, 0.3, 0.4) if modality is Modality.SCREEN_TEXT else None,
        )
        for number, text in enumerate(texts)
    ]


@pytest.fixture
def brief_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams of events that end by themselves, for clients that wait for the end of an answer."""
    monkeypatch.setattr("kinodex.http.routes.task_events.LONGEST_S", 0.05)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables made, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "records.db"
    SqlRecords(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def backstage(tmp_path: Path, empty_database: Path) -> Iterator[Backstage]:
    with _backstage(tmp_path, empty_database) as built:
        yield built


@pytest.fixture(scope="module")
def shared_backstage(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Backstage]:
    """For tests that change nothing."""
    with _backstage(tmp_path_factory.mktemp("shared"), empty_database) as built:
        yield built


def _health(records: SqlRecords, blobs: MemoryBlobs, executor: Executor) -> Health:
    return Health(
        records=records,
        blobs=blobs,
        executor=executor,
        degraded=lambda: ["no sandbox"],
        overdue=Overdue(executor, lambda: None),
        profile="offline",
    )


@contextmanager
def _backstage(folder: Path, empty_database: Path) -> Iterator[Backstage]:
    shutil.copy(empty_database, folder / "records.db")
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    blobs, jobs, media = MemoryBlobs(), CountedJobs(), FewFacts()
    executor = _executor()
    pictures: list[bytes] = []

    def read_picture(content: bytes) -> Frame:
        pictures.append(content)
        return np.zeros((64, 64, 3), dtype=np.uint8)

    uploads = folder / "uploads"
    purging = Purging(records=records, blobs=blobs)
    room = Room(of_key=20, of_all=30)
    tasks = _tasks(room, records, blobs, jobs, media, purging, uploads)
    videos = Videos(records=records, blobs=blobs, purging=purging)
    query_pictures = QueryPictures(fetcher=AdmitsHttp(), read_picture=read_picture, folder=uploads)
    library = replace(
        _library(records, blobs, jobs, media, purging, folder), executor=executor, pictures=query_pictures
    )
    webhooks, deliveries = _webhooks(records)
    usecases = UseCases(
        indexes=Indexes(records=records, jobs=jobs, purging=purging),
        tasks=tasks,
        glances=Glances(records=records, tasks=tasks, videos=videos),
        preflight=_preflight(records, media, uploads),
        videos=videos,
        playback=Playback(videos=videos, blobs=blobs),
        search=Search(records=records, vectors=NoVectors(), executor=executor, pictures=query_pictures),
        keys=Keys(records=records, configured=KEY),
        repeats=Repeats(records=records),
        webhooks=webhooks,
        deliveries=deliveries,
        events=Events(records=records),
        health=_health(records, blobs, executor),
        control=TaskControl(records=records, blobs=blobs, jobs=jobs, purging=purging, check_room=room.check),
        indexing=None,  # type: ignore[arg-type]  # no request indexes
        purging=purging,
        consistency=Consistency(records=records, blobs=blobs, purging=purging, folders=folder / "work"),
        library=open_library(library, tasks=tasks, videos=videos),
        space=DiskSpace(folder, 0),
        clips=Clips(
            videos=videos, blobs=blobs, cutter=ToldClips(), folder=uploads, space=DiskSpace(folder, 0)
        ),
        watching=Watching(records=records, jobs=jobs),
    )
    yield Backstage(records, blobs, jobs, media, executor, usecases, uploads, pictures)
    structlog.reset_defaults()
    records.close()


def _preflight(records: SqlRecords, media: FewFacts, uploads: Path) -> Preflight:
    return Preflight(
        records=records,
        fetcher=AdmitsHttp(),
        sampler=AdmitsHttp(),
        media=media,
        limits=LIMITS,
        maximum_bytes=4 * 1024**3,
        free_space_bytes=0,
        folder=uploads,
    )


def _tasks(
    room: Room,
    records: SqlRecords,
    blobs: MemoryBlobs,
    jobs: CountedJobs,
    media: FewFacts,
    purging: Purging,
    uploads: Path,
) -> Tasks:
    return Tasks(
        records=records,
        blobs=blobs,
        jobs=jobs,
        fetcher=AdmitsHttp(),
        media=media,
        limits=LIMITS,
        uploads=uploads,
        workers=1,
        purging=purging,
        room=room,
    )


def _library(
    records: SqlRecords,
    blobs: MemoryBlobs,
    jobs: CountedJobs,
    media: FewFacts,
    purging: Purging,
    folder: Path,
) -> LibraryTools:
    return LibraryTools(
        records=records,
        blobs=blobs,
        jobs=jobs,
        fetcher=AdmitsHttp(),
        media=media,
        read_still=read_still,
        purging=purging,
        limits=ASSET_LIMITS,
        uploads=folder / "uploads",
        intake=folder / "intake",
        vectors=NoVectors(),
        executor=None,  # type: ignore[arg-type]  # put in by the caller
        pictures=None,  # type: ignore[arg-type]  # put in by the caller
        video_limits=limits.V1_3,
    )


def _executor() -> Executor:
    engines = EngineSet(
        sentences=FakeSentences(), visual=FakeVisual(), speech=FakeSpeech(), screen_text=FakeScreenText()
    )
    executor = Executor(engines)
    executor.warm_up()
    return executor


def _webhooks(records: SqlRecords) -> tuple[Webhooks, Deliveries]:
    poster = CurlPoster(allow=["127.0.0.1:9"])
    deliveries = Deliveries(records=records, poster=poster, kept_for=timedelta(days=30), is_alone=True)
    return Webhooks(records=records, poster=poster), deliveries


@pytest.fixture
def client(backstage: Backstage) -> Iterator[TestClient]:
    """A client with the key."""
    with _client(backstage) as client:
        yield client


@pytest.fixture(scope="module")
def shared_client(shared_backstage: Backstage) -> Iterator[TestClient]:
    """A client with the key, for tests that change nothing."""
    with _client(shared_backstage) as client:
        yield client


def _client(backstage: Backstage) -> TestClient:
    app = create_app(backstage.usecases, signing_key=b"signing-key")
    # Over a wire an accident in the server is an answer too.
    return TestClient(app, headers={"x-api-key": KEY}, raise_server_exceptions=False)


@pytest.fixture
def index_id(client: TestClient) -> str:
    """An index made by version 1.1 with everything switched on."""
    body = {
        "index_name": "films",
        "engine_id": "marengo2.5",
        "index_options": ["visual", "conversation", "text_in_video", "logo"],
    }
    return str(client.post("/v1.1/indexes", json=body).json()["_id"])


@contextmanager
def _served(app: Any) -> Iterator[str]:
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def address(backstage: Backstage) -> Iterator[str]:
    """The application behind a real server on loopback."""
    with _served(create_app(backstage.usecases, signing_key=b"signing-key")) as url:
        yield url
