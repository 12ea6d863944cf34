"""Which module shows things in which version of the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from kinodex.domain.tasks import Task
from kinodex.domain.videos import Video
from kinodex.http.wire import v1_1, v1_2, v1_3
from kinodex.http.wire.hits import Answering
from kinodex.http.wire.values import Json
from kinodex.usecases.indexes import IndexView
from kinodex.usecases.search_request import SearchPage


class View(Protocol):
    """How things look in one version: what each of the modules beside this one holds."""

    @property
    def TASK_CREATED_STATUS(self) -> int:  # noqa: N802  a constant of the module
        """The status of the answer to a new task."""
        ...

    def index(self, view: IndexView) -> Json:
        """Show an index."""
        ...

    def created_task(self, task: Task) -> Json:
        """Answer to a new task."""
        ...

    def task(self, shown: Task, *, at: datetime) -> Json:
        """Show a task as it stands at a time."""
        ...

    def statuses_shown_as(self, word: str) -> tuple[str, ...]:
        """Return the statuses this version shows by a word; none for a word it does not use."""
        ...

    def video(self, shown: Video, *, models: tuple[str, ...], is_whole: bool) -> Json:
        """Show a video, whole or as an item of a list; ``models`` are those of its index."""
        ...

    def search(self, page: SearchPage, *, answering: Answering) -> Json:
        """Show a page of an answer."""
        ...


_VIEWS: Mapping[str, View] = {"v1.1": v1_1, "v1.2": v1_2, "v1.3": v1_3}


def view_of(generation: str) -> View:
    """Return how things look in an API version."""
    return _VIEWS[generation]
