"""Blobs in a local folder or an S3 bucket."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from kinodex.stores.blobs.bucket import BucketWriter, open_bucket
from kinodex.stores.blobs.folder import FolderWriter
from kinodex.stores.blobs.keys import checked_key, checked_prefix
from kinodex.stores.blobs.writers import Writer

RANGE_BYTES = 8 * 1024 * 1024
"""Read so much at a time: streams of local files are a tenth as fast."""


class ObstoreBlobs:
    """The blob store a URL names."""

    def __init__(self, url: str, *, config: Mapping[str, str] | None = None) -> None:
        """
        Open a store; a local folder is made if it is not there, a bucket is not.

        Args:
            url: A folder, ``file:///folder`` or ``s3://bucket/prefix``.
            config: For S3: credentials, region, endpoint, named as in the environment in lower case.

        Raises:
            ValueError: The URL names another kind of store.
        """
        self._store, self._writer = _opened(url, config or {})

    def put_file(self, key: str, path: Path) -> None:
        """Store a copy of a file, or a link to it, so that it must not be changed in place later on."""
        with _our_errors():
            self._writer.put_file(checked_key(key), path)

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store bytes; an existing blob is replaced. Durable when it returns."""
        with _our_errors():
            self._writer.put_bytes(checked_key(key), content)

    def get_bytes(self, key: str) -> bytes:
        """
        Return a whole blob.

        Raises:
            FileNotFoundError: If there is none.
        """
        with _our_errors():
            size = int(obstore.head(self._store, checked_key(key))["size"])
            parts = (
                obstore.get_range(self._store, key, start=start, end=min(start + RANGE_BYTES, size))
                for start in range(0, size, RANGE_BYTES)
            )
            return b"".join(parts)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """
        Return part of a blob; shorter at its end.

        Raises:
            FileNotFoundError: If there is none.
        """
        with _our_errors():
            size = int(obstore.head(self._store, checked_key(key))["size"])
            end = min(start + length, size)
            return b"" if end <= start else bytes(obstore.get_range(self._store, key, start=start, end=end))

    def size(self, key: str) -> int | None:
        """Return the length in bytes, or ``None`` if there is no such blob."""
        try:
            with _our_errors():
                return int(obstore.head(self._store, checked_key(key))["size"])
        except FileNotFoundError:
            return None

    def fetch_to(self, key: str, path: Path) -> None:
        """
        Copy a blob to a local file, or link to it where it is local already.

        Raises:
            FileNotFoundError: If there is none.
        """
        with _our_errors():
            self._writer.fetch_to(checked_key(key), path)

    def copy(self, source: str, target: str) -> None:
        """
        Store the bytes of one blob under another key too, where they lie.

        Raises:
            FileNotFoundError: If there is no such blob.
        """
        with _our_errors():
            self._writer.copy(checked_key(source), checked_key(target))

    def etag(self, key: str) -> str | None:
        """Return the entity tag of a blob without its quotes, or ``None`` if there is no such blob."""
        try:
            with _our_errors():
                return (obstore.head(self._store, checked_key(key))["e_tag"] or "").strip('"')
        except FileNotFoundError:
            return None

    def presigned_put(self, key: str, *, life_s: int) -> str | None:
        """Return a URL that anybody may PUT a blob to for some seconds; ``None`` in a local folder."""
        if not isinstance(self._store, S3Store):
            return None
        with _our_errors():
            return obstore.sign(self._store, "PUT", checked_key(key), timedelta(seconds=life_s))

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix that ends in ``/``."""
        with _our_errors():
            for batch in obstore.list(self._store, checked_prefix(prefix)):
                yield from (str(blob["path"]) for blob in batch)

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a prefix that ends in ``/``. None there is no error."""
        while keys := [*self.list(prefix)]:
            try:
                with _our_errors():
                    obstore.delete(self._store, keys)
            except FileNotFoundError:
                continue  # somebody else removed one of them: see what is left

    def discard_leftovers(self, older_than_s: float) -> None:
        """Remove what writes that were cut off so many seconds ago left half done, if it shows."""
        self._writer.discard_leftovers(older_than_s)

    def ping(self) -> None:
        """
        Return if something can be written.

        Raises:
            OSError: It cannot.
        """
        prefix = f"ping/{token_hex(8)}/"
        self.put_bytes(f"{prefix}1", b"")
        self.delete_prefix(prefix)


def _opened(url: str, config: Mapping[str, str]) -> tuple[ObjectStore, Writer]:
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        bucket = open_bucket(parts.netloc, parts.path.strip("/"), config=config)
        return bucket, BucketWriter(bucket)
    if parts.scheme not in {"", "file"} or (parts.scheme == "file" and parts.netloc not in {"", "localhost"}):
        raise ValueError(f"the blob URL begins with {parts.scheme!r}; a folder, file and s3 are known")
    root = Path(unquote(parts.path) if parts.scheme == "file" else url).absolute()
    writer = FolderWriter.open(root)
    return LocalStore(root, automatic_cleanup=True), writer


@contextmanager
def _our_errors() -> Iterator[None]:
    """Turn errors of the library into those a file would raise; a missing blob is one already."""
    try:
        yield
    except BaseError as error:
        raise OSError(f"the blob store failed: {str(error).splitlines()[0]}") from error
