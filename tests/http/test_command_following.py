"""How a command waits for a task: by the stream of events, and without one by asking."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.http.conftest import KEY

from kinodex.cli import following
from kinodex.cli.client import Client
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.following import follow
from kinodex.domain.clock import now
from kinodex.domain.tasks import Task, TaskStatus

STREAM = "text/event-stream"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAUSE_S", 0.01)
    monkeypatch.setattr(following, "ASK_EVERY_S", 0.01)


def _change(backstage: Any, task: Task, **changes: Any) -> Task:
    changed = replace(task, **{"updated_at": now(), **changes})
    with backstage.records.write() as transaction:
        assert transaction.tasks.replace(changed)
    return changed


def test_a_task_is_told_to_its_end_without_asking(address, backstage, index_id, monkeypatch) -> None:
    task = backstage.add_task(index_id, status=TaskStatus.UPLOADING, step="fetch")
    monkeypatch.setattr(Client, "get", lambda *_, **__: pytest.fail("it asked"))
    with Client(address, KEY) as client:
        states = follow(client, task.id)
        assert next(states)["step"] == "fetch"
        task = _change(backstage, task, waits_for="retry of fetch in 3 s: the host is busy")
        assert next(states)["queue_reason"] == "retry of fetch in 3 s: the host is busy"
        _change(backstage, task, status=TaskStatus.READY)
        assert [state["status"] for state in states] == ["ready"]


@pytest.mark.parametrize("key", [KEY, "wrong-key-0123456789"])
def test_what_the_server_refuses_ends_the_wait(address, backstage, key) -> None:
    with Client(address, key) as client, pytest.raises(CommandFailed) as refused:
        list(follow(client, "0" * 24))
    assert refused.value.status is Status.REFUSED
    assert ("resource_not_exist" if key == KEY else "api_key_invalid") in str(refused.value)


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with Client("http://127.0.0.1:9", KEY) as client, pytest.raises(CommandFailed) as refused:
        list(follow(client, "0" * 24))
    assert refused.value.status is Status.UNREACHABLE


@dataclass
class Scripted:
    """A server with answers written beforehand: status, media type, body, after which a stream breaks."""

    streams: list[tuple[int, str, str]]
    tasks: list[dict[str, Any]] = field(default_factory=list)
    resumed_at: list[str | None] = field(default_factory=list)

    def answer(self, path: str, last_event_id: str | None) -> tuple[int, str, str]:
        if path.startswith("/v1.1/tasks/"):
            return 200, "application/json", json.dumps(self.tasks.pop(0))
        self.resumed_at.append(last_event_id)
        return self.streams.pop(0)


@contextmanager
def _serving(script: Scripted) -> Iterator[Client]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, media_type, body = script.answer(self.path, self.headers["last-event-id"])
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with Client(f"http://127.0.0.1:{server.server_port}", KEY) as client:
            yield client
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _event(number: int, status: str) -> str:
    return f"id: {number}\nevent: task\ndata: {json.dumps({'status': status})}\n\n"


def _statuses(client: Client) -> list[str]:
    return [state["status"] for state in follow(client, "0" * 24)]


def test_a_stream_that_breaks_is_taken_up_where_it_broke(capsys) -> None:
    busy = (503, "application/json", '{"code": "server_stopping", "message": "It stops."}')
    first, second = f"retry: 5\n\n{_event(1, 'uploading')}", f"id: 2\n: still here\n\n{_event(3, 'indexing')}"
    script = Scripted([(200, STREAM, first), (200, STREAM, second), busy, (200, STREAM, _event(4, "ready"))])
    with _serving(script) as client:
        assert _statuses(client) == ["uploading", "indexing", "ready"]
    assert script.resumed_at == [None, "1", "3", "3"]
    assert capsys.readouterr().err.count("The connection broke; waiting for the server.") == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, "application/json", '{"code": "endpoint_not_exists"}'), "The server has no stream of events"),
        ((200, "text/html", "<p>a page"), "The server has no stream of events"),
        (
            (503, "application/json", '{"code": "server_busy"}'),
            "The server gives no stream of events now (server_busy)",
        ),
    ],
)
def test_without_a_stream_the_task_is_asked_for_and_that_is_said(capsys, answer, why) -> None:
    script = Scripted([answer], [{"status": "pending"}, {"status": "indexing"}, {"status": "failed"}])
    with _serving(script) as client:
        assert _statuses(client) == ["pending", "indexing", "failed"]
    assert f"{why}; the task is asked for every 0.01 s instead.\n" in capsys.readouterr().err


def test_a_server_that_stays_away_is_not_waited_for_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(following, "AWAY_S", 0.0)
    script = Scripted([(200, STREAM, _event(1, "uploading"))])
    with _serving(script) as client:
        states = follow(client, "0" * 24)
        next(states)
        script.streams += [
            (503, "application/json", '{"code": "server_stopping", "message": "It stops."}')
        ] * 3
        with pytest.raises(CommandFailed, match="server_stopping"):
            next(states)


def test_a_task_that_is_deleted_meanwhile_ends_the_wait() -> None:
    gone = f'{_event(1, "uploading")}id: 2\nevent: task.deleted\ndata: {{"_id": "{"0" * 24}"}}\n\n'
    with _serving(Scripted([(200, STREAM, gone)])) as client:
        assert _statuses(client) == ["uploading"]
