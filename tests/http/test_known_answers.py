"""A search that comes again is answered from memory, and never with what is not so any more."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from kinodex.domain.ids import IndexId, VideoId
from kinodex.http.answers import SMALL_BYTES
from kinodex.stores.sql.records import SqlRecords


@pytest.fixture
def ask(client: TestClient, backstage: Any, index_id: str) -> Callable[..., Any]:
    backstage.add_video(index_id, spoken=["the red car wins"], metadata={"team": "blue"})

    def asked(**more: object) -> Any:
        body = {"index_id": index_id, "query_text": "red car", "search_options": ["audio"], **more}
        return client.post("/v1.3/search", json=body)

    return asked


def remembered(client: TestClient) -> float:
    line = next(
        line
        for line in client.get("/metrics").text.splitlines()
        if line.startswith('kinodex_search_answers_total{from="memory"}')
    )
    return float(line.split()[1])


def videos_of(answer: Any) -> set[str]:
    return {hit["video_id"] for hit in answer.json()["data"]}


def test_the_same_search_is_answered_with_the_same_bytes(client, ask) -> None:
    first = ask()
    assert [ask().content for _ in range(3)] == [first.content] * 3
    assert remembered(client) == 3
    assert ask().headers["x-request-id"] != first.headers["x-request-id"]


def test_the_order_of_fields_does_not_matter_and_every_value_does(client, ask) -> None:
    ask(page_limit=3, operator="or")
    ask(operator="or", page_limit=3)
    assert remembered(client) == 1
    for more in (
        {"page_limit": 4},
        {"threshold": "high"},
        {"filter": {"team": "red"}},
        {"group_by": "video"},
    ):
        ask(**more)
    assert remembered(client) == 1


def test_a_form_is_answered_from_memory_too(client, ask, index_id: str) -> None:
    for _ in range(2):
        files = {"index_id": (None, index_id), "query_text": (None, "red"), "search_options": (None, "audio")}
        assert client.post("/v1.3/search", files=files).status_code == 200
    assert remembered(client) == 1


def test_other_versions_and_other_addresses_have_answers_of_their_own(client, ask, index_id: str) -> None:
    body = {"index_id": index_id, "query": "red car", "search_options": ["conversation"]}
    old, new = (client.post(f"/{each}/search", json=body).json() for each in ("v1.1", "v1.3"))
    assert old != new
    there = client.post("/v1.1/search", json=body, headers={"host": "elsewhere"}).json()
    assert there["data"][0]["thumbnail_url"].startswith("http://elsewhere/")


def test_the_next_search_finds_a_new_video(ask, backstage, index_id: str) -> None:
    before = videos_of(ask())
    video = backstage.add_video(index_id, spoken=["another red car"])
    answer = ask()
    assert videos_of(answer) == before | {video.id}
    assert answer.json()["search_pool"]["total_count"] == 2


def test_the_next_search_finds_no_video_that_was_deleted(client, ask, index_id: str) -> None:
    (video,) = videos_of(ask())
    assert client.delete(f"/v1.3/indexes/{index_id}/videos/{video}").status_code == 204
    assert videos_of(ask()) == set()


def test_the_next_search_shows_metadata_that_was_changed(client, ask, index_id: str) -> None:
    (hit,) = ask(include_user_metadata=True).json()["data"]
    assert hit["user_metadata"] == {"team": "blue"}
    assert videos_of(ask(filter={"team": "red"})) == set()
    path = f"/v1.3/indexes/{index_id}/videos/{hit['video_id']}"
    assert client.put(path, json={"user_metadata": {"team": "red"}}).status_code == 204
    assert ask(include_user_metadata=True).json()["data"][0]["user_metadata"] == {"team": "red"}
    assert videos_of(ask(filter={"team": "red"})) == {hit["video_id"]}


def test_the_next_search_of_an_index_that_was_deleted_is_refused(client, ask, index_id: str) -> None:
    assert ask().status_code == 200
    assert client.delete(f"/v1.3/indexes/{index_id}").status_code == 204
    assert ask().status_code == 404


def test_the_next_search_with_a_key_that_was_revoked_is_refused(client, ask, index_id: str) -> None:
    made = client.post("/keys", json={"name": "short", "scopes": ["read"]}).json()
    body = {"index_id": index_id, "query_text": "red car", "search_options": ["audio"]}
    key = {"x-api-key": made["key"]}
    assert [client.post("/search", json=body, headers=key).status_code for _ in range(2)] == [200, 200]
    assert client.delete(f"/keys/{made['_id']}").status_code == 204
    assert client.post("/search", json=body, headers=key).status_code == 401


def test_what_another_process_changes_is_seen(ask, backstage, index_id: str) -> None:
    (video,) = videos_of(ask())
    other = SqlRecords(str(backstage.records.engine.url))
    with other.write() as transaction:
        stored = transaction.videos.get(IndexId(index_id), VideoId(video))
        assert stored is not None
        transaction.videos.update(replace(stored, user_metadata={"team": "green"}))
    other.close()
    shown = ask(include_user_metadata=True).json()["data"][0]["user_metadata"]
    assert shown == {"team": "green"}


def test_what_changes_elsewhere_leaves_an_answer_as_it_is(client, ask, backstage) -> None:
    ask()
    other = client.post(
        "/v1.3/indexes",
        json={"index_name": "other", "models": [{"model_name": "marengo3.0", "model_options": ["audio"]}]},
    ).json()["_id"]
    backstage.add_video(other, spoken=["a red car"])
    ask()
    assert remembered(client) == 1


def test_pages_of_an_answer_from_memory_can_be_turned(client, ask, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["another red car"])
    tokens = [ask(page_limit=1).json()["page_info"]["next_page_token"] for _ in range(2)]
    assert tokens[0] == tokens[1]
    assert remembered(client) == 1
    assert len(client.get(f"/v1.3/search/{tokens[0]}").json()["data"]) == 1


def test_no_other_key_gets_the_pages_of_an_answer(client, ask, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["another red car"])
    key = {"x-api-key": client.post("/keys", json={"name": "b", "scopes": ["read"]}).json()["key"]}
    body = {"index_id": index_id, "query_text": "red", "search_options": ["audio"], "page_limit": 1}
    mine = client.post("/search", json=body).json()["page_info"]["next_page_token"]
    theirs = client.post("/search", json=body, headers=key).json()["page_info"]["next_page_token"]
    assert mine != theirs
    assert client.get(f"/search/{theirs}", headers=key).status_code == 200


def test_a_large_body_is_answered_as_before(ask) -> None:
    first = ask(unknown="x" * SMALL_BYTES)
    assert first.status_code == 200
    assert ask(unknown="x" * SMALL_BYTES).content == first.content
