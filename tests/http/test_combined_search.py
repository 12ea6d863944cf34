"""Combined queries: as objects, in the search language, and over several indexes."""

from typing import Any

import pytest

OPTIONS = ["conversation", "text_in_video"]
GOAL, SAVE = {"text": "a red car"}, {"text": "blue sky"}


@pytest.fixture
def film(backstage, index_id: str) -> str:
    """A video in which two lines are said one after the other, each 5 s long."""
    return str(backstage.add_video(index_id, spoken=["a red car", "blue sky"]).id)


def _body(index_id: str, query: object, **more: object) -> dict[str, object]:
    return {"index_id": index_id, "query": query, "search_options": OPTIONS, **more}


@pytest.mark.parametrize(
    "path",
    [
        "v1.1/combined-search",
        "v1.2/combined-search",
        "v1.2/search/combined",
        "v1.1/beta/search",
        "v1.1/search",
        "v1.3/search",
    ],
)
def test_a_query_may_be_an_object(client, film: str, index_id: str, path: str) -> None:
    query = {"$then": [GOAL, SAVE], "proximity": 10}
    answer = client.post(f"/{path}", json=_body(index_id, query))
    assert answer.status_code == 200
    best = answer.json()["data"][0]
    assert best["video_id"] == film
    assert [part["query"] for part in best["parts"]] == ['"a red car"', '"blue sky"']
    assert best["parts"][0]["end"] <= best["parts"][1]["start"]
    assert best["start"] == best["parts"][0]["start"]
    if path != "v1.3/search":
        assert answer.json()["query"] == query


def test_the_search_language_says_the_same_as_the_object(client, film: str, index_id: str) -> None:
    as_object = _body(
        index_id,
        {
            "$not": {
                "origin": {"$then": [{"text": "a red car", "modality": "speech"}, SAVE], "proximity": 10},
                "sub": {"text": "replay", "modality": "screen_text"},
            }
        },
    )
    in_words = 'said:"a red car" then:10s "blue sky" not text:replay'
    as_text = {**_body(index_id, in_words), "query_language": "kinodex"}
    answers = [client.post("/v1.1/search", json=body).json() for body in (as_object, as_text)]
    shown = [[{**hit, "thumbnail_url": ""} for hit in answer["data"]] for answer in answers]
    assert shown[0] == shown[1] != []
    assert answers[1]["query"] == in_words


def test_words_without_operators_are_searched_as_ever(client, film: str, index_id: str) -> None:
    plain = client.post("/v1.1/search", json=_body(index_id, "red and blue")).json()
    spoken = client.post(
        "/v1.1/search", json=_body(index_id, "red and blue", query_language="kinodex")
    ).json()
    for answer in (plain, spoken):
        for hit in answer["data"]:
            hit["thumbnail_url"] = ""
    assert plain["data"] == spoken["data"] != []


def test_a_client_that_does_not_name_the_language_is_never_parsed(client, film: str, index_id: str) -> None:
    answer = client.post("/v1.1/search", json=_body(index_id, 'said:"a red car')).json()
    assert answer["data"]
    assert "parts" not in answer["data"][0]


def test_pages_of_a_combined_query_turn(client, backstage, index_id: str) -> None:
    for _ in range(2):
        backstage.add_video(index_id, spoken=["a red car", "blue sky"])
    query = {"$or": [GOAL, SAVE]}
    body = _body(index_id, query, page_limit=1)
    first = client.post("/v1.2/combined-search", json=body).json()
    token = first["page_info"]["next_page_token"]
    second = client.get(f"/v1.2/combined-search/{token}").json()
    assert second["data"][0]["parts"]
    assert second["data"][0] != first["data"][0]
    assert second["query"] == query
    assert client.get(f"/v1.3/combined-search/{token}").json()["code"] == "endpoint_not_exists"


