"""Everything around assets, put together."""

from dataclasses import dataclass
from pathlib import Path

from kinodex.domain.assets import AssetLimits
from kinodex.jobs.protocols import Jobs
from kinodex.media.protocols import MediaReader, ReadStill
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.assets import Assets
from kinodex.usecases.examining import Examiner
from kinodex.usecases.indexed_assets import IndexedAssets
from kinodex.usecases.intake import AssetIntake
from kinodex.usecases.purging import Purging
from kinodex.usecases.tasks import Tasks
from kinodex.usecases.uploads import Uploads
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
    jobs: Jobs
    fetcher: VideoFetcher
    media: MediaReader
    read_still: ReadStill
    purging: Purging
    limits: AssetLimits
    uploads: Path
    intake: Path
    parts_through_server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Assets: how they come, how their bytes are brought here, and what is made from them."""

    assets: Assets
    uploads: Uploads
    indexed: IndexedAssets
    intake: AssetIntake


def open_library(tools: LibraryTools, *, tasks: Tasks, videos: Videos) -> Library:
    """Return the use cases of assets over some tools."""
    records, blobs, purging = tools.records, tools.blobs, tools.purging
    examiner = Examiner(media=tools.media, read_still=tools.read_still, image_bytes=tools.limits.image_bytes)
    return Library(
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
