"""
The bytes of a task's video: uploaded, fetched, or shared with a task that fetched the same.

Tasks with the same URL fetch one after the other, and only the first in earnest: what came of it while
they waited is theirs too, and later ones ask the source whether it still has the same bytes.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId
from kinodex.domain.limits import Limits
from kinodex.domain.request_headers import RequestHeaders
from kinodex.domain.tasks import Failure, Task
from kinodex.media.protocols import MediaReader
from kinodex.pipeline.steps.fetch_source import fetch_source, file_facts
from kinodex.pipeline.steps.look_early import EarlyLook
from kinodex.sources.protocols import Fetched, SourceSampler, VideoFetcher
from kinodex.stores.protocols import BlobStore, KnownBytes, KnownSource, Records
from kinodex.usecases.artifacts import Artifacts
from kinodex.usecases.blobs import source_key
from kinodex.usecases.claiming import Claims
from kinodex.usecases.reporting import Reporter

log = structlog.get_logger(__name__)

FAILURE_SHARED = timedelta(seconds=10)
"""Tasks made up to so long after a failed fetch get its answer; later ones ask the source again."""

_TOLD_AGAIN = (errors.FetchFailed, errors.UrlRefused, errors.VideoRejected)


class SameAnswer(errors.FetchFailed):
    """Another task has just got this answer from the same URL; it keeps its code."""

    def __init__(self, failure: Failure, *, task_id: TaskId, at: datetime) -> None:
        """Say what the answer was, and that it was another's."""
        asked = at.strftime("%H:%M:%S UTC")
        super().__init__(f"{failure.message} (This is what task {task_id} got from the same URL at {asked}.)")
        self.code = failure.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Brings the bytes of one task's video here."""

    task: Task
    limits: Limits
    maximum_bytes: int
    records: Records
    blobs: BlobStore
    fetcher: VideoFetcher
    media: MediaReader
    sampler: SourceSampler
    artifacts: Artifacts
    reporter: Reporter
    claims: Claims

    def receive(self) -> Fetched:
        """
        Make sure that the bytes lie in the blob store.

        Raises:
            UrlRefused, FetchFailed, VideoRejected, StorageFull: As the fetcher says.
            TaskWithdrawn: The task was deleted meanwhile.
        """
        url = self.task.source.url
        is_kept = self.task.attempt > 1 and self.artifacts.has_source()
        if url is None or is_kept:
            return file_facts(self.artifacts.source(), filename=self.task.filename)
        known = self._known(url)
        shared = self._shared(url, known)
        if shared is not None:
            return shared
        with self.claims.held(f"source {self._digest(url)}", waiting=self._waiting):
            news = [source for source in self._known(url) if source not in known]
            return self._shared(url, news) or self._fetched(url)

    @contextmanager
    def failures_noted(self) -> Iterator[None]:
        """Note what is wrong with the video, for the tasks that wait for the same URL."""
        try:
            yield
        except SameAnswer:
            raise
        except _TOLD_AGAIN as error:
            if self.task.source.url is not None:
                self._note(self.task.source.url, failure=Failure(error.code, error.message))
            raise

    def _waiting(self, holder: TaskId) -> None:
        self.reporter.waits_for(f"task {holder} is fetching the same URL")

    def _known(self, url: str) -> Sequence[KnownSource]:
        with self.records.read() as transaction:
            return transaction.sources.of(self._digest(url))

    def _shared(self, url: str, known: Sequence[KnownSource]) -> Fetched | None:
        """Return the bytes another task has brought, if they are those this one would get."""
        asked_at = self.task.updated_at
        for source in known:
            if source.failure is not None:
                self._tell_again(source, source.failure, asked_at=asked_at)
            elif source.found is not None and self._is_current(url, source, source.found, asked_at=asked_at):
                shared = self._copied(source.found)
                if shared is not None:
                    return shared
        return None

    def _tell_again(self, source: KnownSource, failure: Failure, *, asked_at: datetime) -> None:
        is_anothers = source.task_id != self.task.id and source.generation == self.task.generation
        if is_anothers and asked_at - FAILURE_SHARED <= source.at <= now():
            raise SameAnswer(failure, task_id=source.task_id, at=source.at)

    def _is_current(self, url: str, source: KnownSource, found: KnownBytes, *, asked_at: datetime) -> bool:
        if source.task_id == self.task.id:
            return True
        # What seems to come from the future is from before the clock was set back: nothing is known of it.
        if asked_at <= source.at <= now():
            self.reporter.note(f"The bytes came with task {source.task_id}, which fetched the same URL.")
            return True
        if found.validator is None or not self._has_validator(url, found):
            return False
        self.reporter.note(f"The bytes were not fetched again: they are those of task {source.task_id}.")
        return True

    def _has_validator(self, url: str, found: KnownBytes) -> bool:
        try:
            sample = self.sampler.sample(url, start=0, length=1, headers=self.task.source.headers)
        except errors.KinodexError as error:
            log.info("the source could not be asked for its validator", code=error.code)
            return False  # the fetch that follows says what is wrong
        return sample.validator == found.validator and sample.total_bytes in {None, found.size_bytes}

    def _copied(self, found: KnownBytes) -> Fetched | None:
        """Take the bytes over; ``None`` if they are gone."""
        if found.video_id != self.task.video_id:
            try:
                self.blobs.copy(source_key(found.video_id), source_key(self.task.video_id))
            except FileNotFoundError:
                return None
        if self.blobs.size(source_key(self.task.video_id)) != found.size_bytes:
            return None
        return Fetched(
            path=self.artifacts.source(),
            size_bytes=found.size_bytes,
            sha256=found.sha256,
            filename=found.filename,
            validator=found.validator,
        )

    def _fetched(self, url: str) -> Fetched:
        fetched = fetch_source(
            url,
            self.artifacts.folder.source,
            fetcher=self.fetcher,
            limit_bytes=min(self.maximum_bytes, self.limits.maximum_size_bytes),
            progress=self.reporter.progress,
            waiting=self.reporter.waits_for,
            received=self.reporter.received,
            headers=self.task.source.headers,
            look=EarlyLook(self.media, self.limits),
        )
        self.artifacts.keep_source()
        found = KnownBytes(
            video_id=self.task.video_id,
            sha256=fetched.sha256,
            size_bytes=fetched.size_bytes,
            filename=fetched.filename,
            validator=fetched.validator,
        )
        self._note(url, found=found)
        return fetched

    def _note(self, url: str, *, found: KnownBytes | None = None, failure: Failure | None = None) -> None:
        source = KnownSource(
            digest=self._digest(url),
            generation=self.task.generation,
            task_id=self.task.id,
            at=now(),
            found=found,
            failure=failure,
        )
        with self.records.write() as transaction:
            self.reporter.require(transaction)
            transaction.sources.put(source)

    def _digest(self, url: str) -> str:
        return source_digest(url, self.task.source.headers)


def source_digest(url: str, headers: RequestHeaders) -> str:
    """Return what stands for a URL and its headers, which may be secret and are not kept: SHA-256 in hex."""
    return hashlib.sha256(json.dumps([url, *headers]).encode()).hexdigest()
