"""
The guarded downloader on libcurl.

Reading order: ``admission`` (which URLs), ``download`` (tries and redirects), ``resolving`` (which
addresses), ``exchange`` (one request), ``heads`` and ``ranges`` (which answers), ``receiving`` and
``part`` (the bytes).
"""

import hashlib
from collections.abc import Collection
from pathlib import Path

from kinodex.domain.disk import DiskSpace
from kinodex.domain.errors import (
    BadResponse,
    EncodingUnsupported,
    StorageFull,
    TooManyRedirects,
    UrlRefused,
    VideoRejected,
)
from kinodex.domain.request_headers import RequestHeaders
from kinodex.sources.admission import admit_url
from kinodex.sources.allowlist import AllowList
from kinodex.sources.config import DEFAULT_RESERVE_BYTES, FetchConfig
from kinodex.sources.download import Download, Route
from kinodex.sources.limits import FetchLimits
from kinodex.sources.notes import Note, log
from kinodex.sources.part import PartFile, part_path
from kinodex.sources.protocols import Fetched, FetchProgress, Kind
from kinodex.sources.proxies import parse_proxy
from kinodex.sources.pulse import Pulse
from kinodex.sources.receiving import Receiver
from kinodex.sources.resolving import LookUp, look_up
from kinodex.sources.trust import ca_bundle

_FOR_GOOD = (UrlRefused, VideoRejected, BadResponse, EncodingUnsupported, TooManyRedirects, StorageFull)
"""After these nothing is kept: the bytes are of no use, or the space is needed."""


def fetcher_of(config: FetchConfig) -> "CurlFetcher":
    """
    Return a fetcher that downloads in this process.

    Raises:
        ParameterInvalid: An entry of the configuration cannot be used.
    """
    return CurlFetcher(
        allow=config.allow,
        free_space_bytes=config.free_space_bytes,
        limits=config.limits,
        ca_file=config.ca_file,
        proxy=config.proxy,
    )


class CurlFetcher:
    """
    A ``VideoFetcher`` for http and https. Holds no state between downloads; safe to share between threads.

    Args:
        allow: Pairs like ``127.0.0.1:9000`` that may be reached although not public.
        free_space_bytes: Space on the disk that is never used.
        limits: Clocks and budgets.
        look_up: Turns names into addresses.
        ca_file: Trusted certificate authorities; the system's without it.
        proxy: URL of the proxy that requests go through, if one is used.

    Raises:
        ParameterInvalid: An entry of ``allow`` is no pair of host and port, or ``proxy`` no proxy.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        free_space_bytes: int = DEFAULT_RESERVE_BYTES,
        limits: FetchLimits | None = None,
        look_up: LookUp = look_up,
        ca_file: Path | None = None,
        proxy: str | None = None,
    ) -> None:
        self._allow = AllowList.of(allow)
        self._free_space_bytes = free_space_bytes
        self._limits = limits or FetchLimits()
        self._look_up = look_up
        self._ca_file = ca_file or ca_bundle()
        self._proxy = None if proxy is None else parse_proxy(proxy)

    def admit(self, url: str) -> None:
        """Check a URL without touching the network; see ``VideoFetcher.admit``."""
        admit_url(url, allow=self._allow)

    def fetch(
        self,
        url: str,
        target: Path,
        *,
        limit_bytes: int,
        progress: FetchProgress,
        kind: Kind = "video",
        headers: RequestHeaders = (),
        known_as: str | None = None,
        note: Note = log,
    ) -> Fetched:
        """
        Download to ``target``; see ``VideoFetcher.fetch``.

        ``known_as`` stands for the source where its URL is another one each time, so that a later download
        knows what it may go on from. ``note`` is told what belongs in the log.
        """
        first = admit_url(url, allow=self._allow)
        space = DiskSpace(target.parent, self._free_space_bytes)
        source = hashlib.sha256((known_as or first.full).encode()).hexdigest()
        route = Route(
            first,
            headers=headers,
            allow=self._allow,
            look_up=self._look_up,
            ca_file=self._ca_file,
            proxy=self._proxy,
        )
        with PartFile(target, source=source, space=space, sync_every_s=self._limits.sync_every_s) as part:
            pulse = Pulse(part.showing(progress), self._limits, part_path(target))
            receiver = Receiver(part=part, pulse=pulse, space=space, kind=kind, limit_bytes=limit_bytes)
            download = Download(route, part=part, receiver=receiver, pulse=pulse, note=note)
            return _finished(download, part, target=target)


def _finished(download: Download, part: PartFile, *, target: Path) -> Fetched:
    """Run a download to its end; on failure keep what a later one can go on from, and only that."""
    try:
        download.run()
        filename, size_bytes, validator = part.filename, part.size_bytes, part.validator
        digest = part.finish()
    except BaseException as error:
        if part.validator is None or isinstance(error, _FOR_GOOD):
            part.discard()
        else:
            part.sync()
        raise
    return Fetched(
        path=target,
        size_bytes=size_bytes,
        sha256=digest,
        filename=filename,
        resumed=download.resumed,
        validator=validator,
    )
