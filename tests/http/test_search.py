"""``/search``."""

import json
import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from kinodex.http.routes.search import PICTURE_BYTES

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
OPTIONS = ["conversation", "text_in_video"]


def _body(index_id: str, **more: object) -> dict[str, object]:
    return {"index_id": index_id, "query": "red car", "search_options": OPTIONS, **more}


def test_version_1_1_answers_with_options_and_the_words_that_matched(
    client, backstage, index_id: str
) -> None:
    video = backstage.add_video(index_id, spoken=["the red car wins"], written=["red flag"])
    answer = client.post("/v1.1/search", json=_body(index_id)).json()
    (hit,) = answer["data"]
    assert (hit["video_id"], hit["start"], hit["end"]) == (video.id, 0.0, 5.0)
    assert 0 < hit["score"] <= 100
    assert hit["confidence"] in {"high", "medium", "low", "none"}
    assert hit["metadata"] == [
        {"type": "conversation", "text": "the red car wins"},
        {"type": "text_in_video", "text": "red flag"},
    ]
    assert "rank" not in hit
    info = answer["page_info"]
    assert (info["limit_per_page"], info["total_results"]) == (10, 1)
    assert TIME.fullmatch(info["page_expired_at"])
    assert info["page_expires_at"] == info["page_expired_at"]
    assert info.keys().isdisjoint({"next_page_token", "prev_page_token", "total_inner_matches"})
    assert answer["search_pool"] == {"index_id": index_id, "total_count": 1, "total_duration": 60.0}
    assert (answer["query"], answer["search_options"]) == ("red car", OPTIONS)
    assert (answer["type"], answer["conversation_option"]) == ("search_create", "semantic")
    assert (answer["no_confident_match"], answer["notes"]) == (False, [])


def test_a_hit_explains_itself(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, written=["red flag"])
    (hit,) = client.post("/v1.1/search", json=_body(index_id)).json()["data"]
    (evidence,) = hit["explain"]
    assert evidence.pop("probability") > 0
    assert evidence.pop("engine")
    assert evidence == {
        "modality": "screen_text",
        "how": "lexical",
        "start": 0.0,
        "end": 5.0,
        "text": "red flag",
        "matched_words": ["red"],
        "similar_words": [],
        "box": {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4},
        "similarity": None,
        "at": None,
        "space": None,
    }


def test_version_1_3_answers_with_ranks_that_go_on_over_pages(client, backstage, index_id: str) -> None:
    for number in range(3):
        backstage.add_video(index_id, spoken=["the red car"], metadata={"take": number})
    form = {
        "index_id": index_id,
        "query_text": "red car",
        "search_options": ["audio", "transcription"],
        "page_limit": "2",
        "include_user_metadata": "true",
    }
    answer = client.post("/v1.3/search", data=form, files={"_": ("", b"")}).json()
    assert [hit["rank"] for hit in answer["data"]] == [1, 2]
    assert answer["data"][0].keys() >= {
        "score",
        "confidence",
        "transcription",
        "user_metadata",
        "thumbnail_url",
    }
    assert answer["data"][0]["transcription"] == "the red car"
    assert "metadata" not in answer["data"][0]
    token = answer["page_info"]["next_page_token"]
    assert re.fullmatch(r"[0-9a-f]{32}-1", token)

    second = client.get(f"/v1.3/search/{token}").json()
    assert [hit["rank"] for hit in second["data"]] == [3]
    assert "user_metadata" not in second["data"][0]
    assert "next_page_token" not in second["page_info"]
    assert second["page_info"]["prev_page_token"].endswith("-0")
    again = client.get(f"/v1.3/search/{token}?include_user_metadata=true").json()
    assert "take" in again["data"][0]["user_metadata"]
    assert "rank" not in client.get(f"/v1.1/search/{token}").json()["data"][0]


@pytest.mark.parametrize("version", ["v1.1", "v1.3"])
def test_hits_are_grouped_by_video(client, backstage, index_id: str, version: str) -> None:
    two = backstage.add_video(index_id, spoken=["red car", "pause", "red car"], metadata={"a": 1})
    one = backstage.add_video(index_id, spoken=["red"])
    body = _body(index_id, group_by="video", include_user_metadata=True)
    answer = client.post(f"/{version}/search", json=body).json()
    assert {group["id"]: len(group["clips"]) for group in answer["data"]} == {two.id: 2, one.id: 1}
    first = answer["data"][0]
    assert first["id"] == two.id
    assert first["user_metadata"] == {"a": 1}
    assert first["clips"][0]["score"] >= first["clips"][1]["score"]
    assert (answer["page_info"]["total_results"], answer["page_info"]["total_inner_matches"]) == (2, 3)


