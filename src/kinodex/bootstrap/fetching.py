"""What may be fetched, from where, and with how much patience."""

from dataclasses import replace

from kinodex.bootstrap.stores import s3_config
from kinodex.media.pictures import read_picture
from kinodex.settings import Settings
from kinodex.sources.bucket_links import BucketLinks
from kinodex.sources.config import FetchConfig
from kinodex.sources.curl import fetcher_of
from kinodex.sources.limits import FetchLimits
from kinodex.sources.sampling import CurlSampler
from kinodex.stores.blobs.bucket import open_bucket
from kinodex.usecases.pictures import QueryPictures

WHILE_SOMEBODY_WAITS = FetchLimits(connect_s=5, head_s=10, idle_s=10, total_s=20, attempts=2)


def fetching(settings: Settings) -> FetchConfig:
    """Return how videos are fetched."""
    return FetchConfig(
        allow=settings.fetch_allow,
        free_space_bytes=settings.free_space_bytes,
        proxy=settings.fetch_proxy.get_secret_value() if settings.fetch_proxy else None,
        limits=FetchLimits(total_s=settings.fetch_total_s),
    )


def bucket_links(settings: Settings) -> BucketLinks:
    """Return what turns ``s3://`` URLs of allowed buckets into links."""
    config = s3_config()
    return BucketLinks(
        buckets=settings.fetch_s3_buckets,
        open_bucket=lambda bucket: open_bucket(bucket, "", config=config),
        has_own_endpoint=any(name.startswith("aws_endpoint") for name in config),
    )


def sampler(config: FetchConfig) -> CurlSampler:
    """Return what looks at a URL while somebody waits for the answer."""
    return CurlSampler(allow=config.allow, limits=WHILE_SOMEBODY_WAITS, proxy=config.proxy)


def query_pictures(settings: Settings, config: FetchConfig) -> QueryPictures:
    """Return what gets and reads the pictures people search by."""
    return QueryPictures(
        # Here and not in a process of its own, whose start a searching user would wait for.
        fetcher=fetcher_of(replace(config, limits=WHILE_SOMEBODY_WAITS)),
        read_picture=read_picture,
        folder=settings.data_dir / "uploads",
    )
