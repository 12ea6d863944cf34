"""The same request under the same ``Idempotency-Key`` is done once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from kinodex.domain.errors import RequestStillRunning
from kinodex.domain.repeats import KeptAnswer
from kinodex.usecases.repeats import DEAD_AFTER_S

URL = "http://videos.example/a.mp4"
KEY = {"Idempotency-Key": "order-17"}


def _tasks(client: TestClient) -> list[Any]:
    return client.get("/v1.3/tasks").json()["data"]


@pytest.mark.parametrize("form", ["json", "urlencoded", "multipart"])
@pytest.mark.parametrize("version", ["v1.1", "v1.2", "v1.3"])
def test_a_repeated_submission_gets_the_same_answer_and_makes_one_task(
    client, index_id: str, version: str, form: str
) -> None:
    fields = {"index_id": index_id, "language": "en", "video_url": URL}
    body: dict[str, Any] = {
        "json": {"json": fields},
        "urlencoded": {"data": fields},
        "multipart": {"files": {name: (None, value) for name, value in fields.items()}},
    }[form]
    first, second = (client.post(f"/{version}/tasks", headers=KEY, **body) for _ in range(2))
    assert first.status_code < 300
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert [task["_id"] for task in _tasks(client)] == [first.json()["_id"]]


def test_a_repeated_upload_is_recognised_by_the_bytes_of_the_file(client, backstage, index_id: str) -> None:
    def send(content: bytes) -> Any:
        files = {"video_file": ("a.mp4", content, "video/mp4")}
        return client.post("/v1.3/tasks", data={"index_id": index_id}, files=files, headers=KEY)

    first = send(b"ftyp the same")
    assert first.status_code < 300
    assert send(b"ftyp the same").json() == first.json()
    other = send(b"ftyp another")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(_tasks(client)) == 1
    assert not list(backstage.uploads.iterdir())


def test_another_body_under_the_same_key_is_refused(client) -> None:
    one = {"index_name": "one", "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}]}
    assert client.post("/v1.3/indexes", json=one, headers=KEY).status_code == 201
    other = client.post("/v1.3/indexes", json={**one, "index_name": "two"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert client.get("/v1.3/indexes").json()["page_info"]["total_results"] == 1


def test_a_key_counts_for_one_route_and_one_caller(client, backstage, index_id: str) -> None:
    body = {"index_id": index_id, "video_url": URL}
    other_caller = {"x-api-key": backstage.usecases.keys.create("other").text}
    ids = {
        client.post("/v1.3/tasks", json=body, headers=KEY).json()["_id"],
        client.post("/v1.3/tasks", json=body, headers=KEY | other_caller).json()["_id"],
        client.post("/v1.1/tasks", json=body, headers=KEY).json()["_id"],
    }
    assert len(ids) == len(_tasks(client)) == 3


def test_a_refusal_is_an_answer_too(client) -> None:
    body = {"index_id": "0" * 24, "video_url": URL}
    answers = [client.post("/v1.3/tasks", json=body, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert "Idempotency-Replayed" in answers[1].headers


def test_a_fault_of_ours_is_no_answer_and_the_next_try_makes_the_thing(
    client, backstage, monkeypatch, index_id: str
) -> None:
    body = {"index_id": index_id, "video_url": URL}
    with monkeypatch.context() as broken:
        broken.setattr(backstage.jobs, "enqueue", lambda *_, **__: 1 / 0)
        assert client.post("/v1.3/tasks", json=body, headers=KEY).status_code == 500
    assert _tasks(client) == []
    assert client.post("/v1.3/tasks", json=body, headers=KEY).status_code < 300
    assert len(_tasks(client)) == 1


def test_a_request_without_body_is_recognised_too(client, index_id: str) -> None:
    answers = [client.post("/v1.3/tasks", headers=KEY) for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == ["parameter_not_provided"] * 2
    assert "Idempotency-Replayed" in answers[1].headers


def test_while_the_first_runs_the_second_is_told_to_wait(
    client, backstage, monkeypatch, index_id: str
) -> None:
    body = {"index_id": index_id, "video_url": URL}
    began, go_on = threading.Event(), threading.Event()
    enqueue = backstage.jobs.enqueue

    def slowly(*args: Any, **named: Any) -> None:
        enqueue(*args, **named)

    def check(request: Any) -> None:
        began.set()
        assert go_on.wait(10)

    monkeypatch.setattr(backstage.jobs, "enqueue", slowly)
    monkeypatch.setattr(backstage.usecases.tasks, "_check_request", check)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/v1.3/tasks", json=body, headers=KEY)
        assert began.wait(10)
        second = client.post("/v1.3/tasks", json=body, headers=KEY)
        go_on.set()
        assert first.result().status_code < 300
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_request_running")
    assert second.headers["Retry-After"] == "1"
    assert client.post("/v1.3/tasks", json=body, headers=KEY).json() == first.result().json()


def test_a_request_cut_off_after_its_work_makes_no_second_task(
    client, backstage, monkeypatch, index_id: str
) -> None:
    body = {"index_id": index_id, "video_url": URL}
    with monkeypatch.context() as dying:
        dying.setattr(backstage.usecases.repeats, "answered", lambda *_, **__: None)
        made = client.post("/v1.3/tasks", json=body, headers=KEY).json()["_id"]
    assert client.post("/v1.3/tasks", json=body, headers=KEY).status_code == 409
    backstage.usecases.repeats.reopen_all()
    assert client.post("/v1.3/tasks", json=body, headers=KEY).json()["_id"] == made
    assert len(_tasks(client)) == 1


def test_a_request_whose_process_died_is_taken_over_after_a_while(
    client, backstage, monkeypatch, index_id: str
) -> None:
    clock = [1000.0]
    repeats = backstage.usecases.repeats
    monkeypatch.setattr(repeats, "_clock_s", lambda: clock[0])
    given = {"owner": "someone", "route": "POST /tasks", "key": "k", "fingerprint": "f"}
    first = repeats.begin(**given)
    codes = []
    for passed_s in (0.0, DEAD_AFTER_S - 1, 2.0):
        clock[0] += passed_s
        try:
            codes.append(repeats.begin(**given).made_id)
        except RequestStillRunning as error:
            codes.append(error.code)
    assert codes == ["idempotency_request_running"] * 2 + [first.made_id]
    repeats.show_life(first)
    clock[0] += DEAD_AFTER_S + 1
    with pytest.raises(RequestStillRunning):
        repeats.begin(**given)


def test_the_text_of_a_new_key_is_shown_once_and_kept_nowhere(client, backstage) -> None:
    body = {"name": "laptop"}
    shown = client.post("/v1.3/keys", json=body, headers=KEY)
    assert shown.status_code == 201
    again = client.post("/v1.3/keys", json=body, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_not_kept")
    stored = backstage.uploads.parent / "records.db"
    everything = b"".join(path.read_bytes() for path in stored.parent.glob("records.db*"))
    assert shown.json()["key"].encode() not in everything


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "ünlautig"])
def test_a_key_that_is_no_plain_text_is_refused(client, key: str) -> None:
    answer = client.post("/v1.3/indexes", json={}, headers={"Idempotency-Key": key.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert "1 to 255" in answer.json()["message"]


def test_answers_are_forgotten_after_a_day(backstage, monkeypatch) -> None:
    from datetime import timedelta

    from kinodex.domain.clock import now

    repeats = backstage.usecases.repeats
    given = {"owner": "someone", "route": "POST /tasks", "key": "k", "fingerprint": "f"}
    begun = repeats.begin(**given)
    repeats.answered(begun, KeptAnswer(200, "application/json", b"{}"), is_secret=False)
    monkeypatch.setattr("kinodex.usecases.repeats.now", lambda: now() + timedelta(hours=23, minutes=59))
    assert repeats.begin(**given).answer == KeptAnswer(200, "application/json", b"{}")
    monkeypatch.setattr("kinodex.usecases.repeats.now", lambda: now() + timedelta(hours=24, minutes=1))
    assert repeats.begin(**given).made_id != begun.made_id


def test_no_key_means_no_memory(client, index_id: str) -> None:
    body = {"index_id": index_id, "video_url": URL}
    assert len({client.post("/v1.3/tasks", json=body).json()["_id"] for _ in range(2)}) == 2
