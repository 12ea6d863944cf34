"""What clients that poll look at again and again: a ready task and its video, as they stand."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from kinodex.domain.ids import TaskId
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.videos import Video
from kinodex.stores.protocols import Records
from kinodex.usecases.tasks import Tasks
from kinodex.usecases.videos import Videos

MOST = 1_000
"""Tasks remembered."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A task, and its video where the task is ready and the video still there."""

    task: Task
    video: Video | None


class Glances:
    """
    Looks at tasks, and remembers ready ones for as long as the database says that nothing was committed.

    What is shown is never older than the last commit, whoever made it. Databases that cannot say so cheaply
    are asked each time.
    """

    def __init__(self, *, records: Records, tasks: Tasks, videos: Videos) -> None:
        self._records = records
        self._tasks = tasks
        self._videos = videos
        self._lock = Lock()
        self._version: int | None = None
        self._known: OrderedDict[TaskId, Glance] = OrderedDict()

    def recall(self, task_id: TaskId) -> Glance | None:
        """Return what is remembered of a task and still so, or ``None``; for callers that must not wait."""
        if task_id not in self._known:
            return None
        version = self._records.version()
        with self._lock:
            return self._known.get(task_id) if version is not None and version == self._version else None

    def look(self, task_id: TaskId) -> Glance:
        """
        Return a task as it stands.

        Raises:
            NotFound: No such task.
        """
        version = self._records.version()  # before reading: what is committed meanwhile makes it old
        task = self._tasks.get(task_id)
        if task.status is not TaskStatus.READY:
            return Glance(task, None)
        glance = Glance(task, self._videos.find(task.index_id, task.video_id))
        if version is not None:
            self._remember(version, glance)
        return glance

    def _remember(self, version: int, glance: Glance) -> None:
        with self._lock:
            if version != self._version:
                self._known.clear()
                self._version = version
            self._known[glance.task.id] = glance
            while len(self._known) > MOST:
                self._known.popitem(last=False)