def test_a_thumbnail_of_a_hit_needs_no_key(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["red car"])
    (hit,) = client.post("/v1.3/search", json=_body(index_id, search_options=["audio"])).json()["data"]
    client.headers.pop("x-api-key")
    assert client.get(hit["thumbnail_url"]).headers["Content-Type"] == "image/jpeg"


def test_nothing_found_is_an_answer(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["red car"])
    answer = client.post("/v1.1/search", json=_body(index_id, query="zebra"))
    assert answer.status_code == 200
    assert answer.json()["data"] == []
    assert answer.json()["page_info"]["total_results"] == 0
    assert answer.json()["no_confident_match"] is True


def test_pages_turn_only_for_the_key_that_searched(client, backstage, index_id: str) -> None:
    for _ in range(2):
        backstage.add_video(index_id, spoken=["red car"])
    answer = client.post("/v1.1/search", json=_body(index_id, page_limit=1)).json()
    other = backstage.usecases.keys.create("other").text
    token = answer["page_info"]["next_page_token"]
    assert client.get(f"/v1.1/search/{token}").status_code == 200
    refused = client.get(f"/v1.1/search/{token}", headers={"x-api-key": other})
    assert (refused.status_code, refused.json()["code"]) == (400, "search_page_token_expired")


@pytest.mark.parametrize(
    "token", ["expired-or-invalid", "x", f"{'0' * 32}-1", f"{'0' * 32}-99999999999999999999"]
)
def test_a_page_nobody_was_given_is_said_to_have_expired(shared_client: TestClient, token: str) -> None:
    answer = shared_client.get(f"/v1.3/search/{token}")
    assert (answer.status_code, answer.json()["code"]) == (400, "search_page_token_expired")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"index_id": None}, 400, "parameter_not_provided"),
        ({"index_id": "x"}, 400, "parameter_invalid"),
        ({"index_id": "0" * 24}, 404, "resource_not_exist"),
        ({"query": None}, 400, "parameter_not_provided"),
        ({"query": "   "}, 400, "parameter_not_provided"),
        ({"query": 7}, 400, "parameter_invalid"),
        ({"query": "x" * 2001}, 400, "parameter_invalid"),
        ({"query": {"$and": ["a"]}}, 400, "parameter_invalid"),
        ({"search_options": None}, 400, "parameter_not_provided"),
        ({"search_options": []}, 400, "parameter_not_provided"),
        ({"search_options": ["telepathy"]}, 400, "search_option_not_supported"),
        ({"operator": "xor"}, 400, "parameter_invalid"),
        ({"conversation_option": "loud"}, 400, "parameter_invalid"),
        ({"threshold": "highest"}, 400, "parameter_invalid"),
        ({"group_by": "shot"}, 400, "parameter_invalid"),
        ({"sort_option": "clip_count"}, 400, "parameter_invalid"),
        ({"adjust_confidence_level": 1.1}, 400, "parameter_invalid"),
        ({"adjust_confidence_level": "much"}, 400, "parameter_invalid"),
        ({"page_limit": 0}, 400, "parameter_invalid"),
        ({"page_limit": 51}, 400, "parameter_invalid"),
        ({"page_limit": 2.5}, 400, "parameter_invalid"),
        ({"transcription_options": ["lexical"]}, 400, "search_option_combination_not_supported"),
        ({"filter": "{nope"}, 400, "search_filter_invalid"),
        ({"filter": []}, 400, "search_filter_invalid"),
        ({"filter": {"duration": "abc"}}, 400, "search_filter_invalid"),
        ({"filter": {"id": "0" * 24}}, 400, "search_filter_invalid"),
        ({"filter": {"id": ["0" * 24]}}, 400, "search_video_not_in_same_index"),
        (
            {"query_media_url": "http://a.example/missing.png", "query_media_type": "image"},
            400,
            "parameter_invalid",
        ),
        ({"query_media_type": "image"}, 400, "parameter_not_provided"),
        ({"query_media_type": "video"}, 400, "parameter_invalid"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(client, index_id, changes, status, code) -> None:
    sent = {name: value for name, value in {**_body(index_id), **changes}.items() if value is not None}
    answer = client.post("/v1.1/search", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"query_text": " "}, "parameter_not_provided"),
        ({"search_options": ""}, "parameter_not_provided"),
        ({"search_options": "audio,"}, None),
        ({"page_limit": "-1"}, "parameter_invalid"),
        ({"page_limit": "ten"}, "parameter_invalid"),
        ({"adjust_confidence_level": "nan"}, "parameter_invalid"),
        ({"include_user_metadata": "perhaps"}, "parameter_invalid"),
        ({"transcription_options": "semantic"}, "search_option_combination_not_supported"),
        ({"filter": '{"id": {}}'}, "search_filter_invalid"),
        ({"filter": '"text"'}, "search_filter_invalid"),
        ({"filter": ""}, None),
    ],
)
def test_a_form_is_held_to_the_same_rules(client, index_id, changes, code) -> None:
    sent = {"index_id": index_id, "query_text": "red", "search_options": "audio", **changes}
    answer = client.post("/v1.3/search", data=sent)
    assert answer.json().get("code") == code
    assert answer.status_code == (400 if code else 200)


