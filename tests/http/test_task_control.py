"""Cancelling, retrying, and what a waiting task waits for."""

import pytest
from starlette.testclient import TestClient

from kinodex.domain.tasks import Task, TaskStatus, VideoSource
from kinodex.usecases.blobs import source_key

VERSIONS = ("v1.1", "v1.2", "v1.3")
URL = "http://films.example/a.mp4"


def _submit(client: TestClient, index_id: str, url: str = URL) -> str:
    return str(client.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url}).json()["_id"])


def _events(backstage) -> list[str]:
    with backstage.records.read() as transaction:
        return [event.type for event in transaction.outbox.list(after=None, limit=10)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_canceled_task_is_failed_at_once_and_told_of_once(
    client, backstage, index_id, version: str
) -> None:
    task_id = _submit(client, index_id)
    answers = [client.post(f"/{version}/tasks/{task_id}/cancel") for _ in range(2)]
    for answer in (*answers, client.get(f"/{version}/tasks/{task_id}")):
        assert answer.status_code == 200
        assert answer.json()["status"] == "failed"
        assert answer.json()["error"] == {"code": "task_canceled", "message": "The task was canceled."}
    assert _events(backstage) == ["index.task.failed"]


def test_a_task_that_ended_cannot_be_canceled(client, backstage, index_id: str) -> None:
    for status in (TaskStatus.READY, TaskStatus.FAILED):
        task = backstage.add_task(index_id, status=status)
        answer = client.post(f"/v1.3/tasks/{task.id}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "task_cannot_be_canceled")
        assert status.value in answer.json()["message"]


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_a_task_that_is_not_there_cannot_be_controlled(client: TestClient, action: str) -> None:
    assert client.post(f"/v1.3/tasks/{'0' * 24}/{action}").json()["code"] == "resource_not_exist"
    assert client.post(f"/v1.3/tasks/none/{action}").json()["code"] == "parameter_invalid"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failed_task_is_tried_again_under_its_ids(client, backstage, index_id, version: str) -> None:
    task_id = _submit(client, index_id)
    before = client.post(f"/v1.1/tasks/{task_id}/cancel").json()
    answer = client.post(f"/{version}/tasks/{task_id}/retry")
    assert answer.status_code == 200
    again = answer.json()
    assert (again["_id"], again["video_id"], again["attempt"]) == (task_id, before["video_id"], 2)
    assert again["status"] in {"uploading", "validating"}
    assert "error" not in again
    assert backstage.jobs.queued == [task_id, f"{task_id}.2"]


def test_a_second_end_is_a_second_event(client, backstage, index_id: str) -> None:
    task_id = _submit(client, index_id)
    for _ in range(3):
        client.post(f"/v1.3/tasks/{task_id}/cancel")
        client.post(f"/v1.3/tasks/{task_id}/retry")
    assert _events(backstage) == ["index.task.failed"] * 3


def test_retrying_twice_makes_one_attempt(client, backstage, index_id: str) -> None:
    task_id = _submit(client, index_id)
    client.post(f"/v1.3/tasks/{task_id}/cancel")
    answers = [client.post(f"/v1.3/tasks/{task_id}/retry") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "task_cannot_be_retried"
    assert "uploading" in answers[1].json()["message"]
    assert client.get(f"/v1.3/tasks/{task_id}").json()["attempt"] == 2


def _failed(backstage, index_id: str, **changes: object) -> Task:
    task: Task = backstage.add_task(index_id, status=TaskStatus.FAILED, **changes)
    return task


def test_a_ready_task_cannot_be_retried(client, backstage, index_id: str) -> None:
    answer = client.post(f"/v1.1/tasks/{backstage.add_task(index_id).id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "task_cannot_be_retried")


def test_a_url_that_lost_its_secrets_cannot_be_fetched_again(client, backstage, index_id: str) -> None:
    task_id = _submit(client, index_id, f"{URL}?token=1")
    client.post(f"/v1.1/tasks/{task_id}/cancel")
    answer = client.post(f"/v1.1/tasks/{task_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "task_source_gone")
    assert "create a task with the URL again" in answer.json()["message"]


def test_an_upload_can_be_retried_while_its_bytes_are_here(client, backstage, index_id: str) -> None:
    task = _failed(backstage, index_id, source=VideoSource(upload_blob="x"))
    gone = client.post(f"/v1.1/tasks/{task.id}/retry")
    assert (gone.status_code, gone.json()["code"]) == (409, "task_source_gone")
    assert "send the file again" in gone.json()["message"]

    backstage.blobs.put_bytes(source_key(task.video_id), b"bytes")
    assert client.post(f"/v1.1/tasks/{task.id}/retry").json()["status"] == "pending"


def test_a_transcript_that_is_gone_keeps_a_task_from_being_retried(client, backstage, index_id) -> None:
    task = _failed(backstage, index_id, transcript_blob="videos/x/transcript")
    answer = client.post(f"/v1.3/tasks/{task.id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "task_source_gone")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_waiting_task_says_what_it_waits_for(client, backstage, index_id, version: str) -> None:
    first, second = _submit(client, index_id), _submit(client, index_id)
    shown = [client.get(f"/{version}/tasks/{each}").json()["queue_reason"] for each in (first, second)]
    assert shown == [
        "0 tasks are ahead; the only worker is free",
        "1 task is ahead; the only worker is free",
    ]
    listed = {each["_id"]: each for each in client.get(f"/{version}/tasks").json()["data"]}
    assert listed[second]["queue_reason"] == shown[1]

    backstage.jobs.slots = 0
    assert client.get(f"/{version}/tasks/{first}").json()["queue_reason"] == "no worker is running"


def test_what_the_work_itself_waits_for_comes_first(client, backstage, index_id: str) -> None:
    task = backstage.add_task(
        index_id, status=TaskStatus.UPLOADING, waits_for="another task is fetching the same URL"
    )
    shown = client.get(f"/v1.3/tasks/{task.id}").json()
    assert shown["queue_reason"] == "another task is fetching the same URL"


def test_a_key_may_have_so_many_unfinished_tasks(client, backstage, index_id: str) -> None:
    for _ in range(20):
        last = _submit(client, index_id)
    answer = client.post("/v1.1/tasks", data={"index_id": index_id, "video_url": URL})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert "20 tasks of this key" in answer.json()["message"]
    assert answer.headers["Retry-After"] == "30"
    accepted = client.get("/v1.3/tasks", params={"page_limit": 50}).json()["data"]
    assert [task["status"] for task in accepted].count("failed") == 0, "what was accepted goes on"
    assert len(accepted) == 20

    client.post(f"/v1.3/tasks/{last}/cancel")
    assert client.post("/v1.1/tasks", data={"index_id": index_id, "video_url": URL}).status_code == 200
    assert client.post(f"/v1.3/tasks/{last}/retry").status_code == 429


def test_all_keys_together_may_have_so_many_unfinished_tasks(client, backstage, index_id: str) -> None:
    for _ in range(30):
        backstage.add_task(index_id, status=TaskStatus.PENDING)
    answer = client.post("/v1.1/tasks", data={"index_id": index_id, "video_url": URL})
    assert (answer.status_code, answer.json()["code"]) == (503, "server_overloaded")
    assert answer.headers["Retry-After"] == "30"
