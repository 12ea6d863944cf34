"""``/tasks/transfers`` and ``/tasks/external-provider``."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

URL = "http://films.example/{}.mp4"


def _listed(index_id: str, *names: str) -> list[dict[str, Any]]:
    return [{"index_id": index_id, "object": URL.format(name), "language": "en"} for name in names]


@pytest.mark.parametrize(("version", "status"), [("v1.1", 200), ("v1.2", 201)])
def test_each_video_of_a_file_becomes_a_task_once(
    client: TestClient, index_id: str, version: str, status: int
) -> None:
    videos = _listed(index_id, "one", "two", "one")
    answer = client.post(f"/{version}/tasks/transfers", files={"file": ("list.json", json.dumps(videos))})
    assert (answer.status_code, answer.json()["errors"]) == (status, [])
    made = answer.json()["data"]
    assert [each["object"] for each in made] == [URL.format("one"), URL.format("two")]
    task = client.get(f"/v1.3/tasks/{made[1]['_id']}").json()
    assert (task["index_id"], task["video_id"]) == (index_id, made[1]["video_id"])
    assert task["system_metadata"]["filename"] == "two.mp4"


def test_what_cannot_be_taken_keeps_nothing_else_back(client: TestClient, index_id: str) -> None:
    videos = [
        {"index_id": index_id, "object": "ftp://films.example/a.mp4"},
        {"index_id": "0" * 24, "object": URL.format("b")},
        *_listed(index_id, "c"),
    ]
    answer = client.post("/v1.1/tasks/transfers", json={"file": videos}).json()
    assert [each["object"] for each in answer["data"]] == [URL.format("c")]
    refused = [(each["object"], each["code"]) for each in answer["errors"]]
    assert refused == [
        ("ftp://films.example/a.mp4", "url_scheme_not_allowed"),
        (URL.format("b"), "resource_not_exist"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "parameter_not_provided"),
        ({"file": "nonsense"}, "parameter_invalid"),
        ({"file": {"object": "x"}}, "parameter_invalid"),
        ({"file": [{"object": "http://films.example/a.mp4"}]}, "parameter_not_provided"),
        ({"file": [{"index_id": "0" * 24}]}, "parameter_not_provided"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(client: TestClient, body: Any, code: str) -> None:
    answer = client.post("/v1.1/tasks/transfers", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_list_with_a_mistake_makes_no_task(client: TestClient, backstage, index_id: str) -> None:
    body = {"file": [*_listed(index_id, "one"), {"index_id": index_id}]}
    assert client.post("/v1.1/tasks/transfers", json=body).status_code == 400
    assert backstage.jobs.queued == []


def test_a_list_sent_again_makes_no_second_tasks(client: TestClient, backstage, index_id: str) -> None:
    again = {"Idempotency-Key": "the list"}
    body = {"file": _listed(index_id, "one", "two")}
    first = client.post("/v1.1/tasks/transfers", json=body, headers=again).json()
    assert client.post("/v1.1/tasks/transfers", json=body, headers=again).json() == first
    assert len(backstage.jobs.queued) == 2


def test_a_direct_link_to_a_video_elsewhere_becomes_a_task(client: TestClient, index_id: str) -> None:
    answer = client.post("/v1.2/tasks/external-provider", json={"index_id": index_id, "url": URL.format("a")})
    assert (answer.status_code, set(answer.json())) == (201, {"_id"})
    assert client.get(f"/v1.2/tasks/{answer.json()['_id']}").json()["index_id"] == index_id
