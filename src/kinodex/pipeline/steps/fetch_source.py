"""Bring the bytes of a video here."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from kinodex.domain.request_headers import RequestHeaders
from kinodex.media.protocols import Progress
from kinodex.pipeline.steps.look_early import EarlyLook
from kinodex.sources.protocols import Fetched, FetchedSoFar, VideoFetcher


def fetch_source(
    url: str,
    target: Path,
    *,
    fetcher: VideoFetcher,
    limit_bytes: int,
    progress: Progress,
    waiting: Callable[[str], None],
    received: Callable[[int], None],
    look: EarlyLook,
    headers: RequestHeaders = (),
) -> Fetched:
    """
    Download the video at a URL to ``target``; going on where an earlier life stopped.

    Args:
        url: As the user gave it.
        target: Where the file goes; bytes gather beside it.
        fetcher: Does the transfer.
        limit_bytes: Largest file taken.
        headers: Of the user's own, for the origin of the URL.
        progress: Told the share that is here, where the length is known.
        waiting: Told what the download waits for before another try.
        received: Told how many bytes are here.
        look: Judges the file while it grows.

    Raises:
        UrlRefused, FetchFailed, VideoRejected, StorageFull: As the fetcher says.
    """

    def share(so_far: FetchedSoFar) -> None:
        look.heed(so_far)
        received(so_far.size_bytes)
        if so_far.waits_for is not None:
            waiting(so_far.waits_for)
            return
        progress(so_far.size_bytes / so_far.total_bytes if so_far.total_bytes else 0.0)

    return fetcher.fetch(url, target, limit_bytes=limit_bytes, progress=share, headers=headers)


def file_facts(path: Path, *, filename: str) -> Fetched:
    """Return for a file that is here already what a fetch would have told."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Fetched(path=path, size_bytes=path.stat().st_size, sha256=digest, filename=filename)
