"""Bytes under keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    """Bytes under keys such as ``videos/<id>/source``. A key is visible whole or not at all."""

    def put_file(self, key: str, path: Path) -> None:
        """
        Store a file; an existing blob is replaced. Durable when it returns.

        A local store may link to the file instead of copying it: replace it afterwards if need be, but
        do not write into it.
        """
        ...

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store bytes; an existing blob is replaced. Durable when it returns."""
        ...

    def get_bytes(self, key: str) -> bytes:
        """
        Return a whole blob.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """
        Return part of a blob; shorter at its end.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def size(self, key: str) -> int | None:
        """Return the length in bytes, or ``None`` if there is no such blob."""
        ...

    def fetch_to(self, key: str, path: Path) -> None:
        """
        Copy a blob to a local file, or link to it where it is local already: not to be written into.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def copy(self, source: str, target: str) -> None:
        """
        Store the bytes of one blob under another key too, where they lie; an existing blob is replaced.

        Either can be deleted without harm to the other. Durable when it returns.

        Raises:
            FileNotFoundError: If there is no such blob.
        """
        ...

    def etag(self, key: str) -> str | None:
        """Return the tag a store gives to the bytes of a blob, ``None`` if there is no such blob."""
        ...

    def presigned_put(self, key: str, *, life_s: int) -> str | None:
        """
        Return a URL that anybody may PUT a blob to for some seconds.

        ``None`` where bytes have to come through this server, as in a local folder.
        """
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix that ends in ``/``."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove all blobs below a prefix that ends in ``/``. None there is no error."""
        ...

    def discard_leftovers(self, older_than_s: float) -> None:
        """Remove what writes that were cut off so many seconds ago left half done, if it shows."""
        ...

    def ping(self) -> None:
        """Raise if the store cannot be written to."""
        ...
