"""Composition root: settings in, use cases out; the only file that names concrete adapters."""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog
from fastapi import FastAPI

from kinodex.domain import limits
from kinodex.domain.errors import DatabaseUnusable, DataFolderInUse, KinodexError
from kinodex.domain.indexes import ModelChoice
from kinodex.engines.conse import ConseVisual
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.minilm_onnx import MiniLmSentences
from kinodex.engines.moonshine import MoonshineSpeech
from kinodex.engines.rapidocr_reader import RapidOcrReader
from kinodex.http.app import create_app
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.media.pictures import read_picture
from kinodex.media.pyav import PyavReader, sandbox_state
from kinodex.media.stills import read_still
from kinodex.settings import FIRST_KEY_FILE, Settings
from kinodex.sources.bucket_links import BucketLinks
from kinodex.sources.config import FetchConfig
from kinodex.sources.curl import fetcher_of
from kinodex.sources.limits import FetchLimits
from kinodex.sources.posting import CurlPoster
from kinodex.sources.sampling import CurlSampler
from kinodex.sources.separate import SeparateFetcher
from kinodex.stores.blobs.bucket import open_bucket
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.vectors.segments import SegmentVectors
from kinodex.usecases import UseCases
from kinodex.usecases.consistency import Consistency
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.events import Events
from kinodex.usecases.health import Health
from kinodex.usecases.indexes import Indexes
from kinodex.usecases.indexing import Indexing
from kinodex.usecases.indexing_steps import IndexingTools
from kinodex.usecases.keys import Keys
from kinodex.usecases.library import LibraryTools, open_library
from kinodex.usecases.pictures import QueryPictures
from kinodex.usecases.playback import Playback
from kinodex.usecases.preflight import Preflight
from kinodex.usecases.purging import Purging
from kinodex.usecases.repeats import Repeats
from kinodex.usecases.search import Search
from kinodex.usecases.task_control import TaskControl
from kinodex.usecases.tasks import Room, Tasks
from kinodex.usecases.videos import Videos
from kinodex.usecases.webhooks import Webhooks
from kinodex.worker.delivering import Delivering
from kinodex.worker.loop import Worker
from kinodex.worker.sweeping import Sweeper

log = structlog.get_logger(__name__)

EVERYTHING = ModelChoice("marengo3.0", ("visual", "audio"))
"""The model profile that looks at everything."""

WHILE_SOMEBODY_WAITS = FetchLimits(connect_s=5, head_s=10, idle_s=10, total_s=20, attempts=2)
SAFE_KEY_LENGTH = 16
"""A key of the operator's own that is shorter can be guessed."""

LIMITS = {"v1.1": limits.V1_1, "v1.2": limits.V1_2, "v1.3": limits.V1_3}


@dataclass(frozen=True, slots=True)
class Running:
    """A process with everything open."""

    settings: Settings
    usecases: UseCases
    key_file: Path | None

    def http_app(self) -> FastAPI:
        """Return the application a web server serves."""
        return create_app(
            self.usecases,
            signing_key=_signing_key(self.settings),
            allowed_hosts=_allowed_hosts(self.settings),
            requests_per_minute=self.settings.requests_per_minute,
        )

    def where_the_key_is(self) -> str:
        """Say where a person finds the key; never the key itself."""
        if self.settings.api_key is not None:
            return "the one in KINODEX_API_KEY"
        if self.key_file is None:
            return "made earlier; its file is gone from the data folder (kinodex key create makes another)"
        return f"in the file {self.key_file.absolute()}"


@contextmanager
def running(settings: Settings, *, api: bool, worker: bool) -> Iterator[Running]:
    """
    Open everything a process needs, and close it in order at the end.

    Args:
        settings: What to open.
        api: Whether requests are answered here: then the first key is made.
        worker: Whether videos are indexed here.

    Raises:
        KinodexError: Database, blob store or data folder cannot be used.
    """
    executor = build_executor(settings)
    with _opened(settings, executor=executor) as (usecases, jobs):
        trades = (usecases.library.intake, usecases.library.embed_work)
        hand = Worker(jobs=jobs, indexing=usecases.indexing, others=trades)
        others = (usecases.indexing.sweep, *(trade.sweep for trade in trades), hand.give_up) if worker else ()
        sweeper = Sweeper(usecases.purging, others=others)
        delivering = Delivering(usecases.deliveries)
        if api:
            usecases.tasks.discard_uploads()
            if _is_alone(settings):
                usecases.repeats.reopen_all()
                usecases.purging.discard_leftovers()
        key_file = usecases.keys.ensure_first(settings.data_dir / FIRST_KEY_FILE) if api else None
        if worker:
            hand.start()
            delivering.start()
        sweeper.start()
        _warm_up(executor)
        if settings.api_key is not None and len(settings.api_key.get_secret_value()) < SAFE_KEY_LENGTH:
            log.warning("KINODEX_API_KEY is short", safe_from=SAFE_KEY_LENGTH)
        try:
            yield Running(settings, usecases, key_file)
        finally:
            delivering.stop()
            hand.stop()
            sweeper.stop()


