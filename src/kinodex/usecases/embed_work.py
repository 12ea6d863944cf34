"""The work behind an embedding task, safe to kill at any point."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog

from kinodex.domain import errors, lifelines
from kinodex.domain.arrays import Vectors
from kinodex.domain.clock import now
from kinodex.domain.embeddings import Embedded, EmbedOption, EmbedScope, EmbedStatus, EmbedTask
from kinodex.domain.ids import EmbedTaskId, TaskId
from kinodex.domain.limits import Limits, check_facts
from kinodex.domain.media import Decoded, MediaFacts
from kinodex.domain.names import clean_filename
from kinodex.domain.tasks import Failure
from kinodex.domain.timeline import Span, Utterance
from kinodex.engines.executor import Executor
from kinodex.jobs.protocols import Checkpoints
from kinodex.media.protocols import MediaReader
from kinodex.pipeline.folder import WorkFolder
from kinodex.pipeline.steps.embed_clips import clips_of, visual_vector
from kinodex.pipeline.steps.embed_pictures import embed_pictures
from kinodex.pipeline.steps.time_frames import shown_spans
from kinodex.pipeline.steps.transcribe import transcribe
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.blobs import (
    embedded_key,
    embedding_prefix,
    embedding_source_key,
    embedding_source_prefix,
)
from kinodex.usecases.purging import Purging, purge_prefixes

log = structlog.get_logger(__name__)

Outcome = dict[str, Any]
Part = tuple[EmbedScope, Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedWork:
    """Makes the vectors of embedding tasks; ``folders`` holds their files meanwhile."""

    records: Records
    blobs: BlobStore
    executor: Executor
    media: MediaReader
    fetcher: VideoFetcher
    limits: Limits
    maximum_bytes: int
    folders: Path
    purging: Purging

    def takes(self, job: TaskId) -> bool:
        """Return whether a job is that of an embedding task."""
        with self.records.read() as transaction:
            return transaction.embed_tasks.get(EmbedTaskId(job)) is not None

    def run(self, job: TaskId, checkpoints: Checkpoints) -> None:
        """
        Do the work of a task that is not final.

        Raises:
            KinodexError: Why it cannot be done; the caller records it with ``fail``.
            TaskWithdrawn: The task has ended meanwhile; nothing is left behind.
        """
        with self.records.read() as transaction:
            task = transaction.embed_tasks.get(EmbedTaskId(job))
        if task is None or task.status is not EmbedStatus.PROCESSING:
            return
        folder = WorkFolder(self.folders / task.id)
        folder.create()
        with structlog.contextvars.bound_contextvars(embed_task_id=task.id, request_id=task.request_id):
            brought = checkpoints.run("fetch", lambda: self._fetch(task, folder))
            facts = msgspec.convert(checkpoints.run("probe", lambda: self._probe(task, folder)), MediaFacts)
            done = checkpoints.run("embed", lambda: self._embed(task, folder, facts))
            try:
                checkpoints.run("publish", lambda: self._publish(task, brought, done))
            except errors.TaskWithdrawn:
                self._discard(task.id)
                raise
            log.info("embedding task ready")
        folder.remove()
        self.purging.soon()

    def fail(self, job: TaskId, failure: Failure) -> None:
        """Record why a task failed, and remove its bytes."""
        with self.records.write() as transaction:
            task = transaction.embed_tasks.get(EmbedTaskId(job))
            if task is None or task.status is not EmbedStatus.PROCESSING:
                return
            ended = replace(task, status=EmbedStatus.FAILED, failure=failure, updated_at=now())
            if not transaction.embed_tasks.replace(_without_query(ended)):
                return
            purge_prefixes(transaction, [embedding_prefix(task.id)], are_worked_on=False)
        log.warning("embedding task failed", embed_task_id=job, code=failure.code, reason=failure.message)
        shutil.rmtree(self.folders / job, ignore_errors=True)
        self.purging.soon()

    def sweep(self) -> None:
        """Remove working folders that no unfinished task needs."""
        folders = list(self.folders.glob("*"))
        with self.records.read() as transaction:
            for folder in folders:
                task = transaction.embed_tasks.get(EmbedTaskId(folder.name))
                if task is None or task.status is not EmbedStatus.PROCESSING:
                    shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, task: EmbedTask, folder: WorkFolder) -> Outcome:
        if task.url is None:
            return {"filename": task.filename}
        limit_bytes = min(self.maximum_bytes, self.limits.maximum_size_bytes)
        fetched = self.fetcher.fetch(
            task.url, folder.source, limit_bytes=limit_bytes, progress=lambda _sofar: None
        )
        self.blobs.put_file(embedding_source_key(task.id), folder.source)
        return {"filename": clean_filename(fetched.filename)}

    def _probe(self, task: EmbedTask, folder: WorkFolder) -> Outcome:
        source = self._source(task, folder)
        lifelines.works_on(video_s=None, size_bytes=source.stat().st_size)
        facts = self.media.probe(source)
        check_facts(facts, self.limits)
        return asdict(facts)

    def _embed(self, task: EmbedTask, folder: WorkFolder, facts: MediaFacts) -> Outcome:
        lifelines.works_on(video_s=facts.duration_s, size_bytes=facts.size_bytes)
        decoded = self.media.load_decoded(folder.decoded) or self.media.decode(
            self._source(task, folder), folder.decoded, facts=facts, progress=_ignore
        )
        if task.wanted.start_s >= decoded.duration_s:
            raise errors.ParameterInvalid(
                "start", f"{task.wanted.start_s:g} s is outside the {decoded.duration_s:.2f} s of the video"
            )
        parts = _parts(task, decoded)
        found: list[Embedded] = []
        if EmbedOption.VISUAL in task.wanted.options:
            found += self._seen(folder, decoded, parts)
        if EmbedOption.TRANSCRIPTION in task.wanted.options:
            found += self._said(folder, decoded, parts)
        lifelines.check()
        self.blobs.put_bytes(embedded_key(task.id), msgspec.msgpack.encode(found))
        return {"duration_s": decoded.duration_s}

    def _seen(self, folder: WorkFolder, decoded: Decoded, parts: Sequence[Part]) -> Iterator[Embedded]:
        vectors = embed_pictures(
            folder.decoded, decoded.frames, media=self.media, executor=self.executor, progress=_ignore
        )
        shown, space = shown_spans(decoded), self.executor.meaning_space.id
        for scope, span in parts:
            vector = visual_vector(vectors, shown, span)
            if vector is not None:
                yield _embedded(EmbedOption.VISUAL, scope, span, space=space, vector=vector)

    def _said(self, folder: WorkFolder, decoded: Decoded, parts: Sequence[Part]) -> Iterator[Embedded]:
        utterances = transcribe(
            folder.decoded, decoded, media=self.media, executor=self.executor, progress=_ignore
        )
        texts = [(scope, span, _words(utterances, span)) for scope, span in parts]
        spoken = [(scope, span, text) for scope, span, text in texts if text]
        vectors = self.executor.embed_sentences([text for _, _, text in spoken])
        space = self.executor.sentence_space.id
        for (scope, span, _), vector in zip(spoken, vectors, strict=True):
            yield _embedded(EmbedOption.TRANSCRIPTION, scope, span, space=space, vector=vector)

    def _publish(self, task: EmbedTask, brought: Outcome, done: Outcome) -> Outcome:
        ready = replace(
            _without_query(task),
            status=EmbedStatus.READY,
            filename=brought["filename"],
            duration_s=done["duration_s"],
            updated_at=now(),
        )
        with self.records.write() as transaction:
            lifelines.check()
            if not transaction.embed_tasks.replace(ready):
                raise errors.TaskWithdrawn
            purge_prefixes(transaction, [embedding_source_prefix(task.id)], are_worked_on=False)
        return {}

    def _discard(self, task_id: EmbedTaskId) -> None:
        """Remove what was written for a task after its failure had its bytes removed."""
        with self.records.write() as transaction:
            current = transaction.embed_tasks.get(task_id)
            if current is None or current.status is EmbedStatus.FAILED:
                purge_prefixes(transaction, [embedding_prefix(task_id)], are_worked_on=False)
        shutil.rmtree(self.folders / task_id, ignore_errors=True)
        self.purging.soon()

    def _source(self, task: EmbedTask, folder: WorkFolder) -> Path:
        if not folder.source.exists():  # uploaded, or fetched by another machine
            self.blobs.fetch_to(embedding_source_key(task.id), folder.source)
        return folder.source


def _parts(task: EmbedTask, decoded: Decoded) -> list[Part]:
    wanted, duration_s = task.wanted, decoded.duration_s
    end_s = duration_s if wanted.end_s is None else min(wanted.end_s, duration_s)
    parts: list[Part] = []
    if EmbedScope.CLIP in wanted.scopes:
        parts += [(EmbedScope.CLIP, span) for span in clips_of(decoded.shots, duration_s, wanted)]
    if EmbedScope.VIDEO in wanted.scopes:
        parts.append((EmbedScope.VIDEO, Span(wanted.start_s, end_s)))
    return parts


def _words(utterances: Sequence[Utterance], span: Span) -> str:
    return " ".join(each.text for each in utterances if each.span.overlaps(span))


def _embedded(option: EmbedOption, scope: EmbedScope, span: Span, *, space: str, vector: Vectors) -> Embedded:
    return Embedded(
        option=option,
        scope=scope,
        start_s=span.start_s,
        end_s=span.end_s,
        space=space,
        vector=vector.astype("<f4").tobytes(),
    )


def _without_query(task: EmbedTask) -> EmbedTask:
    url = None if task.url is None else task.url.partition("?")[0].partition("#")[0]
    return replace(task, url=url)


def _ignore(_share: float) -> None:
    """Embedding tasks tell no progress."""
