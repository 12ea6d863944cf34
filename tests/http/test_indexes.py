"""``/indexes``."""

import re

import pytest
from starlette.testclient import TestClient

ID = re.compile(r"[0-9a-f]{24}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z")

V1_1 = {"index_name": "a", "engine_id": "marengo2.5", "index_options": ["visual", "conversation"]}
V1_2 = {
    "index_name": "a",
    "engines": [{"engine_name": "marengo2.6", "engine_options": ["visual", "logo"]}],
    "addons": ["thumbnail"],
}
V1_3 = {"index_name": "a", "models": [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}]}


def _created(client: TestClient, version: str, body: object) -> str:
    answer = client.post(f"/{version}/indexes", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"_id"}
    return str(answer.json()["_id"])


def test_version_1_1_creates_and_shows_an_index(client: TestClient) -> None:
    index_id = _created(client, "v1.1", V1_1)
    assert ID.fullmatch(index_id)
    shown = client.get(f"/v1.1/indexes/{index_id}").json()
    assert TIME.fullmatch(shown.pop("created_at"))
    assert TIME.fullmatch(shown.pop("updated_at"))
    assert shown == {
        "_id": index_id,
        "index_name": "a",
        "engine_id": "marengo2.5",
        "index_options": ["visual", "conversation"],
        "engines": [{"engine_name": "marengo2.5", "engine_options": ["visual", "conversation"]}],
        "addons": [],
        "video_count": 0,
        "total_duration": 0.0,
    }


def test_version_1_2_creates_and_shows_an_index(client: TestClient) -> None:
    shown = client.get(f"/v1.2/indexes/{_created(client, 'v1.2', V1_2)}").json()
    assert shown["engines"] == V1_2["engines"]
    assert shown["addons"] == ["thumbnail"]
    assert shown["expires_at"] is None


def test_version_1_3_creates_and_shows_an_index(client: TestClient) -> None:
    index_id = _created(client, "v1.3", V1_3)
    assert client.get(f"/v1.3/indexes/{index_id}").json()["models"] == V1_3["models"]
    old = client.get(f"/v1.1/indexes/{index_id}").json()
    assert old["index_options"] == ["visual", "conversation", "text_in_video", "logo"]


@pytest.mark.parametrize("body", [V1_1, V1_2, V1_3])
@pytest.mark.parametrize("version", ["v1.1", "v1.2", "v1.3"])
def test_every_body_is_understood_in_every_version(client: TestClient, version: str, body: object) -> None:
    _created(client, version, body)


