"""Fetching in a process of its own, so that nothing a host sends is read where the database is open."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import structlog

from kinodex.domain import lifelines
from kinodex.domain.errors import DownloadLost, FetchTimedOut
from kinodex.domain.request_headers import RequestHeaders
from kinodex.processes.child import Child, EndlessLine, child
from kinodex.sources.bucket_links import BucketLinks, is_bucket_url
from kinodex.sources.config import FetchConfig
from kinodex.sources.crossing import unpacked
from kinodex.sources.curl import fetcher_of
from kinodex.sources.messages import Brought, Failed, Here, Job, Noted, Reply, encode_job
from kinodex.sources.part import part_path, record_path
from kinodex.sources.protocols import Fetched, FetchedSoFar, FetchProgress, Kind

log = structlog.get_logger(__name__)

MOST_CHILDREN = 3
"""A download whose process dies goes on in another one, so often in all."""
_SLACK_S = 120.0
"""Beyond the total clock, which the child keeps: to start, to hash what is here, to sync a large file."""


class SeparateFetcher:
    """
    A ``VideoFetcher`` that downloads in a child process, one for each file. Safe to share between threads.

    Args:
        config: How videos are fetched.
        links: Makes links to what lies in buckets; without it, none are fetched from.

    Raises:
        ParameterInvalid: An entry of the configuration cannot be used.
    """

    def __init__(self, config: FetchConfig, *, links: BucketLinks | None = None) -> None:
        self._config = config
        self._here = fetcher_of(config)
        self._links = links

    def admit(self, url: str) -> None:
        """Check a URL without touching the network; see ``VideoFetcher.admit``."""
        if self._links is not None and is_bucket_url(url):
            self._links.admit(url)
        else:
            self._here.admit(url)

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
        Download to ``target``; see ``VideoFetcher.fetch``.

        Raises:
            DownloadLost: One child after the other ended without an answer.
        """
        self.admit(url)
        job = Job(
            parent=os.getpid(),
            config=self._config,
            url=url,
            target=target.absolute(),
            limit_bytes=limit_bytes,
            kind=kind,
            headers=headers,
        )
        if self._links is not None and is_bucket_url(url):
            job = _linked(job, self._links)
        try:
            return self._brought(job, progress)
        except BaseException:
            _discard_unless_of_use(target)
            raise

    def _brought(self, job: Job, progress: FetchProgress) -> Fetched:
        began_at, total_s = time.monotonic(), self._config.limits.total_s
        for number in range(1, MOST_CHILDREN + 1):
            left_s = total_s - (time.monotonic() - began_at)
            limits = replace(job.config.limits, total_s=max(0.0, left_s))
            try:
                return _run(msgspec.structs.replace(job, config=replace(job.config, limits=limits)), progress)
            except DownloadLost as error:
                if number == MOST_CHILDREN or left_s <= 0:
                    raise
                log.warning("a downloading process was lost, another goes on", reason=error.message)
        raise AssertionError("the last child answers or raises")


def _linked(job: Job, links: BucketLinks) -> Job:
    """Return a job whose URL is a link to what lies in a bucket, good for as long as the job may take."""
    link = links.link(links.admit(job.url), valid_s=job.config.limits.total_s + _SLACK_S)
    allow = job.config.allow
    if links.has_own_endpoint:
        host = f"[{link.host}]" if ":" in link.host else link.host
        allow = (*allow, f"{host}:{link.port}")
    config = replace(job.config, allow=allow)
    return msgspec.structs.replace(job, url=link.full, known_as=job.url, config=config)


def _run(job: Job, progress: FetchProgress) -> Fetched:
    """Run one child to its end."""
    ends_at = time.monotonic() + job.config.limits.total_s + _SLACK_S
    with child("kinodex.sources.child", encode_job(job)) as process:
        try:
            answer = _heed(_replies(process, ends_at), progress, path=part_path(job.target))
            bad_end = process.end(ends_at=ends_at)
        except TimeoutError as error:
            raise FetchTimedOut(
                f"The download did not end within {job.config.limits.total_s:g} s."
            ) from error
        except (msgspec.DecodeError, EndlessLine, LookupError) as error:
            raise DownloadLost("said something that cannot be understood") from error
    if answer is None:
        raise DownloadLost(bad_end or "gave no answer")
    return Fetched(path=job.target, **msgspec.structs.asdict(answer))


def _heed(replies: Iterator[Reply | None], progress: FetchProgress, *, path: Path) -> Brought | None:
    """
    Pass progress and log on; return the answer if there is one.

    Raises:
        KinodexError: The child says so.
    """
    so_far = FetchedSoFar(path, 0)
    for reply in replies:
        match reply:
            case Brought():
                return reply
            case Failed():
                raise unpacked(reply)
            case Noted():
                getattr(log, reply.level)(reply.event, **reply.fields)
                continue
            case Here():
                if reply.waits_for is not None or reply.size_bytes != so_far.size_bytes:
                    lifelines.moved()
                so_far = FetchedSoFar(path, reply.size_bytes, reply.total_bytes, reply.waits_for)
        lifelines.check()
        progress(so_far)
    return None


def _replies(process: Child, ends_at: float) -> Iterator[Reply | None]:
    for line in process.lines(ends_at=ends_at, tick_s=1.0):
        yield None if line is None else msgspec.json.decode(line, type=Reply)


def _discard_unless_of_use(target: Path) -> None:
    """Remove bytes that have no record, as a child that is killed leaves them: nobody can go on from them."""
    if not record_path(target).exists():
        part_path(target).unlink(missing_ok=True)
