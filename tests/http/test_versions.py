"""One domain, three versions."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("prefix", "version"),
    [
        ("/v1.1", "v1.1"),
        ("/v1.2", "v1.2"),
        ("/v1.3", "v1.3"),
        ("", "v1.3"),
        ("/p/v1.1", "v1.1"),
        ("/p/v1.2", "v1.2"),
    ],
)
@pytest.mark.parametrize("end", ["", "/"])
def test_the_path_says_the_version(client: TestClient, prefix: str, version: str, end: str) -> None:
    answer = client.get(f"{prefix}/indexes{end}")
    assert answer.status_code == 200
    assert answer.headers["X-Api-Version"] == version


def test_a_version_keeps_its_own_words_for_the_same_index(client: TestClient, index_id: str) -> None:
    shown = {
        version: client.get(f"/{version}/indexes/{index_id}").json() for version in ("v1.1", "v1.2", "v1.3")
    }
    assert shown["v1.1"]["engine_id"] == "marengo2.5"
    assert "expires_at" not in shown["v1.1"]
    assert shown["v1.2"].keys() >= {"engines", "expires_at"}
    assert shown["v1.2"].keys().isdisjoint({"engine_id", "models"})
    assert shown["v1.3"]["models"] == [{"model_name": "marengo2.5", "model_options": ["visual", "audio"]}]
    assert shown["v1.3"].keys().isdisjoint({"engine_id", "engines"})


@pytest.mark.parametrize("path", ["/engines", "/engines/marengo2.5"])
def test_what_a_version_does_not_have_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/v1.1{path}").status_code == 200
    assert client.get(f"/v1.2{path}").status_code == 200
    assert client.get(f"/v1.3{path}").json()["code"] == "endpoint_not_exists"


NOT_SERVED = [
    ("POST", "/v1.2/assets"),
    ("GET", "/v1.1/assets/multipart-uploads"),
    ("POST", "/v1.2/indexes/0/indexed-assets"),
    ("POST", "/v1.3/tasks/transfers"),
    ("POST", "/v1.1/tasks/external-provider"),
    ("POST", "/v1.2/tasks/transfers/import/x"),
    ("POST", "/v1.3/combined-search"),
    ("POST", "/v1.3/classify"),
    ("POST", "/v1.1/gist"),
    ("POST", "/v1.2/analyze"),
    ("POST", "/v1.1/embed"),
    ("POST", "/v1.2/embed-v2/tasks"),
]


@pytest.mark.parametrize(("method", "path"), NOT_SERVED)
def test_what_is_not_served_says_so(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (404, "endpoint_not_exists")


def test_the_description_of_the_api_is_there(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert {"/indexes", "/tasks", "/search", "/tasks/{task_id}"} <= described["paths"].keys()
    assert described["servers"] == [{"url": "/v1.3"}]


@pytest.mark.parametrize("sent", ["a b", "x" * 65, "ü", ""])
def test_a_request_id_that_is_not_sane_is_replaced(client: TestClient, sent: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": sent.encode("latin-1")})
    assert answer.headers["X-Request-Id"] != sent
    assert len(answer.headers["X-Request-Id"]) == 16
