"""A key that is limited to some indexes sees nothing of the others."""

from typing import Any

import pytest
from starlette.testclient import TestClient

MODELS = [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}]


@pytest.fixture
def both(client, backstage) -> dict[str, Any]:
    """Two indexes with a task and a video each, and a key for the first."""
    made = {}
    for name in ("mine", "theirs"):
        index = client.post("/v1.3/indexes", json={"index_name": name, "models": MODELS}).json()["_id"]
        made[name] = index
        made[f"{name}_task"] = backstage.add_task(index).id
        made[f"{name}_video"] = backstage.add_video(index, spoken=["hello"]).id
    body = {"name": "limited", "index_ids": [made["mine"]]}
    made["headers"] = {"x-api-key": client.post("/v1.3/keys", json=body).json()["key"]}
    return made


def _search(client: TestClient, both: dict[str, Any], index_id: str) -> Any:
    fields = {"index_id": index_id, "query_text": "hello", "search_options": "audio"}
    files = {name: (None, value) for name, value in fields.items()}
    return client.post("/v1.3/search", files=files, headers=both["headers"])


def test_lists_show_its_own_indexes_and_their_tasks_only(client, both) -> None:
    for path, mine in (("indexes", "mine"), ("tasks", "mine_task")):
        listed = client.get(f"/v1.3/{path}", headers=both["headers"]).json()
        assert [item["_id"] for item in listed["data"]] == [both[mine]]
        assert listed["page_info"]["total_results"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "indexes/{0}",
        "indexes/{0}/videos",
        "indexes/{0}/videos/{0_video}",
        "tasks/{0_task}",
        "tasks/status?index_id={0}",
    ],
)
def test_its_own_index_is_there_and_another_is_not(client, both, path: str) -> None:
    for whose, status in (("mine", 200), ("theirs", 404)):
        names = {"{0}": both[whose], "{0_video}": both[f"{whose}_video"], "{0_task}": both[f"{whose}_task"]}
        asked = path
        for name, value in names.items():
            asked = asked.replace(name, value)
        answer = client.get(f"/v1.3/{asked}", headers=both["headers"])
        assert answer.status_code == status
        if status == 404:
            assert answer.json()["code"] == "resource_not_exist"


def test_searching_and_submitting_are_possible_in_its_own_index_only(client, both) -> None:
    assert _search(client, both, both["mine"]).status_code == 200
    assert _search(client, both, both["theirs"]).json()["code"] == "resource_not_exist"
    for whose, expected in (("mine", None), ("theirs", "resource_not_exist")):
        body = {"index_id": both[whose], "video_url": "http://videos.example/a.mp4"}
        answer = client.post("/v1.1/tasks", data=body, headers=both["headers"]).json()
        assert answer.get("code") == expected


def test_nothing_of_another_index_can_be_changed_or_removed(client, both) -> None:
    for method, path in (
        ("PUT", f"indexes/{both['theirs']}"),
        ("DELETE", f"indexes/{both['theirs']}"),
        ("DELETE", f"indexes/{both['theirs']}/videos/{both['theirs_video']}"),
        ("DELETE", f"tasks/{both['theirs_task']}"),
    ):
        assert client.request(method, f"/v1.3/{path}", headers=both["headers"]).status_code == 404
    assert client.get(f"/v1.3/indexes/{both['theirs']}").json()["video_count"] == 1


def test_what_is_about_more_than_one_index_is_closed(client, both) -> None:
    answer = client.post("/v1.3/indexes", json={"index_name": "x", "models": MODELS}, headers=both["headers"])
    assert (answer.status_code, answer.json()["code"]) == (403, "api_key_limited_to_indexes")


def test_a_foreign_index_and_one_that_is_not_there_look_the_same(client, both) -> None:
    unknown = client.get(f"/v1.3/indexes/{'0' * 24}", headers=both["headers"]).json()
    foreign = client.get(f"/v1.3/indexes/{both['theirs']}", headers=both["headers"]).json()
    assert foreign == {**unknown, "message": unknown["message"].replace("0" * 24, both["theirs"])}
