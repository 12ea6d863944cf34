"""The JSON of version 1.3, the newest."""

from datetime import datetime

from kinodex.domain.moments import Moment
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.http.wire import v1_1
from kinodex.http.wire.hits import Answering, basics, envelope, hits, spoken
from kinodex.http.wire.options import options_shown
from kinodex.http.wire.values import Json, known, to_the_millisecond
from kinodex.usecases.indexes import IndexView
from kinodex.usecases.search_request import SearchPage

TASK_CREATED_STATUS = 201


def index(view: IndexView) -> Json:
    """Show an index; ``transcription`` is never an option of a model, clients refuse to read that."""
    made_by = view.index.generation
    models = [
        {
            "model_name": model.name,
            "model_options": options_shown(model.options, made_by=made_by, shown_in="v1.3"),
        }
        for model in view.index.models
    ]
    return {**v1_1.index_basics(view), "expires_at": None, "models": models}


def statuses_shown_as(word: str) -> tuple[str, ...]:
    """Return the statuses this version shows by a word: itself, or none for an unknown word."""
    return tuple(each.value for each in TaskStatus if each.value == word)


def created_task(task: Task) -> Json:
    """Answer to a new task."""
    return {"_id": task.id, "video_id": task.video_id}


def task(shown: Task, *, at: datetime) -> Json:
    """Show a task as it stands at a time."""
    return {
        "_id": shown.id,
        "index_id": shown.index_id,
        "video_id": shown.video_id,
        "status": shown.status.value,
        "created_at": to_the_millisecond(shown.created_at),
        "updated_at": to_the_millisecond(shown.updated_at),
        "system_metadata": v1_1.task_facts(shown),
        **v1_1.outcome(shown),
        **v1_1.on_the_way(shown, at=at),
    }


def video(shown: Video, *, models: tuple[str, ...], is_whole: bool) -> Json:
    """Show a video, whole or as an item of a list."""
    has_metadata = bool(shown.user_metadata) or is_whole
    return {
        **v1_1.video_times(shown),
        **known({"asset_id": shown.asset_id}),
        "system_metadata": {
            **v1_1.video_facts(shown),
            **known({"video_title": shown.title}),
            "model_names": list(models),
        },
        **({"user_metadata": dict(shown.user_metadata)} if has_metadata else {}),
        **v1_1.video_warnings(shown),
    }


def search(page: SearchPage, *, answering: Answering) -> Json:
    """Show a page of an answer; clients of 0.x insist on score and confidence, those of 1.x on the rank."""

    def clip(moment: Moment, rank: int) -> Json:
        return known({"rank": rank, **basics(moment, answering), "transcription": spoken(moment)})

    return {"data": hits(page, clip, answering=answering), **envelope(page)}
