"""``/events/stream``: how tasks go on, as they go on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from tests.http.conftest import KEY, _served

from kinodex.domain.capacity import Capacity, GateSize
from kinodex.domain.clock import now
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.domain.warnings import VideoWarning
from kinodex.http.app import create_app

HEADERS = {"x-api-key": KEY}
PATH = "/v1.3/events/stream"


class Listener:
    """Reads a stream as a client does: fields up to an empty line make an event."""

    def __init__(self, address: str, **options: Any) -> None:
        headers = {**HEADERS, **options.pop("headers", {})}
        self.answer = requests.get(f"{address}{PATH}", headers=headers, stream=True, timeout=20, **options)
        self._lines = self.answer.iter_lines(chunk_size=1)

    def events(self) -> Iterator[dict[str, Any]]:
        fields: dict[str, Any] = {}
        for line in self._lines:
            if line:
                name, _, value = line.decode().partition(": ")
                fields[name or "comment"] = value
                continue
            if "data" in fields:
                fields["data"] = json.loads(fields["data"])
            yield fields
            fields = {}

    def next(self) -> dict[str, Any]:
        """The next event that says something of a task."""
        return next(event for event in self.events() if "data" in event)


@contextmanager
def _listening(address: str, **options: Any) -> Iterator[Listener]:
    listener = Listener(address, **options)
    try:
        yield listener
    finally:
        listener.answer.close()


def _change(backstage: Any, task: Task, **changes: Any) -> Task:
    changed = replace(task, **{"updated_at": now(), **changes})
    with backstage.records.write() as transaction:
        assert transaction.tasks.replace(changed)
    return changed


@pytest.fixture
def busy(backstage: Any, index_id: str) -> Task:
    """A task whose bytes come."""
    task: Task = backstage.add_task(index_id, status=TaskStatus.UPLOADING, step="fetch", received_bytes=0)
    return task


def test_it_tells_how_things_stand_and_then_each_change_to_the_end(address, backstage, busy) -> None:
    with _listening(address) as listener:
        assert listener.answer.headers["content-type"].startswith("text/event-stream")
        assert next(listener.events()) == {"retry": "2000"}
        first = listener.next()
        assert (first["event"], first["data"]["_id"]) == ("task", busy.id)
        assert (first["data"]["status"], first["data"]["step"]) == ("uploading", "fetch")

        task = _change(backstage, busy, progress=0.1, received_bytes=5_000_000)
        assert listener.next()["data"]["received_bytes"] == 5_000_000
        task = _change(backstage, task, progress=0.2, received_bytes=9_000_000)
        rate = listener.next()["data"]["bytes_per_s"]
        assert 100_000 < rate < 20_000_000

        task = _change(backstage, task, waits_for="retry of fetch in 3 s: the host is busy")
        assert listener.next()["data"]["queue_reason"] == "retry of fetch in 3 s: the host is busy"
        _change(backstage, task, status=TaskStatus.FAILED, failure=Failure("file_empty", "Empty."))
        last = listener.next()["data"]
        assert (last["status"], last["error"]["code"]) == ("failed", "file_empty")


def test_a_ready_task_tells_the_warnings_of_its_video(address, backstage, index_id, busy) -> None:
    warning = VideoWarning("The sound is damaged.")
    with _listening(address) as listener:
        assert listener.next()["data"]["_id"] == busy.id
        backstage.add_video(index_id, id=busy.video_id, warnings=(warning,))
        _change(backstage, busy, status=TaskStatus.READY)
        ready = listener.next()["data"]
    assert (ready["status"], ready["warnings"][0]["message"]) == ("ready", "The sound is damaged.")


def test_who_comes_back_is_told_what_ended_meanwhile(address, backstage, index_id, busy, monkeypatch) -> None:
    with _listening(address) as listener:
        seen = listener.next()["id"]
    _change(backstage, busy, status=TaskStatus.READY)
    long_ago = now() - timedelta(days=365)
    backstage.add_task(index_id, updated_at=long_ago, created_at=long_ago)
    with _listening(address, headers={"Last-Event-ID": seen}) as listener:
        told = listener.next()
    assert (told["data"]["_id"], told["data"]["status"]) == (busy.id, "ready")
    monkeypatch.setattr("kinodex.http.task_news.JUST_NOW", timedelta(0))
    with _listening(address) as listener:
        another = backstage.add_task(index_id, status=TaskStatus.PENDING)
        assert listener.next()["data"]["_id"] == another.id, "who is new is not told of the past"


def test_a_deleted_task_is_told_by_its_id(address, client, backstage, index_id, busy) -> None:
    with _listening(address) as listener:
        listener.next()
        _change(backstage, busy, progress=0.5)
        listener.next()
        client.delete(f"/v1.3/indexes/{index_id}")
        gone = listener.next()
    assert (gone["event"], gone["data"]) == ("task.deleted", {"_id": busy.id})


def test_a_stream_of_one_task_ends_with_it(address, backstage, index_id, busy) -> None:
    backstage.add_task(index_id, status=TaskStatus.INDEXING, step="decode")
    with _listening(address, params={"task_id": busy.id}) as listener:
        assert listener.next()["data"]["_id"] == busy.id
        _change(backstage, busy, status=TaskStatus.READY)
        assert [event["data"]["status"] for event in listener.events() if "data" in event] == ["ready"]
    with _listening(address, params={"task_id": busy.id}) as listener:
        assert [event["data"]["status"] for event in listener.events() if "data" in event] == ["ready"]


def test_a_key_hears_of_its_own_indexes_only(address, client, backstage, index_id, busy) -> None:
    models = [{"model_name": "marengo3.0", "model_options": ["visual"]}]
    other = client.post("/v1.3/indexes", json={"index_name": "mine", "models": models}).json()["_id"]
    made = client.post("/v1.3/keys", json={"name": "limited", "index_ids": [other]}).json()
    mine = {"x-api-key": made["key"]}
    with _listening(address, headers=mine) as listener:
        _change(backstage, busy, progress=0.5)
        ours = backstage.add_task(other, status=TaskStatus.PENDING)
        assert listener.next()["data"]["_id"] == ours.id
    for parameters in ({"task_id": busy.id}, {"index_id": index_id}):
        refused = requests.get(f"{address}{PATH}", headers=mine, params=parameters, timeout=20)
        assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_exist")


def test_silence_is_broken_by_heartbeats_and_a_revoked_key_hears_no_more(
    address, client, backstage, monkeypatch
) -> None:
    monkeypatch.setattr("kinodex.http.routes.task_events.HEARTBEAT_S", 0.1)
    monkeypatch.setattr("kinodex.http.routes.task_events.LOOK_UP_S", 0.05)
    monkeypatch.setattr("kinodex.http.auth.REMEMBERED_S", 0.0)
    made = client.post("/v1.3/keys", json={"name": "short"}).json()
    with _listening(address, headers={"x-api-key": made["key"]}) as listener:
        events = listener.events()
        next(events)
        assert [next(events)["comment"] for _ in range(2)] == ["still here"] * 2
        client.delete(f"/v1.3/keys/{made['_id']}")
        assert len(list(events)) < 100, "it ends"


def test_streams_are_counted_and_end_with_the_server(backstage) -> None:
    capacity = Capacity(streams=GateSize(4, 0))
    app = create_app(backstage.usecases, signing_key=b"k", capacity=capacity)
    with _served(app) as address:
        listeners = [Listener(address) for _ in range(3)]
        refused = requests.get(f"{address}{PATH}", headers=HEADERS, timeout=20)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert int(refused.headers["Retry-After"]) <= 30
        listeners.pop().answer.close()
        deadline = time.monotonic() + 10
        while app.state.gates["streams"].running == 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        listeners.append(Listener(address))
        app.state.drain.begin()
        for listener in listeners:
            assert all("data" not in event for event in listener.events()), "it ends"
        listener.answer.close()


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 14, "١٢"])
def test_a_cursor_that_was_never_given_out_is_refused(client, cursor: str) -> None:
    refused = client.get(PATH, headers={"Last-Event-ID": cursor.encode()})
    assert (refused.status_code, refused.json()["code"]) == (400, "parameter_invalid")


def test_no_stream_lasts_for_ever(address, brief_streams) -> None:
    with _listening(address) as listener:
        assert [event for event in listener.events() if "data" in event] == []


def test_an_unknown_task_is_not_there(client) -> None:
    refused = client.get(PATH, params={"task_id": "0" * 24})
    assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_exist")


def test_nobody_looks_where_nobody_watches(address, backstage, busy, monkeypatch) -> None:
    looks = []
    look = type(backstage.usecases.watching).look
    monkeypatch.setattr(
        type(backstage.usecases.watching), "look", lambda self, since: looks.append(1) or look(self, since)
    )
    listeners = [Listener(address) for _ in range(5)]
    threads = [threading.Thread(target=listener.next) for listener in listeners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for listener in listeners:
        listener.answer.close()
    time.sleep(1.2)
    looked = len(looks)
    assert looked <= 5 + 6, "one look for all"
    time.sleep(0.6)
    assert len(looks) == looked
