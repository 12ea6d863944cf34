"""Videos in buckets, against an S3 API on loopback."""

import hashlib
from pathlib import Path
from typing import Any

import boto3
import pytest
from backends import BUCKET
from hostile_site import LIMIT_BYTES, made_video
from obstore.store import S3Store

from kinodex.domain.errors import (
    FetchFailed,
    HttpStatusRefused,
    KinodexError,
    NotAVideo,
    UrlAddressNotAllowed,
    UrlBucketNotAllowed,
    UrlInvalid,
)
from kinodex.sources.bucket_links import BucketLinks, BucketUrl, parse_bucket_url
from kinodex.sources.config import FetchConfig
from kinodex.sources.protocols import Fetched
from kinodex.sources.record import PartRecord
from kinodex.sources.separate import SeparateFetcher
from kinodex.stores.blobs.bucket import open_bucket


@pytest.fixture
def client(s3_config: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=s3_config["aws_endpoint_url"],
        aws_access_key_id="kinodex",
        aws_secret_access_key="kinodex-secret",
        region_name="us-east-1",
    )


def links(config: dict[str, str], *, has_own_endpoint: bool = True) -> BucketLinks:
    return BucketLinks(
        buckets=(BUCKET,),
        open_bucket=lambda bucket: open_bucket(bucket, "", config=config),
        has_own_endpoint=has_own_endpoint,
    )


def fetch(url: str, target: Path, source: BucketLinks) -> Fetched:
    fetcher = SeparateFetcher(FetchConfig(free_space_bytes=0), links=source)
    return fetcher.fetch(url, target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None)


def test_a_video_comes_from_a_listed_bucket(
    client: Any, s3_config: dict[str, str], tmp_path: Path, video: bytes
) -> None:
    key = "talks/Ü 100%?#+&=.mp4"
    client.put_object(Bucket=BUCKET, Key=key, Body=video)

    fetched = fetch(f"s3://{BUCKET}/{key}", tmp_path / "v", links(s3_config))

    assert fetched.path.read_bytes() == video
    assert fetched.sha256 == hashlib.sha256(video).hexdigest()
    assert fetched.filename == "Ü 100%?#+&=.mp4"
    assert fetched.validator


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_part_is_gone_on_from_while_the_object_is_the_same(
    client: Any, s3_config: dict[str, str], tmp_path: Path, video: bytes, is_changed: bool
) -> None:
    here = made_video(seed=7) if is_changed else video
    etag = client.put_object(Bucket=BUCKET, Key="part.mp4", Body=video)["ETag"]
    url, half = f"s3://{BUCKET}/part.mp4", len(video) // 2
    (tmp_path / "v.part").write_bytes(here[:half])
    PartRecord(
        source=hashlib.sha256(url.encode()).hexdigest(),
        validator='"another"' if is_changed else etag,
        total_bytes=len(video),
        filename="part.mp4",
        synced_bytes=half,
    ).save(tmp_path / "v.part.json")

    fetched = fetch(url, tmp_path / "v", links(s3_config))

    assert fetched.path.read_bytes() == video
    assert fetched.resumed == (0 if is_changed else 1)


def test_what_is_wrong_is_told_without_the_link(
    client: Any, s3_config: dict[str, str], tmp_path: Path
) -> None:
    client.put_object(Bucket=BUCKET, Key="page.mp4", Body=b"<!doctype html>" * 99)
    for key, kind in {"page.mp4": NotAVideo, "missing.mp4": HttpStatusRefused}.items():
        with pytest.raises(kind) as caught:
            fetch(f"s3://{BUCKET}/{key}", tmp_path / "v", links(s3_config))
        assert "Amz" not in caught.value.message  # type: ignore[attr-defined]


def test_an_endpoint_nobody_named_may_not_be_private(s3_config: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(KinodexError) as caught:
        fetch(f"s3://{BUCKET}/v.mp4", tmp_path / "v", links(s3_config, has_own_endpoint=False))
    assert isinstance(caught.value, UrlAddressNotAllowed)


def test_a_bucket_that_is_not_listed_is_refused(s3_config: dict[str, str]) -> None:
    fetcher = SeparateFetcher(FetchConfig(), links=links(s3_config))
    for bucket in ("another", BUCKET.upper(), f"{BUCKET}x"):
        with pytest.raises(UrlBucketNotAllowed, match="KINODEX_FETCH_S3_BUCKETS"):
            fetcher.admit(f"s3://{bucket}/v.mp4")
    fetcher.admit(f"S3://{BUCKET}/v.mp4")


def test_credentials_that_cannot_be_had_are_told_of() -> None:
    def broken(_bucket: str) -> S3Store:
        raise ValueError("s3cret")

    with pytest.raises(FetchFailed, match="no credentials") as caught:
        BucketLinks(buckets=("films",), open_bucket=broken).link(BucketUrl("films", "v.mp4"), valid_s=60)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("s3://films/v.mp4", "films", "v.mp4"),
        ("  S3://films/a/b?c#d\n", "films", "a/b?c#d"),
        ("s3://my.films-1/%20", "my.films-1", "%20"),
    ],
)
def test_a_bucket_and_a_key_are_taken_as_they_are(text: str, bucket: str, key: str) -> None:
    assert parse_bucket_url(text) == BucketUrl(bucket, key)


@pytest.mark.parametrize(
    "text",
    [
        *("s3://films", "s3://films/", "s3:///v.mp4", "s3://ab/v.mp4", "s3://films//v.mp4"),
        *("s3://films/a/", "s3://films/../v", "s3://films/./v", "s3://films/a\0b", "s3://films/a\r\nb"),
        *("s3://fil ms/v", "s3://films?x/v", f"s3://films/{'a' * 1025}", f"s3://films/{'a/' * 5000}b"),
    ],
)
def test_what_names_no_object_is_refused(text: str) -> None:
    with pytest.raises(UrlInvalid):
        parse_bucket_url(text)
