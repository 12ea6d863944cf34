"""``/classify``."""

from typing import Any

import pytest
from starlette.testclient import TestClient

SPORT: dict[str, Any] = {"name": "sport", "prompts": ["a race", "the match"]}
COOKING: dict[str, Any] = {"name": "cooking", "prompts": ["soup"]}
ASKED: dict[str, Any] = {"options": ["conversation"], "classes": [COOKING, SPORT]}


@pytest.fixture
def video_id(backstage, index_id: str) -> str:
    task = backstage.add_task(index_id)
    backstage.add_video(index_id, id=task.video_id, spoken=["the race begins", "nothing", "a race ends"])
    return str(task.video_id)


@pytest.mark.parametrize("version", ["v1.1", "v1.2"])
def test_a_class_shows_where_it_is_spoken_of(client: TestClient, video_id: str, version: str) -> None:
    body = {**ASKED, "video_ids": [video_id], "include_clips": True, "show_detailed_score": True}

    answer = client.post(f"/{version}/classify", json=body)

    assert answer.status_code == 200
    (shown,) = answer.json()["data"]
    (found,) = shown["classes"]
    assert (shown["video_id"], found["name"]) == (video_id, "sport")
    clips = found["clips"]
    assert {(clip["start"], clip["end"]) for clip in clips} == {(0.0, 5.0), (20.0, 25.0)}
    assert {(clip["option"], clip["prompt"]) for clip in clips} == {("conversation", "a race")}
    assert client.get(clips[0]["thumbnail_url"]).status_code == 200
    assert found["duration_ratio"] == pytest.approx(10 / 60, abs=1e-4)
    details = found["detailed_scores"]
    assert found["score"] == details["max_score"] == max(clip["score"] for clip in clips)
    assert details["normalized_score"] == 100
    assert answer.json()["page_info"]["next_page_token"] == ""


def test_clips_and_details_are_shown_on_request_only(client: TestClient, video_id: str) -> None:
    answer = client.post("/v1.2/classify", json={**ASKED, "video_ids": [video_id]}).json()
    assert set(answer["data"][0]["classes"][0]) == {"name", "score", "duration_ratio"}


def test_early_clients_name_one_video_labels_and_a_confidence(client: TestClient, video_id: str) -> None:
    body = {"video_id": video_id, "options": ["conversation"], "labels": [SPORT], "threshold": "none"}
    answer = client.post("/v1.1/classify", json=body).json()
    assert [each["name"] for each in answer["data"][0]["classes"]] == ["sport"]
    surer = client.post("/v1.1/classify", json={**body, "threshold": "high"}).json()
    assert surer["data"][0] == {"video_id": video_id, "classes": []}


@pytest.mark.parametrize(
    ("threshold", "is_there"),
    [
        ({}, True),
        ({"min_clip_score": 100}, False),
        ({"min_video_score": 99.9}, False),
        ({"min_duration_ratio": 0.5}, False),
        ({"min_clip_score": 1, "min_video_score": 1, "min_duration_ratio": 0.1}, True),
    ],
)
def test_what_does_not_reach_the_threshold_is_left_out(
    client: TestClient, video_id: str, threshold: dict[str, float], is_there: bool
) -> None:
    body = {**ASKED, "video_ids": [video_id], "threshold": threshold}
    assert bool(client.post("/v1.2/classify", json=body).json()["data"][0]["classes"]) is is_there


def test_a_whole_index_comes_page_by_page_newest_first(client: TestClient, backstage, index_id: str) -> None:
    made = sorted(backstage.add_video(index_id, spoken=["a race"]).id for _ in range(3))
    body = {**ASKED, "index_id": index_id, "page_limit": 2}

    first = client.post("/v1.2/classify/bulk", json=body).json()

    assert [each["video_id"] for each in first["data"]] == made[:0:-1]
    assert first["page_info"]["total_results"] == 3
    # What is gone meanwhile is not shown, what came is not counted.
    client.delete(f"/v1.2/indexes/{index_id}/videos/{made[1]}")
    backstage.add_video(index_id, spoken=["a race"])
    second = client.get(f"/v1.2/classify/{first['page_info']['next_page_token']}").json()
    assert [each["video_id"] for each in second["data"]] == made[:1]
    assert second["page_info"]["next_page_token"] == ""
    again = client.get(f"/v1.2/classify/{second['page_info']['prev_page_token']}").json()
    assert [each["video_id"] for each in again["data"]] == made[2:]


