"""Blobs in an S3 bucket; a PUT, also one in parts, becomes visible whole."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
from obstore.store import S3Store

from kinodex.domain.lifelines import each_a_sign

CHUNK_BYTES = 8 * 1024 * 1024

_ACCEPTED = frozenset(
    {
        "access_key_id",
        "allow_http",
        "checksum_algorithm",
        "conditional_put",
        "container_authorization_token_file",
        "container_credentials_full_uri",
        "container_credentials_relative_uri",
        "default_region",
        "disable_tagging",
        "endpoint",
        "endpoint_url",
        "endpoint_url_s3",
        "imdsv1_fallback",
        "metadata_endpoint",
        "region",
        "request_payer",
        "role_arn",
        "role_session_name",
        "secret_access_key",
        "server_side_encryption",
        "session_token",
        "skip_signature",
        "sse_bucket_key_enabled",
        "sse_kms_key_id",
        "unsigned_payload",
        "virtual_hosted_style_request",
        "web_identity_token_file",
    }
)
"""What the library takes; an environment holds more names that begin with ``AWS_`` than these."""


@dataclass(frozen=True, slots=True)
class BucketWriter:
    """Writes to a bucket."""

    store: S3Store

    def put_file(self, key: str, path: Path) -> None:
        """Upload a file, in parts if it is large."""
        if path.stat().st_size <= CHUNK_BYTES:
            self.put_bytes(key, path.read_bytes())
            return
        with path.open("rb") as file:
            chunks = each_a_sign(iter(lambda: file.read(CHUNK_BYTES), b""))
            obstore.put(self.store, key, chunks, chunk_size=CHUNK_BYTES, max_concurrency=4)

    def put_bytes(self, key: str, content: bytes) -> None:
        """Upload bytes."""
        obstore.put(self.store, key, content, chunk_size=CHUNK_BYTES, max_concurrency=4)

    def copy(self, source: str, target: str) -> None:
        """Let the bucket copy a blob; its bytes do not come here."""
        obstore.copy(self.store, source, target)

    def fetch_to(self, key: str, path: Path) -> None:
        """Download a blob; the file gets its name when it is whole."""
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                chunks = obstore.get(self.store, key).stream(min_chunk_size=CHUNK_BYTES)
                for chunk in each_a_sign(chunks):
                    file.write(chunk)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def discard_leftovers(self, older_than_s: float) -> None:
        """Nothing to do: a bucket shows no half uploads, and a rule of its own removes them."""


def open_bucket(bucket: str, prefix: str, *, config: Mapping[str, str]) -> S3Store:
    """
    Return the store of a bucket.

    Args:
        bucket: Its name.
        prefix: All keys begin with this, without a slash at either end; may be empty.
        config: Names as in the environment, lower case: ``aws_access_key_id``, ``aws_endpoint_url`` …;
            those the library does not know are left out. A plain ``http`` endpoint is taken as meant.
    """
    known: Any = {  # the library's type lists each name; these come from outside
        name: value
        for name, value in config.items()
        if name.lower().removeprefix("aws_") in _ACCEPTED and value
    }
    if any("endpoint" in name and value.startswith("http://") for name, value in known.items()):
        known["aws_allow_http"] = "true"
    return S3Store(bucket, prefix=prefix or None, config=known)