@pytest.mark.parametrize(
    ("body", "code", "names"),
    [
        ({}, "parameter_not_provided", "index_name"),
        ({**V1_1, "index_name": ""}, "parameter_not_provided", "index_name"),
        ({**V1_1, "index_name": "  "}, "parameter_not_provided", "index_name"),
        ({**V1_1, "index_name": 5}, "parameter_invalid", "index_name"),
        ({**V1_1, "index_name": "x" * 201}, "parameter_invalid", "index_name"),
        ({"index_name": "a"}, "parameter_not_provided", "models"),
        ({"index_name": "a", "models": []}, "parameter_not_provided", "models"),
        ({"index_name": "a", "models": "marengo3.0"}, "parameter_invalid", "models"),
        ({"index_name": "a", "models": ["marengo3.0"]}, "parameter_invalid", "models"),
        (
            {"index_name": "a", "models": [{"model_options": ["visual"]}]},
            "parameter_not_provided",
            "model_name",
        ),
        (
            {"index_name": "a", "models": [{"model_name": "marengo3.0"}]},
            "parameter_not_provided",
            "model_options",
        ),
        ({**V1_1, "engine_id": "gpt"}, "parameter_invalid", "gpt"),
        ({**V1_1, "index_options": ["smell"]}, "parameter_invalid", "smell"),
        ({**V1_1, "index_options": [1]}, "parameter_invalid", "index_options"),
        ({**V1_1, "addons": ["wings"]}, "parameter_invalid", "addons"),
    ],
)
def test_a_body_that_cannot_work_is_refused_by_name(client, body: object, code: str, names: str) -> None:
    answer = client.post("/v1.1/indexes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert names in answer.json()["message"]


def test_a_name_is_given_once(client: TestClient) -> None:
    _created(client, "v1.1", V1_1)
    answer = client.post("/v1.3/indexes", json=V1_3)
    assert (answer.status_code, answer.json()["code"]) == (400, "index_name_already_exists")


def test_an_index_is_renamed_and_nothing_else(client: TestClient, index_id: str) -> None:
    answer = client.put(f"/v1.1/indexes/{index_id}", json={"index_name": "b"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"/v1.1/indexes/{index_id}").json()["index_name"] == "b"
    fixed = client.put(f"/v1.1/indexes/{index_id}", json={"index_name": "c", "index_options": ["visual"]})
    assert fixed.json()["code"] == "index_option_cannot_be_changed"
    assert client.put(f"/v1.1/indexes/{index_id}", json={}).json()["code"] == "parameter_not_provided"


def test_a_deleted_index_is_gone_with_what_was_in_it(client: TestClient, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id)
    assert client.delete(f"/v1.1/indexes/{index_id}").status_code == 204
    for path in (f"/v1.1/indexes/{index_id}", f"/v1.1/tasks/{task.id}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_exist")


@pytest.mark.parametrize(
    ("identifier", "status", "code"),
    [
        ("0" * 24, 404, "resource_not_exist"),
        ("0" * 23, 400, "parameter_invalid"),
        ("g" * 24, 400, "parameter_invalid"),
        ("%00", 400, "parameter_invalid"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_is_malformed_or_unknown(client, method: str, identifier: str, status: int, code: str) -> None:
    body = {"index_name": "x"} if method == "PUT" else None
    answer = client.request(method, f"/v1.1/indexes/{identifier}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_ids_are_understood_in_capital_letters(client: TestClient, index_id: str) -> None:
    assert client.get(f"/v1.1/indexes/{index_id.upper()}").json()["_id"] == index_id


def test_totals_count_ready_videos(client: TestClient, backstage, index_id: str) -> None:
    backstage.add_video(index_id)
    backstage.add_video(index_id)
    shown = client.get(f"/v1.3/indexes/{index_id}").json()
    assert (shown["video_count"], shown["total_duration"]) == (2, 120.0)


def _names(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"/v1.3/indexes?{query}")
    assert answer.status_code == 200, answer.text
    return [index["index_name"] for index in answer.json()["data"]]


def test_a_list_is_paged_newest_first_and_ends_in_an_empty_page(client: TestClient) -> None:
    for number in range(3):
        _created(client, "v1.1", {**V1_1, "index_name": f"n{number}"})
    first = client.get("/v1.1/indexes?page_limit=2").json()
    assert first["page_info"] == {"limit_per_page": 2, "page": 1, "total_page": 2, "total_results": 3}
    pages = [_names(client, f"page_limit=2&page={page}") for page in (1, 2, 3, 1_000_000)]
    assert [len(page) for page in pages] == [2, 1, 0, 0]
    assert sorted(pages[0] + pages[1]) == ["n0", "n1", "n2"]
    upwards = _names(client, "sort_option=asc&sort_by=updated_at&page_limit=50")
    assert upwards == _names(client, "page_limit=50&sort_by=updated_at")[::-1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1_0", "page"),
        ("page=99999999999999999999", "page"),
        ("page_limit=51", "page_limit"),
        ("page_limit=-1", "page_limit"),
        ("sort_by=name", "sort_by"),
        ("sort_option=up", "sort_option"),
        ("created_at=yesterday", "created_at"),
        ("created_at=0001-01-01T00:00:00%2B23:59", "created_at"),
        ("created_at[gte]=2022-13-01", "created_at"),
        ("_id=7", "_id"),
        ("index_name[gte]=a", "index_name"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_by_name(client, query: str, names: str) -> None:
    answer = client.get(f"/v1.1/indexes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert names in answer.json()["message"]


def test_a_list_is_narrowed_by_name_options_and_time(client: TestClient, index_id: str) -> None:
    _created(client, "v1.2", {**V1_2, "index_name": "logos"})
    created_at = client.get(f"/v1.1/indexes/{index_id}").json()["created_at"]
    day = created_at[:10]
    assert _names(client, "index_name=logos&unknown=1&page=") == ["logos"]
    assert _names(client, f"_id={index_id}") == ["films"]
    assert _names(client, "engine_options=visual,logo&sort_option=asc") == ["films", "logos"]
    assert _names(client, "model_options=conversation") == ["films"]
    assert len(_names(client, f"created_at={day}")) == 2
    assert len(_names(client, f"created_at%5Bgte%5D={day}&created_at[lte]={day}")) == 2
    assert _names(client, "created_at=2020-01-01") == []
    assert len(_names(client, f"created_at={created_at}")) == 2
    assert len(_names(client, f"created_at[gte]={created_at}")) == 2


def test_a_list_is_narrowed_by_the_family_of_a_model(client: TestClient, index_id: str) -> None:
    both = [*V1_3["models"], {"model_name": "pegasus1.2", "model_options": ["visual"]}]
    _created(client, "v1.3", {"index_name": "both", "models": both})
    assert sorted(_names(client, "model_family=marengo")) == ["both", "films"]
    assert _names(client, "engine_family=pegasus") == ["both"]
    answer = client.get("/v1.3/indexes?model_family=gpt")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
