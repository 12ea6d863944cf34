"""A task as it goes on: told by the server's stream of events, or asked for again and again."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2

from kinodex.cli.client import Client, reason_of
from kinodex.cli.event_stream import StreamEvent, read_events
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.output import err

PATH = "/v1.3/events/stream"
ENDED = frozenset({"ready", "failed"})
ASK_EVERY_S = 0.5
SILENCE_S = 30.0
"""A stream says something every 10 s; one that is silent for so long has broken unnoticed."""
AWAY_S = 120.0
"""So long a server that was there may be away before the wait is given up."""
_PAUSE_S = 2.0
"""Before one comes back, where the stream names no time."""
_BUSY = frozenset({429, 502, 503, 504})
_NO_STREAM = frozenset({404, 405, 501})


def follow(client: Client, task_id: str) -> Iterator[dict[str, Any]]:
    """
    Yield a task each time it changes, until it is ready or failed.

    A stream that breaks is taken up where it broke. A server without streams, or with too many of them open,
    is asked again and again instead, and that is said on stderr.

    Raises:
        CommandFailed: The server refuses the task or the key, or is not there any more.
    """
    try:
        yield from _Told(client, task_id).states()
    except _NoStreamError as reason:
        err.print(f"{reason}; the task is asked for every {ASK_EVERY_S} s instead.", markup=False)
        yield from _asked(client, task_id)


class _NoStreamError(Exception):
    """The server gives no stream."""


class _Told:
    """A task by the stream of events."""

    def __init__(self, client: Client, task_id: str) -> None:
        self._client = client
        self._task_id = task_id
        self._last_id = ""
        self._pause_s = _PAUSE_S
        self._has_heard = False
        self._away_since_s: float | None = None

    def states(self) -> Iterator[dict[str, Any]]:
        """Yield the task as it is told, to its end; a task that is deleted meanwhile ends it, too."""
        while True:
            try:
                for event in self._events():
                    if event.name == "task.deleted":
                        return
                    if event.name == "task":
                        task: dict[str, Any] = json.loads(event.data)
                        yield task
                        if task["status"] in ENDED:
                            return
            except httpx2.HTTPError as error:
                self._wait_for_server(error)
            time.sleep(self._pause_s)

    def _events(self) -> Iterator[StreamEvent]:
        headers = {"accept": "text/event-stream"}
        if self._last_id:
            headers["last-event-id"] = self._last_id
        with self._client.stream(PATH, headers, silence_s=SILENCE_S, task_id=self._task_id) as answer:
            if not self._is_given(answer):
                return
            for event in read_events(answer.iter_lines()):
                self._has_heard, self._away_since_s = True, None
                self._last_id = self._last_id if event.id is None else event.id
                self._pause_s = self._pause_s if event.retry_s is None else event.retry_s
                yield event

    def _is_given(self, answer: httpx2.Response) -> bool:
        """Return whether this is a stream; false if the server that gave one before is busy now."""
        if answer.is_success and answer.headers.get("content-type", "").startswith("text/event-stream"):
            return True
        answer.read()
        if answer.status_code in _BUSY and self._has_heard:
            self._wait_for_server(CommandFailed(Status.REFUSED, reason_of(answer)))
            return False
        code = code_of(answer)
        if answer.status_code in _BUSY:
            raise _NoStreamError(f"The server gives no stream of events now ({code})")
        if answer.is_success or (answer.status_code in _NO_STREAM and code != "resource_not_exist"):
            raise _NoStreamError("The server has no stream of events")
        raise CommandFailed(Status.REFUSED, reason_of(answer))

    def _wait_for_server(self, error: Exception) -> None:
        """Return if it is worth to come back; otherwise say why not."""
        refusal = self._client.unreachable(error) if isinstance(error, httpx2.HTTPError) else error
        if not self._has_heard:
            raise refusal from error
        if self._away_since_s is None:
            self._away_since_s = time.monotonic()
            err.print("The connection broke; waiting for the server.")
        elif time.monotonic() - self._away_since_s > AWAY_S:
            raise refusal from error


def _asked(client: Client, task_id: str) -> Iterator[dict[str, Any]]:
    while True:
        task: dict[str, Any] = client.get(f"/v1.1/tasks/{task_id}")
        yield task
        if task["status"] in ENDED:
            return
        time.sleep(ASK_EVERY_S)


def code_of(answer: httpx2.Response) -> str:
    """Return the stable code of a refusal, or its status where it has none."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {answer.status_code}"
