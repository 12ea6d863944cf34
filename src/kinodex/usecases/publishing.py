"""The one transaction that makes a video searchable, and the one that says it failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.events import Event
from kinodex.domain.indexes import Index
from kinodex.domain.media import MediaFacts
from kinodex.domain.options import Modality
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.domain.timeline import ScreenText, Utterance
from kinodex.domain.videos import Video
from kinodex.domain.warnings import VideoWarning
from kinodex.stores.protocols import TextLine, Transaction, VectorManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Everything that is known of a video when its steps are done."""

    facts: MediaFacts
    sha256: str
    recipe: str
    filename: str
    utterances: Sequence[Utterance]
    screen_text: Sequence[ScreenText]
    manifests: Sequence[VectorManifest]
    engines: Mapping[str, str]
    warnings: Sequence[VideoWarning]
    is_playable: bool


def publish(transaction: Transaction, task: Task, understood: Understood) -> None:
    """
    Make a video searchable, its task ready and the event due, all or nothing.

    Raises:
        TaskWithdrawn: The task was deleted or had ended; the transaction must not commit.
    """
    index = transaction.indexes.get(task.index_id)
    if index is None:
        raise errors.TaskWithdrawn
    ended = _ended(task, TaskStatus.READY, failure=None)
    if not transaction.tasks.replace(ended):
        raise errors.TaskWithdrawn
    transaction.videos.add(_video(task, understood))
    transaction.texts.add(task.index_id, _lines(task, understood))
    transaction.manifests.add(task.index_id, understood.manifests)
    transaction.outbox.add(final_event(ended, index))


def record_failure(transaction: Transaction, task: Task, failure: Failure) -> None:
    """Make a task failed and the event due; a task that ended before stays as it is."""
    ended = _ended(task, TaskStatus.FAILED, failure=failure)
    index = transaction.indexes.get(task.index_id)
    if index is not None and transaction.tasks.replace(ended):
        transaction.outbox.add(final_event(ended, index))


def _ended(task: Task, status: TaskStatus, *, failure: Failure | None) -> Task:
    at, source = now(), task.source.without_secrets()
    transcript_url = _without_query(task.transcript_url)
    if transcript_url != task.transcript_url:
        source = replace(source, is_incomplete=True)
    return replace(
        task,
        status=status,
        failure=failure,
        updated_at=at,
        estimated_ready_at=at,
        progress=1.0 if status is TaskStatus.READY else task.progress,
        waits_for=None,
        source=source,
        transcript_url=transcript_url,
    )


def _without_query(url: str | None) -> str | None:
    return None if url is None else url.partition("#")[0].partition("?")[0]


def _video(task: Task, understood: Understood) -> Video:
    at = now()
    return Video(
        id=task.video_id,
        index_id=task.index_id,
        filename=understood.filename,
        facts=understood.facts,
        sha256=understood.sha256,
        recipe=understood.recipe,
        created_at=task.created_at,
        updated_at=at,
        indexed_at=at,
        user_metadata=dict(task.user_metadata),
        engines=understood.engines,
        warnings=tuple(understood.warnings),
        asset_id=task.asset_id,
        is_playable=understood.is_playable,
    )


def _lines(task: Task, understood: Understood) -> list[TextLine]:
    spoken = [
        TextLine(
            video_id=task.video_id,
            modality=Modality.SPEECH,
            number=number,
            span=utterance.span,
            text=utterance.text,
        )
        for number, utterance in enumerate(understood.utterances)
    ]
    written = [
        TextLine(
            video_id=task.video_id,
            modality=Modality.SCREEN_TEXT,
            number=number,
            span=line.span,
            text=line.text,
            box=line.box,
        )
        for number, line in enumerate(understood.screen_text)
    ]
    return spoken + written


def final_event(task: Task, index: Index) -> Event:
    """Return the event that tells how a task ended; the same one for the same end."""
    data: dict[str, Any] = {
        "id": task.id,
        "status": task.status.value,
        "metadata": {} if task.duration_s is None else {"duration": task.duration_s},
        "models": [{"name": model.name, "options": list(model.options)} for model in index.models],
        "tags": [],
        "index_id": task.index_id,
        "video_id": task.video_id,
    }
    if index.generation != "v1.3":
        data["engines"] = data["models"]  # the word of the older versions
    if task.failure is not None:
        data["error"] = {"code": task.failure.code, "message": task.failure.message}
    return Event(
        id=_event_id(task),
        type=f"index.task.{task.status.value}",
        created_at=now(),
        data=data,
    )


def _event_id(task: Task) -> str:
    """Return one id for one end of one attempt at one task: a publish that runs twice tells once."""
    word = task.status.value.encode().hex()
    return f"whe_{task.id}{word[:8] if task.attempt == 1 else f'{word[:4]}{task.attempt:04x}'}"
