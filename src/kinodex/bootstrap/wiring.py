"""The use cases, put together."""

from datetime import timedelta
from pathlib import Path

from kinodex.bootstrap import engines
from kinodex.bootstrap.fetching import bucket_links, fetching, query_pictures, sampler
from kinodex.bootstrap.stores import is_alone, open_blobs
from kinodex.domain import limits
from kinodex.domain.disk import DiskSpace
from kinodex.domain.indexes import ModelChoice
from kinodex.engines.executor import Executor
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.media.pyav import PyavReader
from kinodex.media.stills import read_still
from kinodex.settings import Settings
from kinodex.sources.posting import CurlPoster
from kinodex.sources.separate import SeparateFetcher
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.vectors.segments import SegmentVectors
from kinodex.usecases import UseCases
from kinodex.usecases.clips import Clips
from kinodex.usecases.consistency import Consistency
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.events import Events
from kinodex.usecases.glances import Glances
from kinodex.usecases.health import Health
from kinodex.usecases.indexes import Indexes
from kinodex.usecases.indexing import Indexing
from kinodex.usecases.indexing_steps import IndexingTools
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

EVERYTHING = ModelChoice("marengo3.0", ("visual", "audio"))
"""The model profile that looks at everything."""

LIMITS = {"v1.1": limits.V1_1, "v1.2": limits.V1_2, "v1.3": limits.V1_3}


def wire(settings: Settings, *, records: SqlRecords, jobs: DbosJobs, executor: Executor) -> UseCases:
    """Return the use cases over an open database, a queue and engines."""
    blobs = open_blobs(settings)
    vectors = SegmentVectors(blobs, cache_bytes=settings.vector_cache_bytes)
    purging, folders = Purging(records=records, blobs=blobs), settings.data_dir.absolute() / "work"
    media = PyavReader()
    config = fetching(settings)
    fetcher = SeparateFetcher(config, links=bucket_links(settings))
    tools = IndexingTools(
        records=records,
        blobs=blobs,
        vectors=vectors,
        executor=executor,
        media=media,
        fetcher=fetcher,
        sampler=sampler(config),
        limits=LIMITS,
        maximum_bytes=settings.fetch_max_bytes,
    )
    room = Room(of_key=settings.pending_per_key, of_all=settings.pending_total)
    tasks = _tasks(settings, tools, jobs=jobs, purging=purging, room=room)
    videos = Videos(records=records, blobs=blobs, purging=purging)
    pictures = query_pictures(settings, config)
    library = _library_tools(settings, tools, jobs=jobs, purging=purging, pictures=pictures)
    webhooks, deliveries = _webhooks(settings, records)
    space = DiskSpace(settings.data_dir, settings.free_space_bytes)
    return UseCases(
        indexes=Indexes(records=records, jobs=jobs, purging=purging),
        tasks=tasks,
        glances=Glances(records=records, tasks=tasks, videos=videos),
        preflight=_preflight(settings, tools),
        videos=videos,
        playback=Playback(videos=videos, blobs=blobs),
        search=Search(records=records, vectors=vectors, executor=executor, pictures=pictures),
        keys=_keys(settings, records),
        repeats=Repeats(records=records),
        webhooks=webhooks,
        deliveries=deliveries,
        events=Events(records=records),
        health=_health(settings, tools),
        indexing=_indexing(settings, folders, tools=tools, purging=purging),
        control=TaskControl(records=records, blobs=blobs, jobs=jobs, purging=purging, check_room=room.check),
        purging=purging,
        consistency=Consistency(records=records, blobs=blobs, purging=purging, folders=folders),
        library=open_library(library, tasks=tasks, videos=videos),
        space=space,
        clips=Clips(
            videos=videos, blobs=blobs, cutter=media, folder=settings.data_dir / "uploads", space=space
        ),
        watching=Watching(records=records, jobs=jobs),
    )


def _health(settings: Settings, tools: IndexingTools) -> Health:
    executor = tools.executor
    return Health(
        records=tools.records,
        blobs=tools.blobs,
        executor=executor,
        degraded=engines.degraded,
        overdue=Overdue(executor, lambda: engines.warm_up(executor)),
        profile=engines.profile(settings),
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
        vectors=tools.vectors,
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


def _webhooks(settings: Settings, records: SqlRecords) -> tuple[Webhooks, Deliveries]:
    poster = CurlPoster(allow=settings.webhook_allow)
    deliveries = Deliveries(
        records=records,
        poster=poster,
        kept_for=timedelta(days=settings.events_kept_days),
        is_alone=is_alone(settings),
    )
    return Webhooks(records=records, poster=poster), deliveries


def _indexing(settings: Settings, folders: Path, *, tools: IndexingTools, purging: Purging) -> Indexing:
    return Indexing(
        tools=tools,
        folders=folders,
        purging=purging,
        keep_failed=timedelta(seconds=settings.keep_failed_s),
    )
