"""Whether records and bytes agree, and what can be mended where they do not."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.indexes import Index
from kinodex.domain.listing import Listing
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.domain.warnings import VideoWarning
from kinodex.pipeline.folder import folder_name
from kinodex.stores.protocols import BlobStore, Records, Transaction, VectorManifest
from kinodex.usecases.asset_consistency import AssetConsistency, Holdings
from kinodex.usecases.blobs import (
    PREFIXES,
    artifact_key,
    frames_key,
    owner_prefix,
    playlist_key,
    source_key,
    stream_key,
    video_prefix,
)
from kinodex.usecases.findings import Finding, Mend
from kinodex.usecases.publishing import final_event
from kinodex.usecases.purging import Purging, purge_prefixes

EVENTS_CHECKED = timedelta(hours=24)
"""Events are removed in the end; those of tasks that ended within this time are still there."""

_PAGE = 1000

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Contents:
    """Everything one index holds."""

    index: Index
    tasks: Sequence[Task]
    videos: Sequence[Video]
    manifests: Sequence[VectorManifest]


class Consistency:
    """Compares records with bytes; may run beside servers and workers where the database allows it."""

    def __init__(self, *, records: Records, blobs: BlobStore, purging: Purging, folders: Path) -> None:
        """
        Use the stores.

        Args:
            records: The database.
            blobs: The bytes.
            purging: Removes bytes that belong to nothing.
            folders: Where videos are worked on, on this machine; assets and embedding tasks beside it.
        """
        self._records = records
        self._blobs = blobs
        self._purging = purging
        self._places = (folders, folders.with_name("intake"), folders.with_name("embed"))

    def check(self, *, repair: bool = False) -> Sequence[Finding]:
        """
        Return what does not agree; empty if everything does.

        Args:
            repair: Mend what can be mended without losing anything a user could still have.
        """
        found = list(self._found())
        if repair:
            for mend in found:
                if mend.repair is not None:
                    mend.repair()
            self._purging.sweep()
        return [mend.told(is_repaired=repair) for mend in found]

    def _found(self) -> Iterator[Mend]:
        for sentence in self._records.damage():
            yield Mend(Finding(kind="database_damaged", subject="database", sentence=sentence))
        # Bytes and folders first: what comes up later has its record before its bytes.
        keys = self._keys()
        folders = [folder for place in self._places for folder in place.glob("*")]
        with self._records.read() as transaction:
            contents = list(_contents(transaction))
            holdings = Holdings.read(transaction)
            noted = set(transaction.purges.prefixes())
            told = set(_told(transaction))
        owned = set(map(video_prefix, _with_bytes(contents))) | holdings.prefixes()
        yield from self._without_record(keys, owned | noted)
        yield from self._folders_without_task(folders, _worked_on(contents) | holdings.under_way())
        for content in contents:
            yield from self._without_bytes(content, keys)
            yield from self._not_playable(content, keys)
            yield from self._vectors_lost(content)
            yield from self._not_told(content, told)
        yield from AssetConsistency(self._records, self._blobs).found(holdings, keys)

    def _keys(self) -> dict[str, list[str]]:
        """Return all keys by the prefix of what they belong to, such as ``videos/<id>/``."""
        keys: dict[str, list[str]] = {}
        for root in PREFIXES:
            for key in self._blobs.list(root):
                keys.setdefault(owner_prefix(key), []).append(key)
        return keys

    def _without_record(self, keys: dict[str, list[str]], known: set[str]) -> Iterator[Mend]:
        for prefix, blobs in keys.items():
            if prefix in known or all(self._blobs.size(key) is None for key in blobs):
                continue  # the latter have been removed in good order meanwhile
            finding = Finding(
                kind="bytes_without_record",
                subject=prefix,
                sentence=f"{len(blobs)} blobs belong to nothing that is recorded.",
            )
            yield Mend(finding, partial(self._purge, prefix))

    def _folders_without_task(self, folders: Sequence[Path], under_way: set[str]) -> Iterator[Mend]:
        for folder in folders:
            if folder.name not in under_way and folder.exists():
                finding = Finding(
                    kind="folder_without_task",
                    subject=str(folder),
                    sentence="The working folder belongs to no unfinished task.",
                )
                yield Mend(finding, partial(shutil.rmtree, folder, ignore_errors=True))

    def _without_bytes(self, content: _Contents, keys: dict[str, list[str]]) -> Iterator[Mend]:
        for video in content.videos:
            missing = [
                key
                for key in (source_key(video.id), frames_key(video.id), artifact_key(video.id, "decoded"))
                if key not in keys.get(video_prefix(video.id), ()) and self._blobs.size(key) is None
            ]
            if missing:
                sentence = (
                    f"{', '.join(missing)} of a ready video is gone; delete the video and send it again."
                )
                yield Mend(Finding(kind="video_without_bytes", subject=video.id, sentence=sentence))
            elif (size := self._blobs.size(source_key(video.id))) != video.facts.size_bytes:
                had = video.facts.size_bytes
                sentence = f"Its file has {size} bytes and had {had}; delete it and send it again."
                yield Mend(Finding(kind="video_without_bytes", subject=video.id, sentence=sentence))
        for task in content.tasks:
            blob = task.source.upload_blob
            if not task.status.is_final and blob is not None and self._blobs.size(blob) is None:
                sentence = f"Its upload {blob} is gone; the task will fail. Send the file again."
                yield Mend(Finding(kind="upload_without_bytes", subject=task.id, sentence=sentence))

    def _not_playable(self, content: _Contents, keys: dict[str, list[str]]) -> Iterator[Mend]:
        for video in content.videos:
            here = keys.get(video_prefix(video.id), ())
            needed = (stream_key(video.id), playlist_key(video.id)) if video.is_playable else ()
            missing = [key for key in needed if key not in here and self._blobs.size(key) is None]
            if missing:
                sentence = f"{', '.join(missing)} of a video that can be played is gone."
                finding = Finding(kind="playback_without_bytes", subject=video.id, sentence=sentence)
                yield Mend(finding, partial(self._stop_playing, video))

    def _vectors_lost(self, content: _Contents) -> Iterator[Mend]:
        for manifest in content.manifests:
            problem = self._problem(manifest)
            if problem is None:
                continue
            finding = Finding(
                kind="vectors_lost",
                subject=manifest.blob,
                sentence=f"The {manifest.modality.value} vectors of video {manifest.video_id} {problem}.",
            )
            yield Mend(finding, partial(self._withdraw, content.index.id, manifest))

    def _problem(self, manifest: VectorManifest) -> str | None:
        try:
            content = self._blobs.get_bytes(manifest.blob)
        except FileNotFoundError:
            return "are gone"
        return None if sha256(content).hexdigest() == manifest.sha256 else "do not match their checksum"

    def _not_told(self, content: _Contents, told: set[str]) -> Iterator[Mend]:
        since = now() - EVENTS_CHECKED
        for task in content.tasks:
            if task.status.is_final and task.updated_at > since and task.id not in told:
                finding = Finding(
                    kind="event_missing",
                    subject=task.id,
                    sentence=f"The task is {task.status.value} and no event says so.",
                )
                yield Mend(finding, partial(self._tell, task, content.index))

    def _purge(self, prefix: str) -> None:
        with self._records.write() as transaction:
            purge_prefixes(transaction, [prefix], are_worked_on=False)

    def _withdraw(self, index_id: IndexId, manifest: VectorManifest) -> None:
        """Take lost vectors out of search, and let their video say that it is found by less now."""
        with self._records.write() as transaction:
            transaction.manifests.remove(manifest)
            video = transaction.videos.get(index_id, manifest.video_id)
            if video is not None:
                sentence = (
                    f"Its {manifest.modality.value} vectors in the space {manifest.space} were lost: it is "
                    "not found by them. Delete it and send it again."
                )
                transaction.videos.update(_warned(video, sentence))

    def _stop_playing(self, video: Video) -> None:
        """Offer no stream that is not there, and let the video say why."""
        with self._records.write() as transaction:
            current = transaction.videos.get(video.index_id, video.id)
            if current is not None:
                sentence = "Its stream was lost: it cannot be played. Delete it and send it again."
                transaction.videos.update(replace(_warned(current, sentence), is_playable=False))

    def _tell(self, task: Task, index: Index) -> None:
        with self._records.write() as transaction:
            transaction.outbox.add(final_event(task, index))


def _contents(transaction: Transaction) -> Iterator[_Contents]:
    for index in _pages(lambda listing: transaction.indexes.list(listing).items):
        yield _Contents(
            index=index,
            tasks=transaction.tasks.of_index(index.id),
            videos=list(_pages(partial(_videos, transaction, index.id))),
            manifests=transaction.manifests.of_index(index.id),
        )


def _videos(transaction: Transaction, index_id: IndexId, listing: Listing) -> Sequence[Video]:
    return transaction.videos.list(index_id, listing).items


def _pages(read: Callable[[Listing], Sequence[Item]]) -> Iterator[Item]:
    number = 1
    while items := read(Listing(page=number, page_limit=_PAGE)):
        yield from items
        number += 1


def _with_bytes(contents: Sequence[_Contents]) -> set[VideoId]:
    return {video.id for content in contents for video in content.videos} | {
        task.video_id for task in _under_way(contents)
    }


def _warned(video: Video, sentence: str) -> Video:
    warnings = tuple(dict.fromkeys((*video.warnings, VideoWarning(sentence))))
    return replace(video, warnings=warnings, updated_at=now())


def _under_way(contents: Sequence[_Contents]) -> Iterator[Task]:
    return (task for content in contents for task in content.tasks if not task.status.is_final)


def _worked_on(contents: Sequence[_Contents]) -> set[str]:
    return {folder_name(task) for task in _under_way(contents)}


def _told(transaction: Transaction) -> Iterator[str]:
    """Yield the ids of tasks whose end is told by an event."""
    ends = {f"index.task.{status.value}" for status in TaskStatus if status.is_final}
    after: str | None = None
    while events := transaction.outbox.list(after=after, limit=_PAGE):
        yield from (str(event.data["id"]) for event in events if event.type in ends)
        after = events[-1].id