@contextmanager
def opened(settings: Settings, *, executor: Executor) -> Iterator[UseCases]:
    """Open the stores and give the use cases, without any worker: for tools that do the work themselves."""
    with _opened(settings, executor=executor) as (usecases, _):
        yield usecases


@contextmanager
def _opened(settings: Settings, *, executor: Executor) -> Iterator[tuple[UseCases, DbosJobs]]:
    # Other users of the machine have no business with videos, keys and the database.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_writer(settings):
        records = _open_records(settings)
        try:
            jobs = DbosJobs(records.engine, concurrency=settings.workers)
            yield _usecases(settings, records=records, jobs=jobs, executor=executor), jobs
        finally:
            records.close()


def _open_records(settings: Settings) -> SqlRecords:
    try:
        return SqlRecords(settings.effective_database_url)
    except (ConnectionError, ValueError) as error:
        raise DatabaseUnusable(str(error)) from error


def build_executor(settings: Settings) -> Executor:
    """Return the engines of the offline profile; weights are loaded later."""
    models, threads = settings.effective_models_dir, settings.engine_threads
    sentences = MiniLmSentences(models, threads=threads)
    return Executor(
        EngineSet(
            sentences=sentences,
            visual=ConseVisual(models, sentences=sentences, threads=threads),
            speech=MoonshineSpeech(models, threads=threads),
            screen_text=RapidOcrReader(models, threads=threads),
        )
    )


def degraded() -> Sequence[str]:
    """Return what does not work fully on this machine and why, one sentence each."""
    return sandbox_state().missing


def _fetching(settings: Settings) -> FetchConfig:
    return FetchConfig(
        allow=settings.fetch_allow,
        free_space_bytes=settings.free_space_bytes,
        proxy=settings.fetch_proxy.get_secret_value() if settings.fetch_proxy else None,
    )


def _bucket_links(settings: Settings) -> BucketLinks:
    config = s3_config()
    return BucketLinks(
        buckets=settings.fetch_s3_buckets,
        open_bucket=lambda bucket: open_bucket(bucket, "", config=config),
        has_own_endpoint=any(name.startswith("aws_endpoint") for name in config),
    )


def _usecases(settings: Settings, *, records: SqlRecords, jobs: DbosJobs, executor: Executor) -> UseCases:
    blobs = ObstoreBlobs(settings.effective_blob_url, config=s3_config())
    vectors = SegmentVectors(blobs)
    purging, folders = Purging(records=records, blobs=blobs), settings.data_dir.absolute() / "work"
    media = PyavReader()
    fetching = _fetching(settings)
    fetcher = SeparateFetcher(fetching, links=_bucket_links(settings))
    tools = IndexingTools(
        records=records,
        blobs=blobs,
        vectors=vectors,
        executor=executor,
        media=media,
        fetcher=fetcher,
        sampler=CurlSampler(allow=fetching.allow, limits=WHILE_SOMEBODY_WAITS, proxy=fetching.proxy),
        limits=LIMITS,
        maximum_bytes=settings.fetch_max_bytes,
    )
    room = Room(of_key=settings.pending_per_key, of_all=settings.pending_total)
    tasks = _tasks(settings, tools, jobs=jobs, purging=purging, room=room)
    videos = Videos(records=records, blobs=blobs, purging=purging)
    pictures = _query_pictures(settings, fetching)
    library = _library_tools(settings, tools, jobs=jobs, purging=purging, pictures=pictures)
    webhooks, deliveries = _webhooks(settings, records)
    return UseCases(
        indexes=Indexes(records=records, jobs=jobs, purging=purging),
        tasks=tasks,
        preflight=_preflight(settings, tools),
        videos=videos,
        playback=Playback(videos=videos, blobs=blobs),
        search=Search(records=records, vectors=vectors, executor=executor, pictures=pictures),
        keys=_keys(settings, records),
        repeats=Repeats(records=records),
        webhooks=webhooks,
        deliveries=deliveries,
        events=Events(records=records),
        health=Health(records=records, blobs=blobs, executor=executor, degraded=degraded),
        indexing=_indexing(settings, folders, tools=tools, purging=purging),
        control=TaskControl(records=records, blobs=blobs, jobs=jobs, purging=purging, check_room=room.check),
        purging=purging,
        consistency=Consistency(records=records, blobs=blobs, purging=purging, folders=folders),
        library=open_library(library, tasks=tasks, videos=videos),
    )


