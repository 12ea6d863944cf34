"""The JSON of version 1.2: where it says the same as 1.1, it is the same."""

from datetime import datetime

from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.http.wire import v1_1
from kinodex.http.wire.values import Json
from kinodex.usecases.indexes import IndexView

TASK_CREATED_STATUS = 201

created_task = v1_1.created_task
search = v1_1.search


def index(view: IndexView) -> Json:
    """Show an index."""
    return {**v1_1.index_basics(view), "expires_at": None, "engines": v1_1.engines(view.index)}


def status(internal: TaskStatus) -> str:
    """Return the word of this version for a status: only the first is unknown to it."""
    return (TaskStatus.VALIDATING if internal is TaskStatus.UPLOADING else internal).value


def statuses_shown_as(word: str) -> tuple[str, ...]:
    """Return the statuses this version shows by a word; none for a word it does not use."""
    return tuple(each.value for each in TaskStatus if status(each) == word)


def task(shown: Task, *, at: datetime) -> Json:
    """Show a task as it stands at a time."""
    return {**v1_1.task(shown, at=at), "status": status(shown.status)}


def video(shown: Video, *, models: tuple[str, ...], is_whole: bool) -> Json:  # noqa: ARG001  another version looks at it
    """Show a video."""
    metadata = {
        **shown.user_metadata,
        "video_title": shown.title or shown.filename,
        "engine_ids": list(models),
        **v1_1.video_facts(shown),
    }
    return {**v1_1.video_times(shown), "metadata": metadata, **v1_1.video_warnings(shown)}
