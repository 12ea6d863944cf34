"""
News of tasks for those who watch: one look at the database for all of them, what changed for each.

Whoever is slow misses states in between and never the last one: of a task only the newest is kept for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import anyio
import structlog

from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId
from kinodex.domain.tasks import Task
from kinodex.http.threads import call
from kinodex.usecases.watching import CLOCKS_DIFFER, Watching

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
JUST_NOW = timedelta(seconds=2)
MOST_TOLD = 2_000
LEAST_REST = 9
"""Looking takes at most a tenth of the time, however many tasks there are."""


@dataclass(frozen=True, slots=True)
class TaskNews:
    """A task as it stands, or the id of one that is gone; ``bytes_per_s`` while its bytes come."""

    task_id: TaskId
    task: Task | None
    bytes_per_s: float | None = None


@dataclass(slots=True, eq=False)
class Watcher:
    """
    Somebody who watches: takes what is ``pending``, newest state of each task only.

    What ended before ``heeds_from`` is no news, unless its beginning was told.
    """

    wants: Callable[[Task], bool]
    heeds_from: datetime
    pending: dict[TaskId, TaskNews] = field(default_factory=dict)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    told: dict[TaskId, Task] = field(default_factory=dict)

    def tell(self, news: TaskNews) -> None:
        """Keep news until it is taken; what was told already, or is of no interest, is none."""
        before = self.told.get(news.task_id)
        if news.task is None:
            if before is None:
                return
            del self.told[news.task_id]
        elif not self.wants(news.task) or self._is_past(news.task) or _is_same(before, news.task):
            return
        else:
            self.told[news.task_id] = news.task
        self.pending[news.task_id] = news
        self.awake.set()

    def _is_past(self, task: Task) -> bool:
        return task.status.is_final and task.id not in self.told and task.updated_at < self.heeds_from

    async def next(self, *, within_s: float) -> list[TaskNews]:
        """Return what there is, or after a while an empty list."""
        with anyio.move_on_after(within_s):
            await self.awake.wait()
        self.awake.clear()
        news, self.pending = list(self.pending.values()), {}
        if len(self.told) > MOST_TOLD:
            self.told = {each: task for each, task in self.told.items() if not task.status.is_final}
        return news


@dataclass(slots=True)
class _Seen:
    task: Task
    at_s: float
    bytes_per_s: float | None = None


class TaskNewsroom:
    """Looks at tasks as long as somebody watches; to be used from one event loop."""

    def __init__(self, watching: Watching, *, look_every_s: float = LOOK_EVERY_S) -> None:
        """
        Prepare; nothing is looked at before somebody watches.

        Args:
            watching: Looks.
            look_every_s: The shortest time between two looks.
        """
        self._watching = watching
        self._look_every_s = look_every_s
        self._watchers: set[Watcher] = set()
        self._seen: dict[TaskId, _Seen] = {}
        self._rounds: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, wants: Callable[[Task], bool], *, since: datetime | None) -> AsyncIterator[Watcher]:
        """
        Watch for a block, beginning with how things stand.

        Args:
            wants: Whether a task is of interest.
            since: Tasks that ended after this moment are told, too.
        """
        heeds_from = now() - JUST_NOW if since is None else since - CLOCKS_DIFFER
        watcher = Watcher(wants, heeds_from)
        self._watchers.add(watcher)
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._look_round())
        try:
            for task in await call(self._watching.look, since or now()):
                # What a round told meanwhile is as new or newer.
                if task.id not in watcher.pending:
                    watcher.tell(TaskNews(task.id, task, self._rate_of(task.id)))
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def _rate_of(self, task_id: TaskId) -> float | None:
        seen = self._seen.get(task_id)
        return None if seen is None else seen.bytes_per_s

    async def _look_round(self) -> None:
        loop, since = asyncio.get_running_loop(), now()
        try:
            while self._watchers:
                began_s, at = loop.time(), now()
                try:
                    await self._look(since)
                    since = at
                except Exception:
                    # The database may be back in the next round; what changed meanwhile is told then.
                    log.exception("tasks could not be looked at")
                spent_s = loop.time() - began_s
                await asyncio.sleep(max(self._look_every_s, LEAST_REST * spent_s))
        finally:
            self._rounds = None
            self._seen.clear()

    async def _look(self, since: datetime) -> None:
        here = {task.id: task for task in await call(self._watching.look, since)}
        at_s = asyncio.get_running_loop().time()
        vanished = [
            seen.task.id
            for seen in self._seen.values()
            if seen.task.id not in here and not seen.task.status.is_final
        ]
        for task_id in await call(self._watching.gone, vanished) if vanished else ():
            del self._seen[task_id]
            self._tell(TaskNews(task_id, None))
        for task in here.values():
            before = self._seen.get(task.id)
            if before is not None and _is_same(before.task, task):
                continue
            rate = _rate(before, task, at_s)
            self._seen[task.id] = _Seen(task, at_s, rate)
            self._tell(TaskNews(task.id, task, rate))
        self._forget(here)

    def _forget(self, here: Mapping[TaskId, Task]) -> None:
        for task_id in [each for each, seen in self._seen.items() if seen.task.status.is_final]:
            if task_id not in here:
                del self._seen[task_id]

    def _tell(self, news: TaskNews) -> None:
        for watcher in self._watchers:
            watcher.tell(news)


def cursor_of(at: datetime) -> str:
    """Return a moment as the id of an event: milliseconds since 1970."""
    return str(int(at.timestamp() * 1000))


def moment_of(cursor: str) -> datetime | None:
    """Return the moment an id of an event stands for, ``None`` if it is none."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len("9999999999999")):
        return None
    return datetime.fromtimestamp(int(cursor) / 1000, tz=UTC)


def _is_same(one: Task | None, other: Task) -> bool:
    """Return whether nothing changed but the guess when it will be ready, which is another in each moment."""
    return one is not None and replace(one, estimated_ready_at=other.estimated_ready_at) == other


def _rate(before: _Seen | None, task: Task, at_s: float) -> float | None:
    """Return how many bytes a second came since the last look that found more of them."""
    if before is None or task.step != "fetch" or task.received_bytes is None:
        return None
    grown = task.received_bytes - (before.task.received_bytes or 0)
    if grown <= 0 or at_s <= before.at_s or before.task.received_bytes is None:
        return before.bytes_per_s
    return grown / (at_s - before.at_s)
