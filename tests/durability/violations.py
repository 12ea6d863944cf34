"""What must hold after any kill, once everything that was under way has come to its end."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.durability.journal import Journal
from tests.durability.library_violations import library_violations

from kinodex.bootstrap import Running
from kinodex.domain.clock import now
from kinodex.domain.errors import NotFound
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Listing
from kinodex.domain.options import Modality
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.stores.protocols import Transaction
from kinodex.usecases.blobs import source_key, video_prefix
from kinodex.usecases.playback import Playback
from kinodex.usecases.purging import LONGEST_UPLOAD
from kinodex.usecases.search_request import SearchRequest

LINES = {Modality.SPEECH: 2, Modality.SCREEN_TEXT: 1}
"""What the engines of ``fakes.py`` hear and read in the clip."""


def violations(running: Running, journal: Journal, folder: Path) -> Iterator[str]:
    """Yield a sentence for each promise that does not hold; what receivers got stands in a folder."""
    usecases = running.usecases
    usecases.purging.sweep(now() + 2 * LONGEST_UPLOAD)
    for finding in usecases.consistency.check():
        yield f"{finding.kind} {finding.subject}: {finding.sentence}"
    yield from _leftovers(running.settings.data_dir)
    with usecases.indexing.tools.records.read() as transaction:
        tasks = _all_tasks(transaction)
        yield from _acknowledged(tasks, journal)
        yield from _stuck(tasks)
        yield from _told_once(tasks, transaction)
        for task in tasks.values():
            if task.status is TaskStatus.READY:
                yield from _complete(running, task, journal, transaction)
    yield from _found_or_not(running, tasks, journal)
    yield from _still_deleted(running, journal)
    yield from library_violations(running, journal, folder)


def _leftovers(data_dir: Path) -> Iterator[str]:
    for folder in ("blobs/.incoming", "uploads", "work", "intake", "embed"):
        for path in (data_dir / folder).glob("*"):
            yield f"left behind: {path.relative_to(data_dir)}"


def _all_tasks(transaction: Transaction) -> dict[str, Task]:
    return {task.id: task for task in transaction.tasks.list(Listing(page_limit=10_000)).items}


def _acknowledged(tasks: dict[str, Task], journal: Journal) -> Iterator[str]:
    for task_id, line in journal.submitted.items():
        task = tasks.get(task_id)
        if task is None:
            if not journal.may_be_gone(line):
                yield f"the acknowledged task {task_id} is lost"
        elif task.status.is_final and task.status.value not in journal.ends[task_id]:
            ends = " or ".join(sorted(journal.ends[task_id]))
            yield f"the task {task_id} ended {task.status} ({task.failure}) instead of {ends}"


def _stuck(tasks: dict[str, Task]) -> Iterator[str]:
    for task in tasks.values():
        if not task.status.is_final:
            yield f"the task {task.id} is left {task.status} at {task.step}"


def _told_once(tasks: dict[str, Task], transaction: Transaction) -> Iterator[str]:
    """Each end of each attempt is told once, the present one last."""
    told: dict[str, list[str]] = {}
    for event in transaction.outbox.list(after=None, limit=10_000):
        told.setdefault(str(event.data["id"]), []).append(event.type)
    for task in tasks.values():
        types = told.get(task.id, [])
        if task.status.is_final and len(types) != task.attempt:
            yield f"the {task.attempt} ends of task {task.id} are told {len(types)} times"
        if task.status.is_final and types and types[-1] != f"index.task.{task.status.value}":
            yield f"{types[-1]} is told last of task {task.id}, which is {task.status}"


def _complete(running: Running, task: Task, journal: Journal, transaction: Transaction) -> Iterator[str]:
    """Ready means that everything is there, byte for byte."""
    usecases, blobs = running.usecases, running.usecases.indexing.tools.blobs
    video = transaction.videos.get(task.index_id, task.video_id)
    if video is None:
        if task.video_id not in journal.begun["video"]:
            yield f"the video {task.video_id} of a ready task is gone"
        return
    if blobs.size(source_key(video.id)) is None:
        return  # a finding of the comparison of records and bytes
    if sha256(blobs.get_bytes(source_key(video.id))).hexdigest() != video.sha256:
        yield f"the bytes of video {video.id} are not those that came"
    for modality in (Modality.SPEECH, Modality.SCREEN_TEXT):
        lines = len(transaction.texts.lines(video.id, modality))
        if lines != LINES[modality]:
            yield f"video {video.id} has {lines} lines of {modality.value}, not {LINES[modality]}"
    yield from _played(usecases.playback, video)
    if not usecases.videos.thumbnail(task.index_id, video.id, at_s=1.0).startswith(b"\xff\xd8"):
        yield f"video {video.id} has no picture"
    held = {manifest.modality for manifest in transaction.manifests.of_video(video.id)}
    if held != set(Modality):
        yield f"video {video.id} has vectors of {sorted(held)} only"


def _played(playback: Playback, video: Video) -> Iterator[str]:
    if not video.is_playable or not playback.stream_bytes(video.index_id, video.id):
        yield f"video {video.id} cannot be played"
    elif "#EXT-X-ENDLIST" not in playback.playlist(video.index_id, video.id, stream_uri="there"):
        yield f"the playlist of video {video.id} has no end"
    if not playback.sheet(video.index_id, video.id).startswith(b"\xff\xd8"):
        yield f"video {video.id} has no storyboard"


def _found_or_not(running: Running, tasks: dict[str, Task], journal: Journal) -> Iterator[str]:
    """What is ready is found in every way, and nothing else is."""
    for view in running.usecases.indexes.list(Listing()).items:
        index_id = view.index.id
        listed = running.usecases.videos.list(index_id, Listing(page_limit=10_000)).page.items
        videos = {video.id for video in listed}
        for option, text in (("visual", "red"), ("conversation", "jugs"), ("text_in_video", "platform")):
            found = _found(running, index_id, option, text)
            if found != videos:
                yield f"{sorted(found ^ videos)} found or not found by {text!r} in {option}"
    ready = {task.video_id for task in tasks.values() if task.status is TaskStatus.READY}
    for video_id in videos - ready if tasks else ():
        yield f"the video {video_id} has no ready task"


def _still_deleted(running: Running, journal: Journal) -> Iterator[str]:
    usecases, blobs = running.usecases, running.usecases.indexing.tools.blobs
    for line in journal.submitted.values():
        index_id, video_id = IndexId(line["index"]), VideoId(line["video"])
        if video_id not in journal.deleted["video"] and index_id not in journal.deleted["index"]:
            continue
        if not _is_missing(usecases.videos.get, index_id, video_id):
            yield f"the deleted video {video_id} is there again"
        if [*blobs.list(video_prefix(video_id))]:
            yield f"the deleted video {video_id} has bytes"
        with usecases.indexing.tools.records.read() as transaction:
            if any(transaction.texts.lines(video_id, modality) for modality in Modality):
                yield f"the deleted video {video_id} has lines"
    for kind, get in (("task", usecases.tasks.get), ("index", usecases.indexes.get)):
        for name in journal.deleted[kind]:
            if not _is_missing(get, name):
                yield f"the deleted {kind} {name} is there again"


def _is_missing(get: Any, *ids: str) -> bool:
    try:
        get(*ids)
    except NotFound:
        return True
    return False


def _found(running: Running, index_id: IndexId, option: str, text: str) -> set[str]:
    request = SearchRequest(
        index_id=index_id, generation="v1.1", options=(option,), text=text, threshold="none", page_limit=50
    )
    return {moment.video_id for moment in running.usecases.search.search(request, owner="me").moments}
