"""``s3://bucket/key``: videos in buckets the operator lists, fetched through links for one download."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from kinodex.domain.errors import FetchFailed, UrlBucketNotAllowed, UrlInvalid
from kinodex.sources.urls import LONGEST_URL, WebUrl, parse_url

_FORM = re.compile(r"s3://([^/?#\s]{3,255})/(.+)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class BucketUrl:
    """What lies in a bucket under a key; both as they are, nothing is percent-encoded."""

    bucket: str
    key: str


def is_bucket_url(text: str) -> bool:
    """Return whether a URL is to be read by ``parse_bucket_url``."""
    return text.strip()[:5].lower() == "s3://"


def parse_bucket_url(text: str) -> BucketUrl:
    """
    Return the parts of ``s3://bucket/key``.

    Raises:
        UrlInvalid: It has not both.
    """
    stripped = text.strip()
    match = _FORM.fullmatch(f"s3://{stripped[5:]}")
    if match is None or len(stripped) > LONGEST_URL or _CONTROL.search(stripped):
        raise UrlInvalid("s3:// must be followed by a bucket, a slash and a key")
    url = BucketUrl(match[1], match[2])
    if len(url.key.encode(errors="replace")) > LONGEST_KEY_BYTES:
        raise UrlInvalid(f"the key is longer than {LONGEST_KEY_BYTES} bytes")
    if any(part in {"", ".", ".."} for part in url.key.split("/")):
        raise UrlInvalid("a part of the key is empty or made of dots")
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketLinks:
    """
    Makes links to what lies in buckets; the credentials of the server are used here and go no further.

    Attributes:
        buckets: The names of those that may be read. Whoever may send a URL can index all that is in them.
        open_bucket: Returns the store of a bucket.
        has_own_endpoint: Whether the operator names the endpoint, which then may be private.
    """

    buckets: Collection[str] = ()
    open_bucket: Callable[[str], S3Store]
    has_own_endpoint: bool = False

    def admit(self, text: str) -> BucketUrl:
        """
        Check a URL without touching the network.

        Raises:
            UrlInvalid: It names no bucket and key.
            UrlBucketNotAllowed: The bucket is not one of ours.
        """
        url = parse_bucket_url(text)
        if url.bucket not in self.buckets:
            raise UrlBucketNotAllowed(url.bucket)
        return url

    def link(self, url: BucketUrl, *, valid_s: float) -> WebUrl:
        """
        Return a URL that anybody may GET for so long.

        Raises:
            FetchFailed: There are no credentials, or none that can be used.
        """
        try:
            signed = obstore.sign(
                self.open_bucket(url.bucket), "GET", url.key, timedelta(seconds=round(valid_s))
            )
        except (BaseError, TypeError, ValueError) as error:  # never their words: they may hold credentials
            raise FetchFailed(
                f"The server has no credentials it can use for the bucket {url.bucket}."
            ) from error
        return parse_url(signed)
