"""Getting the bytes of a video from the outside world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from kinodex.domain.request_headers import RequestHeaders


@dataclass(frozen=True, slots=True)
class FetchedSoFar:
    """
    A file that is on its way.

    ``path`` is the growing file; its first ``size_bytes`` are there and may be read. It may be gone or
    begun anew a moment later, and does not exist before the first answer. ``total_bytes`` is the declared
    length, ``None`` if none was declared. ``waits_for`` is why nothing comes now, before another try.
    """

    path: Path
    size_bytes: int
    total_bytes: int | None = None
    waits_for: str | None = None


FetchProgress = Callable[[FetchedSoFar], None]
"""Told at the beginning and about once a second, in silence too. What it raises ends the fetch at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """
    A file that is completely here.

    ``filename`` is for people only: from Content-Disposition or the last path segment of the URL,
    percent-decoded, cleaned, without a query. ``sha256`` is hex. ``validator`` is a strong one, if the
    source sent any: the same again means the same bytes.
    """

    path: Path
    size_bytes: int
    sha256: str
    filename: str
    resumed: int = 0
    validator: str | None = None


Kind = Literal["video", "picture", "text", "media"]
"""What is wanted; only a video is judged by its first bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    Some bytes of a file, and what the source says of all of it.

    ``start`` is where they lie in the file: 0 although others were asked for, where the source gives no
    parts. ``total_bytes`` and the strong ``validator`` are ``None`` where it does not say.
    """

    content: bytes
    start: int
    total_bytes: int | None
    validator: str | None
    filename: str


class SourceSampler(Protocol):
    """Reads a little of the video at a URL."""

    def sample(self, url: str, *, start: int, length: int, headers: RequestHeaders = ()) -> Sample:
        """
        Read at most ``length`` bytes from an offset, following redirects, each admitted like the first.

        Args:
            url: As the user gave it.
            start: Offset of the first byte.
            length: At most so many, >= 1; fewer at the end of the file, or where others are given.
            headers: For the origin of ``url`` and no other.

        Raises:
            UrlRefused: An address on the way is not acceptable.
            FetchFailed: The bytes could not be had.
            FileEmpty: The file has no bytes.
            NotAVideo: By the first bytes, where these were asked for.
        """
        ...


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
        headers: RequestHeaders = (),
    ) -> Fetched:
        """
        Download to ``target``, following redirects, each admitted like the first address.

        ``headers`` go to the origin of ``url`` and to no other. What ``progress`` raises ends the download
        at once and comes through; what is here by then stays, as after any other interruption.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """
    What a receiver said.

    ``answer`` is the beginning of the body, safe to print; ``retry_after_s`` the wait it asks for.
    """

    http_status: int
    answer: str = ""
    retry_after_s: float | None = None


class Poster(Protocol):
    """Sends a few bytes to an address of a user's."""

    def admit(self, url: str) -> None:
        """
        Check a URL without touching the network: form, TLS, port, literal address.

        Raises:
            UrlRefused: With the reason.
        """
        ...

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], check: Callable[[], None]) -> Posted:
        """
        Send JSON once; follow no redirect, and read little of the answer.

        Args:
            url: Where to; admitted first.
            body: JSON, sent as it is.
            headers: Sent besides the usual ones.
            check: Called a few times a second; raising ends the attempt.

        Raises:
            UrlRefused: The URL, or an address its name has now, is not acceptable.
            FetchFailed: No connection, or no proper answer, or not in time.
        """
        ...