def test_a_filter_is_an_object_or_its_text(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["red car"])
    wanted = backstage.add_video(index_id, spoken=["red car"], metadata={"category": "sport"})
    rule = {"category": "sport", "duration": {"gte": 1}, "id": [wanted.id]}
    as_object = client.post("/v1.1/search", json=_body(index_id, filter=rule))
    as_text = client.post("/v1.1/search", json=_body(index_id, filter=json.dumps(rule)))
    in_form = client.post(
        "/v1.3/search",
        data={
            "index_id": index_id,
            "query_text": "red",
            "search_options": "audio",
            "filter": json.dumps(rule),
        },
    )
    for answer in (as_object, as_text, in_form):
        assert [hit["video_id"] for hit in answer.json()["data"]] == [wanted.id]


@pytest.mark.parametrize(
    "options",
    [
        [("search_options", "conversation"), ("search_options", "text_in_video")],
        [("search_options[]", "conversation"), ("search_options[]", "text_in_video")],
        [("search_options", '["conversation", "text_in_video"]')],
        [("search_options", "conversation,text_in_video")],
        [("search_options", "conversation, text_in_video")],
    ],
)
def test_a_list_in_a_form_has_three_spellings(client, index_id: str, options: list[tuple[str, str]]) -> None:
    fields = [("index_id", index_id), ("query", "red"), *options]
    content = "&".join(f"{name}={quote(value)}" for name, value in fields)
    answer = client.post(
        "/v1.1/search", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.json()["search_options"] == OPTIONS


def test_pictures_come_as_files_with_or_without_words(client, backstage, index_id: str) -> None:
    form = {"index_id": index_id, "search_options": "visual", "query_media_type": "image"}
    files = [("query_media_file", ("a.png", b"one")), ("query_media_file", ("b.png", b"two"))]
    assert client.post("/v1.3/search", data=form, files=files[:1]).status_code == 200
    both = client.post("/v1.3/search", data={**form, "query_text": "same colours"}, files=files)
    assert both.status_code == 200
    assert backstage.pictures == [b"one", b"one", b"two"]


def test_pictures_without_their_type_or_too_many_or_too_large_are_refused(client, index_id: str) -> None:
    form = {"index_id": index_id, "search_options": "visual"}
    picture = ("query_media_file", ("a.png", b"one"))
    answer = client.post("/v1.3/search", data=form, files=[picture])
    assert answer.json()["code"] == "parameter_not_provided"
    form["query_media_type"] = "image"
    many = client.post("/v1.3/search", data=form, files=[picture] * 11)
    assert (many.status_code, many.json()["code"]) == (400, "parameter_invalid")
    large = ("query_media_file", ("a.png", bytes(PICTURE_BYTES + 1)))
    refused = client.post("/v1.3/search", data=form, files=[large])
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


def test_the_second_search_of_version_1_2_is_there_in_that_version_only(client, index_id: str) -> None:
    form = {"index_id": index_id, "query_text": "red", "search_options": "conversation"}
    assert client.post("/v1.2/search-v2", data=form).status_code == 200
    # Clients of version 1.2 that are told to speak 1.1 call it as well.
    assert client.post("/v1.1/search-v2", data=form).status_code == 200
    assert client.post("/v1.3/search-v2", data=form).json()["code"] == "endpoint_not_exists"
    assert client.get("/v1.2/search-v2/x").json()["code"] == "search_page_token_expired"
