"""How bytes get in and whole files get out; everything else a store does is the same everywhere."""

from pathlib import Path
from typing import Protocol


class Writer(Protocol):
    """Puts blobs in their place, whole and durable."""

    def put_file(self, key: str, path: Path) -> None:
        """Store a file."""
        ...

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store bytes."""
        ...

    def copy(self, source: str, target: str) -> None:
        """
        Store the bytes of one blob under another key too.

        Raises:
            FileNotFoundError: If there is no such blob.
        """
        ...

    def fetch_to(self, key: str, path: Path) -> None:
        """
        Bring a blob to a local file.

        Raises:
            FileNotFoundError: If there is none.
        """
        ...

    def discard_leftovers(self, older_than_s: float) -> None:
        """Remove what writes that were cut off so many seconds ago left half done."""
        ...