def _preflight(settings: Settings, tools: IndexingTools) -> Preflight:
    return Preflight(
        records=tools.records,
        fetcher=tools.fetcher,
        sampler=tools.sampler,
        media=tools.media,
        limits=LIMITS,
        maximum_bytes=tools.maximum_bytes,
        free_space_bytes=settings.free_space_bytes,
        folder=settings.data_dir / "uploads",
    )


def _library_tools(
    settings: Settings,
    tools: IndexingTools,
    *,
    jobs: DbosJobs,
    purging: Purging,
    pictures: QueryPictures,
) -> LibraryTools:
    return LibraryTools(
        records=tools.records,
        blobs=tools.blobs,
        jobs=jobs,
        fetcher=tools.fetcher,
        media=tools.media,
        read_still=read_still,
        purging=purging,
        limits=settings.asset_limits,
        uploads=settings.data_dir / "uploads",
        intake=settings.data_dir.absolute() / "intake",
        executor=tools.executor,
        pictures=pictures,
        video_limits=LIMITS["v1.3"],
        parts_through_server=settings.asset_parts_through_server,
    )


def _keys(settings: Settings, records: SqlRecords) -> Keys:
    configured = settings.api_key.get_secret_value() if settings.api_key else None
    return Keys(records=records, configured=configured)


def _tasks(
    settings: Settings, tools: IndexingTools, *, jobs: DbosJobs, purging: Purging, room: Room
) -> Tasks:
    return Tasks(
        records=tools.records,
        blobs=tools.blobs,
        jobs=jobs,
        fetcher=tools.fetcher,
        media=tools.media,
        limits=LIMITS,
        uploads=settings.data_dir / "uploads",
        workers=settings.workers,
        purging=purging,
        room=room,
    )


def _query_pictures(settings: Settings, fetching: FetchConfig) -> QueryPictures:
    return QueryPictures(
        # Here and not in a process of its own, whose start a searching user would wait for.
        fetcher=fetcher_of(replace(fetching, limits=WHILE_SOMEBODY_WAITS)),
        read_picture=read_picture,
        folder=settings.data_dir / "uploads",
    )


def _webhooks(settings: Settings, records: SqlRecords) -> tuple[Webhooks, Deliveries]:
    poster = CurlPoster(allow=settings.webhook_allow)
    deliveries = Deliveries(
        records=records,
        poster=poster,
        kept_for=timedelta(days=settings.events_kept_days),
        is_alone=_is_alone(settings),
    )
    return Webhooks(records=records, poster=poster), deliveries


def _is_alone(settings: Settings) -> bool:
    """Return whether no other process can use the database."""
    return settings.effective_database_url.startswith("sqlite")


def _indexing(settings: Settings, folders: Path, *, tools: IndexingTools, purging: Purging) -> Indexing:
    return Indexing(
        tools=tools,
        folders=folders,
        purging=purging,
        keep_failed=timedelta(seconds=settings.keep_failed_s),
    )


@contextmanager
def _only_writer(settings: Settings) -> Iterator[None]:
    """
    Keep a second process off an embedded database: SQLite is written by one process only.

    Raises:
        KinodexError: Another process holds the data folder.
    """
    if not _is_alone(settings):
        yield
        return
    with (settings.data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataFolderInUse(settings.data_dir.absolute()) from error
        yield


def _warm_up(executor: Executor) -> None:
    """Load weights beside serving: ``/readyz`` says when they are there."""
    threading.Thread(target=_load, args=(executor,), name="warm-up", daemon=True).start()


def _load(executor: Executor) -> None:
    # Trying the sandbox takes a process of its own, for which no request should wait.
    for note in degraded():
        log.warning("degraded", what=note)
    try:
        executor.warm_up()
    except KinodexError as error:
        log.warning("engine not ready", reason=error.message)


def _allowed_hosts(settings: Settings) -> tuple[str, ...] | None:
    """On loopback, only names that mean loopback: a web page elsewhere must not reach us by DNS tricks."""
    return ("localhost", "127.0.0.1", "[::1]") if settings.host in {"127.0.0.1", "::1", "localhost"} else None


def _signing_key(settings: Settings) -> bytes:
    """Return the secret that signs links: the configured one, or one made once in the data folder."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value().encode()
    path = settings.data_dir / "signing-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


def s3_config() -> Mapping[str, str]:
    """Return what the environment says of S3."""
    return {name.lower(): value for name, value in os.environ.items() if name.startswith("AWS_")}
