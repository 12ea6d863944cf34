"""``/events/stream``: how tasks go on, as server-sent events."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, TaskId
from kinodex.domain.keys import ApiKey
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.http.auth import HEADER, READ, CallerDep, KnownKeys
from kinodex.http.dependencies import UseCasesDep, ViewDep
from kinodex.http.drain import Drain
from kinodex.http.gates import STREAMS
from kinodex.http.parameters import index_id_of, query_fields, task_id_of
from kinodex.http.spec import task_events as spec
from kinodex.http.spec.operation import documented
from kinodex.http.task_news import TaskNews, TaskNewsroom, Watcher, cursor_of, moment_of
from kinodex.http.threads import call
from kinodex.http.versions import only_in
from kinodex.http.wire.values import Json, known
from kinodex.http.wire.versions import View
from kinodex.http.wire.warnings import warnings
from kinodex.usecases import UseCases

router = APIRouter(prefix="/events", tags=["tasks"])

HEARTBEAT_S = 10.0
"""A line in silence, so that nobody between us and the client takes the connection for dead."""
LONGEST_S = 3600.0
"""Then a stream ends and the client comes back: no connection is kept for ever."""
LOOK_UP_S = 0.5
"""So often a stream notices that the server ends."""
RETRY_MS = 2_000
"""What a client waits before it comes back."""


@router.get("/stream", dependencies=[READ, only_in("v1.3"), STREAMS], openapi_extra=documented(spec.STREAM))
async def stream_events(
    request: Request, usecases: UseCasesDep, view: ViewDep, caller: CallerDep
) -> StreamingResponse:
    """Tell how tasks stand, and then of each change until the client leaves or the server ends."""
    fields = query_fields(request.query_params)
    index, task = fields.text("index_id"), fields.text("task_id")
    task_id = None if task is None else task_id_of(task)
    index_id = None if index is None else index_id_of(index)
    if task_id is not None:
        found = await call(usecases.watching.require, task_id)
        if not caller.reaches(found.index_id):
            raise errors.NotFound("task", task_id)
    stream = _Stream(
        request, usecases, view, wants=_wanted(caller, index_id, task_id), only=task_id, since=_since(request)
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream.pieces(), media_type="text/event-stream", headers=headers)


class _Stream:
    """One answer that goes on."""

    def __init__(
        self,
        request: Request,
        usecases: UseCases,
        view: View,
        *,
        wants: Callable[[Task], bool],
        only: TaskId | None,
        since: datetime | None,
    ) -> None:
        self._request = request
        self._usecases = usecases
        self._view = view
        self._wants = wants
        self._only = only
        self._since = since

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield events and heartbeats."""
        newsroom: TaskNewsroom = self._request.app.state.newsroom
        yield f"retry: {RETRY_MS}\n\n".encode()
        async with newsroom.watch(self._wants, since=self._since) as watcher:
            if self._only is not None:
                task = await call(self._usecases.watching.require, self._only)
                watcher.tell(TaskNews(task.id, task))
            async for piece in self._watched(watcher):
                yield piece

    async def _watched(self, watcher: Watcher) -> AsyncIterator[bytes]:
        drain: Drain = self._request.app.state.drain
        quiet_s, ends_at = 0.0, time.monotonic() + LONGEST_S
        while not drain.has_begun and time.monotonic() < ends_at:
            began = now()
            news = await watcher.next(within_s=LOOK_UP_S)
            for each in news:
                yield await self._event(each, began)
                if each.task_id == self._only and (each.task is None or each.task.status.is_final):
                    return
            quiet_s = 0.0 if news else quiet_s + LOOK_UP_S
            if quiet_s >= HEARTBEAT_S:
                quiet_s = 0.0
                if not await self._may_go_on():
                    return
                # With its id, so that one who comes back after silence is told nothing old.
                yield f"id: {cursor_of(began)}\n: still here\n\n".encode()

    async def _may_go_on(self) -> bool:
        """Return whether the key still works."""
        keys: KnownKeys = self._request.app.state.known_keys
        try:
            key = await keys.authenticate(self._request.headers.get(HEADER))
        except errors.KeyInvalid:
            return False
        before: ApiKey = self._request.state.key
        return key.index_ids == before.index_ids

    async def _event(self, news: TaskNews, at: datetime) -> bytes:
        name, shown = "task", await self._shown(news)
        if news.task is None:
            name, shown = "task.deleted", {"_id": news.task_id}
        data = msgspec.json.encode(shown)
        return f"id: {cursor_of(at)}\nevent: {name}\ndata: ".encode() + data + b"\n\n"

    async def _shown(self, news: TaskNews) -> Json:
        task = news.task
        if task is None:
            return {}
        rate = None if news.bytes_per_s is None else round(news.bytes_per_s)
        shown = {**self._view.task(task, at=now()), **known({"bytes_per_s": rate})}
        if task.status is TaskStatus.READY:
            video = await call(self._usecases.videos.find, task.index_id, task.video_id)
            shown.update(warnings(video.warnings if video is not None else ()))
        return shown


def _wanted(key: ApiKey, index_id: IndexId | None, task_id: TaskId | None) -> Callable[[Task], bool]:
    def wants(task: Task) -> bool:
        return key.reaches(task.index_id) and index_id in {None, task.index_id} and task_id in {None, task.id}

    return wants


def _since(request: Request) -> datetime | None:
    text = request.headers.get("last-event-id")
    if not text:
        return None
    moment = moment_of(text)
    if moment is None:
        raise errors.ParameterInvalid("Last-Event-ID", f"{text[:80]!r} was not given out here")
    return moment
