"""Everything around assets, put together."""

from dataclasses import dataclass
from pathlib import Path

from kinodex.domain.assets import AssetLimits
from kinodex.domain.limits import Limits
from kinodex.engines.executor import Executor
from kinodex.jobs.protocols import Jobs
from kinodex.media.protocols import MediaReader, ReadStill
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records, VectorStore
from kinodex.usecases.asset_renditions import AssetPlayback
from kinodex.usecases.assets import Assets
from kinodex.usecases.embed_tasks import EmbedTasks
from kinodex.usecases.embed_work import EmbedWork
from kinodex.usecases.embeddings import Embeddings
from kinodex.usecases.examining import Examiner
from kinodex.usecases.indexed_assets import IndexedAssets
from kinodex.usecases.intake import AssetIntake
from kinodex.usecases.pictures import QueryPictures
from kinodex.usecases.purging import Purging
from kinodex.usecases.tasks import Tasks
from kinodex.usecases.uploads import Uploads
from kinodex.usecases.video_embeddings import VideoEmbeddings
from kinodex.usecases.videos import Videos


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryTools:
    """
    What assets need.

    ``uploads`` is the folder for bytes on their way in, ``intake`` that of unfinished work on assets;
    ``parts_through_server`` keeps clients from the store.
    """

    records: Records
    blobs: BlobStore
    vectors: VectorStore
    jobs: Jobs
    fetcher: VideoFetcher
    media: MediaReader
    read_still: ReadStill
    purging: Purging
    limits: AssetLimits
    uploads: Path
    intake: Path
    executor: Executor
    pictures: QueryPictures
    video_limits: Limits
    parts_through_server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Assets: how they come, how their bytes are brought here, what is made of them; and embeddings."""

    assets: Assets
    playback: AssetPlayback
    uploads: Uploads
    indexed: IndexedAssets
    intake: AssetIntake
    embeddings: Embeddings
    video_embeddings: VideoEmbeddings
    embed_tasks: EmbedTasks
    embed_work: EmbedWork


def open_library(tools: LibraryTools, *, tasks: Tasks, videos: Videos) -> Library:
    """Return the use cases of assets over some tools."""
    records, blobs, purging = tools.records, tools.blobs, tools.purging
    examiner = Examiner(media=tools.media, read_still=tools.read_still, image_bytes=tools.limits.image_bytes)
    return Library(
        embeddings=Embeddings(executor=tools.executor, pictures=tools.pictures, records=records, blobs=blobs),
        video_embeddings=VideoEmbeddings(
            records=records, videos=videos, vectors=tools.vectors, executor=tools.executor
        ),
        embed_tasks=EmbedTasks(
            records=records,
            blobs=blobs,
            jobs=tools.jobs,
            fetcher=tools.fetcher,
            media=tools.media,
            limits=tools.video_limits,
        ),
        embed_work=_embed_work(tools),
        playback=AssetPlayback(records=records, blobs=blobs),
        assets=Assets(
            records=records,
            blobs=blobs,
            jobs=tools.jobs,
            fetcher=tools.fetcher,
            examiner=examiner,
            limits=tools.limits,
            purging=purging,
        ),
        uploads=Uploads(
            records=records,
            blobs=blobs,
            jobs=tools.jobs,
            limits=tools.limits,
            folder=tools.uploads,
            purging=purging,
            through_server=tools.parts_through_server,
        ),
        indexed=IndexedAssets(records=records, jobs=tools.jobs, tasks=tasks, videos=videos, purging=purging),
        intake=AssetIntake(
            records=records,
            blobs=blobs,
            fetcher=tools.fetcher,
            examiner=examiner,
            limits=tools.limits,
            folders=tools.intake,
            purging=purging,
        ),
    )


def _embed_work(tools: LibraryTools) -> EmbedWork:
    return EmbedWork(
        records=tools.records,
        blobs=tools.blobs,
        executor=tools.executor,
        media=tools.media,
        fetcher=tools.fetcher,
        limits=tools.video_limits,
        maximum_bytes=tools.limits.url_bytes,
        folders=tools.intake.with_name("embed"),
        purging=tools.purging,
    )
