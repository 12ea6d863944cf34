"""Tasks: from a URL or a file to a searchable video, watched by the client."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.assets import Asset, AssetKind, AssetStatus
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId, IndexId, KeyId, TaskId, VideoId, new_id
from kinodex.domain.languages import LANGUAGES
from kinodex.domain.limits import Limits, check_facts
from kinodex.domain.listing import Listing, Page
from kinodex.domain.media import MediaFacts
from kinodex.domain.names import filename_of_url
from kinodex.domain.request_headers import PARAMETER, RequestHeaders
from kinodex.domain.tasks import Task, TaskStatus, VideoSource
from kinodex.domain.videos import MetadataValue, check_user_metadata
from kinodex.jobs.protocols import Jobs
from kinodex.media.protocols import MediaReader
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records, StepRecord, Transaction
from kinodex.usecases.blobs import asset_key, source_key, transcript_key, video_prefix
from kinodex.usecases.decoder_losses import LOSSES
from kinodex.usecases.estimates import forecast
from kinodex.usecases.indexes import require_index
from kinodex.usecases.purging import LONGEST_UPLOAD, Purging, announce_bytes, purge_videos
from kinodex.usecases.queueing import with_reasons

BUSY_RETRY_S = 30


@dataclass(frozen=True, slots=True)
class Room:
    """How many tasks may wait: of one key, and of all."""

    of_key: int = 1_000
    of_all: int = 10_000

    def check(self, transaction: Transaction, key_id: KeyId | None) -> None:
        """
        Return if one more task may wait.

        Raises:
            Overloaded: The key has as many waiting as it may.
            ServerOverloaded: The server has.
        """
        if key_id is not None and (waiting := transaction.tasks.count_unfinished(key_id)) >= self.of_key:
            reason = f"{waiting} tasks of this key are waiting already, and {self.of_key} may."
            raise errors.Overloaded(reason, retry_after_s=BUSY_RETRY_S)
        if (waiting := transaction.tasks.count_unfinished(None)) >= self.of_all:
            reason = f"{waiting} tasks are waiting already, and {self.of_all} may."
            raise errors.ServerOverloaded(reason, retry_after_s=BUSY_RETRY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequest:
    """
    What a caller asks for besides the video itself.

    ``url_headers`` go with the requests for a video at a URL.
    ``transcript`` holds the bytes of an SRT or WebVTT file; ``generation`` is the API version. A request
    that has to run again carries the same ``task_id`` and gets the task it made.
    """

    index_id: IndexId
    generation: str
    task_id: TaskId = field(default_factory=lambda: TaskId(new_id()))
    url_headers: RequestHeaders = field(default=(), repr=False)
    language: str = "en"
    transcript: bytes | None = None
    transcript_url: str | None = field(default=None, repr=False)
    keep_stream: bool = True
    user_metadata: Mapping[str, MetadataValue] | None = None
    request_id: str | None = None
    key_id: KeyId | None = None


class Tasks:
    """Tasks, as a client sees them."""

    def __init__(
        self,
        *,
        records: Records,
        blobs: BlobStore,
        jobs: Jobs,
        fetcher: VideoFetcher,
        media: MediaReader,
        limits: Mapping[str, Limits],
        uploads: Path,
        workers: int,
        purging: Purging,
        room: Room | None = None,
    ) -> None:
        self._records = records
        self._blobs = blobs
        self._jobs = jobs
        self._fetcher = fetcher
        self._media = media
        self._limits = limits
        self._uploads = uploads
        self._workers = workers
        self._purging = purging
        self._room = room or Room()

    def create_from_url(self, request: TaskRequest, url: str) -> Task:
        """
        Start indexing the video at a public URL; the bytes are fetched by a worker.

        Raises:
            UrlRefused: The address is not acceptable.
            NotFound: No such index.
            ParameterInvalid: Language or metadata that cannot be used.
            Overloaded: Too many tasks are waiting.
        """
        if (made := self._made_before(request)) is not None:
            return made
        self._check_request(request)
        address = url.strip()
        self._fetcher.admit(address)
        if request.url_headers and address.lower().startswith("s3:"):
            raise errors.ParameterInvalid(PARAMETER, "headers can be sent to http and https URLs only")
        return self._add(
            request,
            source=VideoSource(url=address, headers=request.url_headers),
            filename=filename_of_url(address),
            status=TaskStatus.UPLOADING,
        )

    def new_upload(self) -> Path:
        """Return a fresh path to write an uploaded file to, for ``create_from_file``."""
        self._uploads.mkdir(parents=True, exist_ok=True)
        return self._uploads / new_id()

    def discard_uploads(self) -> None:
        """Remove what uploads left behind that a crash cut off; to be called before any begins."""
        shutil.rmtree(self._uploads, ignore_errors=True)

    def maximum_upload_bytes(self, generation: str) -> int:
        """Return the size limit of a file sent under an API version, in bytes."""
        return self._limits[generation].maximum_size_bytes

    def create_from_file(self, request: TaskRequest, path: Path, *, filename: str) -> Task:
        """
        Start indexing a file that lies at ``path``, which this call takes over.

        The file is looked at first: what is wrong with it is said here and leaves no task.

        Raises:
            VideoRejected: Not a video, or one that breaks a requirement.
            NotFound: No such index.
            ParameterInvalid: Language or metadata that cannot be used.
            Overloaded: Too many tasks are waiting.
            UploadExpired: It took so long that the bytes have been removed.
        """
        try:
            if (made := self._made_before(request)) is not None:
                return made
            self._check_request(request)
            facts = self._media.probe(path)
            check_facts(facts, self._limits[request.generation])
            video_id = self._announced()
            self._blobs.put_file(source_key(video_id), path)
        finally:
            path.unlink(missing_ok=True)
        return self._add(
            request,
            source=VideoSource(upload_blob=source_key(video_id)),
            filename=filename,
            status=TaskStatus.PENDING,
            video_id=video_id,
            facts=facts,
        )

    def create_from_asset(self, request: TaskRequest, asset_id: AssetId) -> Task:
        """
        Start indexing an asset; its bytes are shared, so the asset may be deleted afterwards.

        Raises:
            NotFound: No such index or asset.
            ParameterInvalid: The asset is not ready, or metadata that cannot be used.
            VideoRejected: It is no video, or one that breaks a requirement.
            Overloaded: Too many tasks are waiting.
        """
        self._check_request(request)
        with self._records.read() as transaction:
            asset = transaction.assets.get(asset_id)
        if asset is None:
            raise errors.NotFound("asset", asset_id)
        facts = self._facts_of(asset, request)
        video_id = self._announced()
        try:
            self._blobs.copy(asset_key(asset_id), source_key(video_id))
        except FileNotFoundError as error:  # it was deleted at this moment
            raise errors.NotFound("asset", asset_id) from error
        return self._add(
            request,
            source=VideoSource(upload_blob=source_key(video_id)),
            filename=asset.filename,
            status=TaskStatus.PENDING,
            video_id=video_id,
            facts=facts,
            asset_id=asset_id,
        )

    def _facts_of(self, asset: Asset, request: TaskRequest) -> MediaFacts:
        if asset.status is not AssetStatus.READY or asset.technical is None or asset.kind is None:
            raise errors.ParameterInvalid("asset_id", f"the asset {asset.id} is {asset.status}, not ready")
        if asset.technical.video is None:
            raise errors.AssetKindWrong(AssetKind.VIDEO, asset.kind)
        check_facts(asset.technical.video, self._limits[request.generation])
        return asset.technical.video

    def get(self, task_id: TaskId) -> Task:
        """
        Return a task.

        Raises:
            NotFound: If there is none.
        """
        with self._records.read() as transaction:
            task = transaction.tasks.get(task_id)
            if task is None:
                raise errors.NotFound("task", task_id)
            return self._with_forecasts(transaction, [task])[0]

    def steps(self, task_id: TaskId) -> Sequence[StepRecord]:
        """Return what was done for a task so far: steps, attempts, seconds."""
        self.get(task_id)
        with self._records.read() as transaction:
            return [step for step in transaction.steps.of_task(task_id) if step.step != LOSSES]

    def list(self, listing: Listing) -> Page[Task]:
        """Return a page of tasks."""
        with self._records.read() as transaction:
            page = transaction.tasks.list(listing)
            return Page(self._with_forecasts(transaction, page.items), page.total)

    def count_by_status(self, index_id: IndexId) -> Mapping[TaskStatus, int]:
        """
        Count the tasks of an index.

        Raises:
            NotFound: No such index.
        """
        with self._records.read() as transaction:
            require_index(transaction, index_id)
            return transaction.tasks.count_by_status(index_id)

    def delete(self, task_id: TaskId) -> None:
        """
        Remove the record of a task that ended and whose video is gone.

        Raises:
            NotFound: No such task.
            TaskNotDeletable: It is running, or its video is still there.
        """
        with self._records.write() as transaction:
            task = transaction.tasks.get(task_id)
            if task is None:
                raise errors.NotFound("task", task_id)
            if not task.status.is_final:
                raise errors.TaskNotDeletable(f"it is {task.status}; only ready and failed tasks can be")
            if transaction.videos.get(task.index_id, task.video_id) is not None:
                raise errors.TaskNotDeletable(f"delete its video {task.video_id} first")
            transaction.tasks.delete(task_id)
            purge_videos(transaction, [task.video_id], are_worked_on=False)
        self._purging.soon()

    def _with_forecasts(self, transaction: Transaction, tasks: Sequence[Task]) -> Sequence[Task]:
        if all(task.status.is_final for task in tasks):
            return tasks
        # Only a task that waits depends on the others: a client that polls a running one reads no queue.
        is_queue_needed = any(task.step is None and not task.status.is_final for task in tasks)
        unfinished = transaction.tasks.unfinished() if is_queue_needed else ()
        rates, at = transaction.steps.rates(), now()
        tasks = with_reasons(self._jobs, tasks)
        return [
            task
            if task.status.is_final
            else replace(
                task,
                estimated_ready_at=forecast(
                    task, unfinished=unfinished, rates=rates, workers=self._workers, at=at
                ),
            )
            for task in tasks
        ]

    def _made_before(self, request: TaskRequest) -> Task | None:
        with self._records.read() as transaction:
            return transaction.tasks.get(request.task_id)

    def _check_request(self, request: TaskRequest) -> None:
        if request.language not in LANGUAGES:
            raise errors.ParameterInvalid("language", f"{request.language!r} is not an ISO 639-1 code")
        if request.transcript_url is not None:
            self._fetcher.admit(request.transcript_url)
        check_user_metadata(request.user_metadata or {})
        with self._records.read() as transaction:
            require_index(transaction, request.index_id)
            self._room.check(transaction, request.key_id)

    def _add(
        self,
        request: TaskRequest,
        *,
        source: VideoSource,
        filename: str,
        status: TaskStatus,
        video_id: VideoId | None = None,
        facts: MediaFacts | None = None,
        asset_id: AssetId | None = None,
    ) -> Task:
        task_id, transcript_blob = request.task_id, None
        is_announced = video_id is not None or request.transcript is not None
        video_id = video_id or (self._announced() if is_announced else VideoId(new_id()))
        if request.transcript is not None:
            transcript_blob = transcript_key(video_id)
            self._blobs.put_bytes(transcript_blob, request.transcript)
        created_at = now()
        with self._records.write() as transaction:
            require_index(transaction, request.index_id)
            if is_announced and not transaction.purges.spare(video_prefix(video_id)):
                raise errors.UploadExpired(LONGEST_UPLOAD.total_seconds())
            self._room.check(transaction, request.key_id)
            task = Task(
                id=task_id,
                index_id=request.index_id,
                video_id=video_id,
                status=status,
                source=source,
                filename=filename,
                generation=request.generation,
                created_at=created_at,
                updated_at=created_at,
                estimated_ready_at=created_at,
                language=request.language,
                transcript_blob=transcript_blob,
                transcript_url=request.transcript_url,
                keep_stream=request.keep_stream,
                user_metadata=tuple(sorted((request.user_metadata or {}).items())),
                duration_s=facts.duration_s if facts else None,
                width_px=facts.width_px if facts else None,
                height_px=facts.height_px if facts else None,
                size_bytes=facts.size_bytes if facts else None,
                request_id=request.request_id,
                asset_id=asset_id,
                key_id=request.key_id,
            )
            (task,) = self._with_forecasts(transaction, [task])
            transaction.tasks.add(task)
            self._jobs.enqueue(task_id, transaction=transaction.handle)
        return task

    def _announced(self) -> VideoId:
        """Return the id of a new video whose bytes go again unless it gets a record."""
        video_id = VideoId(new_id())
        with self._records.write() as transaction:
            announce_bytes(transaction, video_id)
        return video_id