@pytest.mark.parametrize(
    ("token", "code"),
    [("nonsense", "classify_page_token_invalid"), ("0" * 32 + "-1", "classify_page_token_expired")],
)
def test_a_token_nobody_gave_is_refused(client: TestClient, token: str, code: str) -> None:
    answer = client.get(f"/v1.1/classify/{token}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_token_of_a_search_turns_no_page_here(client: TestClient, backstage, index_id: str) -> None:
    for _ in range(2):
        backstage.add_video(index_id, spoken=["a race"])
    search = {"index_id": index_id, "query": "race", "search_options": ["conversation"], "page_limit": 1}
    token = client.post("/v1.1/search", json=search).json()["page_info"]["next_page_token"]
    assert client.get(f"/v1.1/classify/{token}").json()["code"] == "classify_page_token_expired"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"classes": []}, 400, "parameter_not_provided"),
        ({"classes": [{"name": "x"}]}, 400, "parameter_not_provided"),
        ({"classes": [SPORT, SPORT]}, 400, "parameter_invalid"),
        ({"classes": ["sport"]}, 400, "parameter_invalid"),
        ({"classes": [{"name": "x", "prompts": ["y"] * 101}]}, 400, "classify_prompts_limit_exceeded"),
        ({"options": []}, 400, "parameter_not_provided"),
        ({"options": ["telepathy"]}, 400, "search_option_not_supported"),
        (
            {"options": ["visual"], "conversation_option": "exact_match"},
            400,
            "classify_option_combination_not_supported",
        ),
        ({"conversation_option": "loosely"}, 400, "parameter_invalid"),
        ({"threshold": {"min_duration_ratio": 1.1}}, 400, "parameter_invalid"),
        ({"threshold": {"min_clip_score": "much"}}, 400, "parameter_invalid"),
        ({"threshold": 3}, 400, "parameter_invalid"),
        ({"page_limit": 51}, 400, "parameter_invalid"),
        ({"video_ids": []}, 400, "parameter_not_provided"),
        ({"video_ids": ["x"]}, 400, "parameter_invalid"),
        ({"video_ids": ["0" * 24]}, 404, "resource_not_exist"),
    ],
)
def test_what_cannot_be_classified_is_refused(
    client: TestClient, video_id: str, change: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/v1.2/classify", json={**ASKED, "video_ids": [video_id], **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_video_that_is_not_indexed_yet_is_refused(client: TestClient, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id)
    answer = client.post("/v1.1/classify", json={**ASKED, "video_ids": [task.video_id]})
    assert (answer.status_code, answer.json()["code"]) == (400, "video_not_ready")


def test_a_key_of_another_index_classifies_nothing(
    client: TestClient, backstage, index_id: str, video_id: str
) -> None:
    other = {"index_name": "others", "engine_id": "marengo2.5", "index_options": ["conversation"]}
    elsewhere = client.post("/v1.1/indexes", json=other).json()["_id"]
    limited = client.post("/v1.3/keys", json={"name": "guest", "index_ids": [elsewhere]}).json()["key"]
    headers = {"x-api-key": limited}
    single = client.post("/v1.1/classify", json={**ASKED, "video_ids": [video_id]}, headers=headers)
    bulk = client.post("/v1.1/classify/bulk", json={**ASKED, "index_id": index_id}, headers=headers)
    assert (single.status_code, bulk.status_code) == (404, 404)
    assert client.post("/v1.1/classify/bulk", json={**ASKED, "index_id": elsewhere}).status_code == 200
