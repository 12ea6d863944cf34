"""Getting the bytes of a video from the outside world."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

FetchProgress = Callable[[int, int | None], None]
"""Told about once a second: bytes on disk, and the declared total or ``None``. Raising ends the fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """
    A file that is completely here.

    ``filename`` is for people only: from Content-Disposition or the last path segment of the URL,
    percent-decoded, cleaned, without a query. ``sha256`` is hex.
    """

    path: Path
    size_bytes: int
    sha256: str
    filename: str
    resumed: int = 0


Kind = Literal["video", "picture", "text"]
"""What is wanted; only a video is judged by its first bytes."""


class VideoFetcher(Protocol):
    """Downloads the video at a URL."""

    def admit(self, url: str) -> None:
        """
        Check a URL without touching the network: form, scheme, port, literal address.

        Raises:
            UrlRefused: With the reason.
        """
        ...

    def fetch(
        self,
        url: str,
        target: Path,
        *,
        limit_bytes: int,
        progress: FetchProgress,
        kind: Kind = "video",
    ) -> Fetched:
        """
        Download to ``target``, following redirects, each admitted like the first address.

        Bytes gather in ``<target>.part`` with ``<target>.part.json`` beside it (validator and length); a
        later call goes on where an earlier one stopped if the source still has the same strong validator,
        else it starts from zero. The file is synced and renamed into place when complete.

        Raises:
            UrlRefused: An address on the way is not acceptable.
            FetchFailed: The bytes could not be had, after the retries its class allows.
            FileTooLarge: Declared or counted above ``limit_bytes``.
            FileEmpty: The source sent nothing.
            NotAVideo: Wanted is a video, and the first bytes are a page, a playlist, a picture …; the rest
                is not fetched.
            StorageFull: Not enough disk.
        """
        ...