def _nested(levels: int) -> dict[str, Any]:
    return {"$and": [_nested(levels - 1)]} if levels > 1 else {"text": "x"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "neither words nor pictures"),
        ({"text": " "}, "neither words nor pictures"),
        ({"text": 5}, "query.text is not valid: expected a text"),
        ({"text": "x" * 2001}, "2001 characters and the maximum is 2000"),
        ({"text": "<@ab>"}, "marks an entity"),
        ({"words": "x"}, "query is not valid: 'words' is not one of text"),
        ({"$and": []}, "query.$and is not valid: expected a list of queries"),
        ({"$and": ["x"]}, "query.$and[0] is not valid: expected an object"),
        ({"$and": [GOAL], "$or": [SAVE]}, "it has $and and $or"),
        ({"$or": [GOAL, SAVE], "proximity": 3}, "'proximity' is not one of $or"),
        ({"$then": [GOAL, SAVE], "proximity": -1}, "-1 seconds are not between 0 and 86400 seconds"),
        ({"$then": [GOAL, SAVE], "proximity": "1"}, "query.proximity is not valid: expected a number"),
        ({"$not": {"origin": GOAL}}, "query.$not is not valid: expected an object with origin and sub"),
        ({"$or": [GOAL] * 21}, "it has 21 parts and the maximum is 20"),
        (_nested(9), "more levels than the maximum of 8"),
        ({"text": "x", "modality": "smell"}, "expected one of visual, speech, screen_text"),
        ({"text": "x", "conversation_option": "loud"}, "'loud' is not one of semantic, exact_match"),
        ({"pictures": [1]}, "it names picture 1, and 0 came with it"),
    ],
)
def test_an_object_that_is_no_query_is_refused_with_its_place(client, index_id, query, said: str) -> None:
    answer = client.post("/v1.1/combined-search", json=_body(index_id, query))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert said in answer.json()["message"]


def test_an_option_of_a_part_must_be_one_of_the_index(client, index_id: str) -> None:
    answer = client.post(
        "/v1.1/combined-search", json=_body(index_id, {"text": "x", "search_options": ["telepathy"]})
    )
    assert answer.json()["code"] == "search_option_not_supported"


def test_broken_grammar_is_told_with_its_column(client, index_id: str) -> None:
    body = _body(index_id, '"goal" then:ten "save"', query_language="kinodex")
    answer = client.post("/v1.1/search", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "search_query_invalid")
    assert "column 13: expected a duration like 10s after then:" in answer.json()["message"]
    unknown = client.post("/v1.1/search", json=_body(index_id, "x", query_language="latin"))
    assert unknown.json()["code"] == "parameter_invalid"


def test_pictures_are_named_by_number(client, backstage, index_id: str) -> None:
    form = {
        "index_id": index_id,
        "search_options": "visual",
        "query_media_type": "image",
        "query_language": "kinodex",
    }
    files = [("query_media_file", ("a.png", b"one")), ("query_media_file", ("b.png", b"two"))]
    answer = client.post("/v1.3/search", data={**form, "query_text": "picture:1 then picture:2"}, files=files)
    assert answer.status_code == 200
    unused = client.post("/v1.3/search", data={**form, "query_text": "picture:1 seen:car"}, files=files)
    assert "picture 2 came with it, and no part names it" in unused.json()["message"]


def test_ten_pictures_of_each_kind_are_taken(client, backstage, index_id: str) -> None:
    form = {
        "index_id": index_id,
        "search_options": "visual",
        "query_media_type": "image",
        "query_text": "red",
    }
    files = [("query_media_file", ("a.png", b"one"))] * 10
    assert client.post("/v1.3/search", data=form, files=files).status_code == 200
    urls = {**form, "query_media_url": ["http://a.example/a.png"] * 11}
    refused = client.post("/v1.3/search", data=urls, files=files)
    assert "11 addresses were sent and the maximum is 10" in refused.json()["message"]


@pytest.fixture
def other_index(client) -> str:
    model = {"model_name": "marengo3.0", "model_options": ["visual", "audio"]}
    return str(client.post("/v1.3/indexes", json={"index_name": "other", "models": [model]}).json()["_id"])


