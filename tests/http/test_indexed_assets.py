"""Indexed assets: videos of an index from the moment their indexing was asked for."""

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.http.conftest import VIDEO, Backstage
from tests.http.test_assets import code, picture, send

from kinodex.domain.tasks import TaskStatus

ID = "0" * 24


def start(client: TestClient, index_id: str, asset_id: str, **more: Any) -> Any:
    return client.post(f"/v1.3/indexes/{index_id}/indexed-assets", json={"asset_id": asset_id, **more})


def test_an_asset_is_indexed_as_an_ordinary_task(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    asset_id = send(client, VIDEO)["_id"]

    made = start(client, index_id, asset_id, user_metadata={"via": "asset"}).json()

    assert made["asset_id"] == asset_id
    shown = client.get(f"/v1.3/indexes/{index_id}/indexed-assets/{made['_id']}").json()
    assert (shown["status"], shown["asset_id"], shown["user_metadata"]) == (
        "pending",
        asset_id,
        {"via": "asset"},
    )
    assert shown["system_metadata"]["duration"] == 60.0
    assert "indexed_at" not in shown
    (task,) = client.get(f"/v1.3/tasks?index_id={index_id}").json()["data"]
    assert task["video_id"] == made["_id"]
    assert backstage.jobs.queued == [task["_id"]]
    assert backstage.blobs.get_bytes(f"videos/{made['_id']}/source") == VIDEO


def test_only_a_video_that_is_ready_can_be_indexed(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    still = send(client, picture())["_id"]
    failed = send(client, b"%PDF-1.7 nothing to see")["_id"]
    coming = client.post("/v1.3/assets", data={"method": "url", "url": "http://e.com/a.mp4"}).json()["_id"]

    assert code(start(client, index_id, still)) == (400, "asset_type_invalid")
    assert code(start(client, index_id, failed)) == (400, "parameter_invalid")
    assert code(start(client, index_id, coming)) == (400, "parameter_invalid")
    assert code(start(client, index_id, ID)) == (404, "resource_not_exist")
    assert code(start(client, ID, still)) == (404, "resource_not_exist")
    assert code(client.post(f"/v1.3/indexes/{index_id}/indexed-assets", json={})) == (
        400,
        "parameter_not_provided",
    )


def test_a_video_outside_the_limits_is_refused_with_its_measure(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    backstage.media.facts = type(backstage.media.facts)(
        duration_s=3.2, width_px=640, height_px=360, fps=25, size_bytes=1, container="mp4", video_codec="h264"
    )
    answer = start(client, index_id, send(client, VIDEO)["_id"])
    assert code(answer) == (400, "video_duration_too_short")
    assert "3.20 s" in answer.json()["message"]


def test_all_statuses_are_listed_and_deleted_videos_are_not(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    failed = backstage.add_task(index_id, status=TaskStatus.FAILED)
    running = backstage.add_task(index_id, status=TaskStatus.INDEXING, user_metadata=(("topic", "sea"),))
    ready = backstage.add_task(index_id, status=TaskStatus.READY)
    backstage.add_video(index_id, id=ready.video_id, metadata={"topic": "sky", "n": 3})
    backstage.add_task(index_id, status=TaskStatus.READY)  # its video is gone

    def found(query: str) -> set[str]:
        answer = client.get(f"/v1.3/indexes/{index_id}/indexed-assets?{query}")
        assert answer.status_code == 200, answer.text
        return {each["_id"] for each in answer.json()["data"]}

    assert found("") == {failed.video_id, running.video_id, ready.video_id}
    assert found("status=ready&status=failed") == {failed.video_id, ready.video_id}
    assert found("user_metadata[topic]=sea") == {running.video_id}
    assert found('user_metadata={"topic":"sky"}') == {ready.video_id}
    assert found("topic=sky&n=3") == {ready.video_id}
    assert found("fps[gte]=20") == {ready.video_id}
    assert found("width[lte]=640&duration[gte]=10&filename=a.mp4&sort_by=updated_at") == {
        failed.video_id,
        running.video_id,
        ready.video_id,
    }
    assert found("height=1") == set()
    assert code(client.get(f"/v1.3/indexes/{index_id}/indexed-assets?status=x")) == (400, "parameter_invalid")


def test_a_failed_one_says_why(client: TestClient, backstage: Backstage, index_id: str) -> None:
    failed = backstage.add_task(index_id, status=TaskStatus.FAILED)
    shown = client.get(f"/v1.3/indexes/{index_id}/indexed-assets/{failed.video_id}").json()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "file_empty")


def test_a_ready_one_shows_what_is_said(client: TestClient, backstage: Backstage, index_id: str) -> None:
    task = backstage.add_task(index_id)
    backstage.add_video(index_id, id=task.video_id, spoken=["hello there"])
    path = f"/v1.3/indexes/{index_id}/indexed-assets/{task.video_id}"
    shown = client.get(f"{path}?transcription=true").json()
    assert shown["transcription"] == [{"start": 0.0, "end": 5.0, "value": "hello there"}]
    assert shown["indexed_at"]


@pytest.mark.parametrize("is_ready", [True, False])
def test_metadata_is_merged_before_and_after_the_video_is_there(
    client: TestClient, backstage: Backstage, index_id: str, is_ready: bool
) -> None:
    status = TaskStatus.READY if is_ready else TaskStatus.INDEXING
    task = backstage.add_task(index_id, status=status, user_metadata=(("a", 1), ("b", "x")))
    if is_ready:
        backstage.add_video(index_id, id=task.video_id, metadata={"a": 1, "b": "x"})
    path = f"/v1.3/indexes/{index_id}/indexed-assets/{task.video_id}"

    assert client.patch(path, json={"user_metadata": {"b": None, "c": "new"}}).status_code == 204

    assert client.get(path).json()["user_metadata"] == {"a": 1, "c": "new"}
    listed = client.get(f"/v1.3/indexes/{index_id}/indexed-assets?c=new").json()["data"]
    assert [each["_id"] for each in listed] == [task.video_id]
    assert client.get(f"/v1.3/indexes/{index_id}/indexed-assets?b=x").json()["data"] == []
    assert code(client.patch(path, json={"user_metadata": {"fps": 1}})) == (400, "parameter_invalid")


@pytest.mark.parametrize("status", [TaskStatus.INDEXING, TaskStatus.FAILED, TaskStatus.READY])
def test_one_of_any_status_can_be_deleted(
    client: TestClient, backstage: Backstage, index_id: str, status: TaskStatus
) -> None:
    task = backstage.add_task(index_id, status=status)
    if status is TaskStatus.READY:
        backstage.add_video(index_id, id=task.video_id)
    path = f"/v1.3/indexes/{index_id}/indexed-assets/{task.video_id}"

    assert client.delete(path).status_code == 204

    assert code(client.get(path)) == (404, "resource_not_exist")
    assert code(client.delete(path)) == (404, "resource_not_exist")
    assert client.get(f"/v1.3/indexes/{index_id}/indexed-assets").json()["data"] == []


def test_one_of_another_index_is_not_found(client: TestClient, backstage: Backstage, index_id: str) -> None:
    task = backstage.add_task(index_id, status=TaskStatus.INDEXING)
    other = client.post(
        "/v1.3/indexes",
        json={"index_name": "b", "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}]},
    ).json()["_id"]
    assert code(client.get(f"/v1.3/indexes/{other}/indexed-assets/{task.video_id}"))[0] == 404
