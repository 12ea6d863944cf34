"""
The JSON of version 1.1, that of the guide "Upload from a URL".

A ready task has exactly the fields the guide prints; while it is on its way there are more.
"""

from datetime import datetime

from kinodex.domain.indexes import Index
from kinodex.domain.moments import Moment
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.http.wire.hits import Answering, basics, envelope, hits, matched_options
from kinodex.http.wire.options import options_shown
from kinodex.http.wire.values import Json, known, seconds, to_the_millisecond, to_the_second
from kinodex.http.wire.warnings import warnings
from kinodex.usecases.indexes import IndexView
from kinodex.usecases.search_request import SearchPage

TASK_CREATED_STATUS = 200

_STATUSES = {TaskStatus.UPLOADING: TaskStatus.VALIDATING, TaskStatus.QUEUED: TaskStatus.PENDING}
"""Statuses this version has no word for."""


def index(view: IndexView) -> Json:
    """Show an index; ``engines`` is a help for old clients, which insist on it in every version."""
    return {
        **index_basics(view),
        "engine_id": view.index.models[0].name,
        "index_options": _options(view.index, view.index.options),
        "engines": engines(view.index),
    }


def index_basics(view: IndexView) -> Json:
    """Show what every version says of an index."""
    return {
        "_id": view.index.id,
        "index_name": view.index.name,
        "created_at": to_the_millisecond(view.index.created_at),
        "updated_at": to_the_millisecond(view.index.updated_at),
        "video_count": view.totals.video_count,
        "total_duration": seconds(view.totals.total_duration_s),
        "addons": list(view.index.addons),
    }


def engines(shown: Index) -> list[Json]:
    """Show the models of an index as versions 1.1 and 1.2 name them."""
    return [
        {"engine_name": model.name, "engine_options": _options(shown, model.options)}
        for model in shown.models
    ]


def status(internal: TaskStatus) -> str:
    """Return the word of this version for a status."""
    return _STATUSES.get(internal, internal).value


def statuses_shown_as(word: str) -> tuple[str, ...]:
    """Return the statuses this version shows by a word; none for a word it does not use."""
    return tuple(each.value for each in TaskStatus if status(each) == word)


def created_task(task: Task) -> Json:
    """Answer to a new task."""
    return {"_id": task.id}


def task(shown: Task, *, at: datetime) -> Json:
    """Show a task as it stands at a time."""
    return {
        "_id": shown.id,
        "created_at": to_the_millisecond(shown.created_at),
        "estimated_time": to_the_millisecond(shown.estimated_ready_at),
        "index_id": shown.index_id,
        "metadata": task_facts(shown),
        "status": status(shown.status),
        "type": "index_task_info",
        "updated_at": to_the_millisecond(shown.updated_at),
        "video_id": shown.video_id,
        **outcome(shown),
        **on_the_way(shown, at=at),
    }


def task_facts(shown: Task) -> Json:
    """Show what is known of the video so far: an object from the first answer on, without nulls."""
    return known(
        {
            "duration": None if shown.duration_s is None else seconds(shown.duration_s),
            "filename": shown.filename,
            "height": shown.height_px,
            "width": shown.width_px,
        }
    )


def outcome(shown: Task) -> Json:
    """Show why a task failed, and at which attempt; nothing for others."""
    if shown.failure is None:
        return {}
    return {
        "error": {"code": shown.failure.code, "message": shown.failure.message},
        "attempt": shown.attempt,
    }


def on_the_way(shown: Task, *, at: datetime) -> Json:
    """Show how far an unfinished task is; nothing for others."""
    if shown.status.is_final:
        return {}
    remaining_s = max(0.0, (shown.estimated_ready_at - at).total_seconds())
    return known(
        {
            "process": {
                "percentage": round(shown.progress * 100, 2),
                "remain_seconds": seconds(remaining_s),
            },
            "progress": round(shown.progress, 4),
            "step": shown.step,
            "attempt": shown.attempt,
            "queue_reason": shown.waits_for,
            "received_bytes": shown.received_bytes,
        }
    )


def video(shown: Video, *, models: tuple[str, ...], is_whole: bool) -> Json:  # noqa: ARG001  other versions look at these
    """Show a video; metadata of the user's own lies flat beside that of the system."""
    return {
        **video_times(shown),
        "metadata": {**shown.user_metadata, **known({"video_title": shown.title}), **video_facts(shown)},
        **video_warnings(shown),
    }


def video_times(shown: Video) -> Json:
    """Show what every version says of a video first."""
    return {
        "_id": shown.id,
        "created_at": to_the_second(shown.created_at),
        "updated_at": to_the_second(shown.updated_at),
        "indexed_at": to_the_second(shown.indexed_at),
    }


def video_facts(shown: Video) -> Json:
    """Show the six facts old clients insist on."""
    return {
        "filename": shown.filename,
        "duration": seconds(shown.facts.duration_s),
        "fps": round(shown.facts.fps, 3),
        "width": shown.facts.width_px,
        "height": shown.facts.height_px,
        "size": shown.facts.size_bytes,
    }


def video_warnings(shown: Video) -> Json:
    """Show what is degraded about a video; nothing where all is well."""
    return warnings(shown.warnings)


def search(page: SearchPage, *, answering: Answering) -> Json:
    """Show a page of an answer."""

    def clip(moment: Moment, _: int) -> Json:
        options = matched_options(moment, generation=page.request.generation)
        return {**basics(moment, answering), "metadata": options}

    return {
        "data": hits(page, clip, answering=answering),
        **envelope(page),
        **known({"query": page.request.combined or page.request.text}),
        "search_options": list(page.request.options),
        "conversation_option": page.request.conversation_option,
        "type": "search_create",
    }


def _options(shown: Index, options: tuple[str, ...]) -> list[str]:
    return options_shown(options, made_by=shown.generation, shown_in="v1.1")