def test_several_indexes_are_searched_as_one(client, backstage, index_id: str, other_index: str) -> None:
    here = backstage.add_video(index_id, spoken=["a red car", "blue sky"]).id
    there = backstage.add_video(other_index, spoken=["a red car"]).id
    body = {"index_ids": [index_id, other_index], "query_text": "a red car", "search_options": ["audio"]}
    answer = client.post("/v1.3/search", json={**body, "page_limit": 1}).json()
    second = client.get(f"/v1.3/search/{answer['page_info']['next_page_token']}").json()
    hits = [*answer["data"], *second["data"]]
    assert {(hit["video_id"], hit["index_id"]) for hit in hits} == {(here, index_id), (there, other_index)}
    assert answer["search_pool"]["total_count"] == 2
    assert answer["search_pool"]["index_ids"] == [index_id, other_index]
    for hit in hits:
        assert f"/{hit['index_id']}/{hit['video_id']}/" in hit["thumbnail_url"]
        assert client.get(hit["thumbnail_url"]).status_code == 200
    groups = client.post("/v1.3/search", json={**body, "group_by": "video"}).json()["data"]
    assert {(group["id"], group["index_id"]) for group in groups} == {
        (here, index_id),
        (there, other_index),
    }


def test_a_search_of_one_index_looks_as_ever(client, film: str, index_id: str) -> None:
    body = {"index_ids": [index_id], "query_text": "a red car", "search_options": ["audio"]}
    answer = client.post("/v1.3/search", json=body).json()
    assert "index_id" not in answer["data"][0]
    assert answer["search_pool"].keys() == {"index_id", "total_count", "total_duration"}


def test_one_video_alone_can_be_searched_in_any_of_the_indexes(
    client, backstage, index_id: str, other_index: str
) -> None:
    backstage.add_video(index_id, spoken=["a red car"])
    there = backstage.add_video(other_index, spoken=["a red car"]).id
    body = {"index_ids": [index_id, other_index], "query_text": "a red car", "search_options": ["audio"]}
    for more in ({"video_id": there}, {"video_ids": [there]}, {"filter": {"id": [there]}}):
        answer = client.post("/v1.3/search", json={**body, **more}).json()
        assert [hit["video_id"] for hit in answer["data"]] == [there]
    missing = client.post("/v1.3/search", json={**body, "video_ids": ["0" * 24]})
    assert missing.json()["code"] == "search_video_not_in_same_index"
    both = client.post("/v1.3/search", json={**body, "video_id": there, "filter": {"id": [there]}})
    assert "the filter holds id already" in both.json()["message"]


def test_a_key_reaches_none_but_its_own_indexes(client, backstage, index_id: str, other_index: str) -> None:
    backstage.add_video(index_id, spoken=["a red car"])
    key = client.post("/v1.3/keys", json={"name": "limited", "index_ids": [index_id]}).json()["key"]
    body = {"query_text": "a red car", "search_options": ["audio"]}
    statuses = [
        client.post("/v1.3/search", json={**body, "index_ids": ids}, headers={"x-api-key": key}).status_code
        for ids in ([index_id], [index_id, other_index], [other_index])
    ]
    assert statuses == [200, 404, 404]
    combined = {
        "index_ids": [other_index],
        "query": {"text": "a red car"},
        "search_options": ["conversation"],
    }
    answer = client.post("/v1.2/combined-search", json=combined, headers={"x-api-key": key})
    assert answer.status_code == 404


def test_too_many_or_unknown_indexes_are_refused(client, index_id: str) -> None:
    body = {"query_text": "x", "search_options": ["audio"]}
    many = client.post("/v1.3/search", json={**body, "index_ids": [f"{n:024x}" for n in range(51)]})
    assert "51 indexes were named and the maximum is 50" in many.json()["message"]
    unknown = client.post("/v1.3/search", json={**body, "index_ids": [index_id, "0" * 24]})
    assert unknown.json()["code"] == "resource_not_exist"
    none = client.post("/v1.3/search", json=body)
    assert none.json()["code"] == "parameter_not_provided"
