"""Who may call what."""

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from kinodex.http.app import ROUTERS, create_app
from kinodex.http.auth import KnownKeys

OPEN = {"/healthz", "/readyz", "/media/{index_id}/{video_id}/{at_ms}.jpg"}
ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path not in OPEN | {"/metrics"}
    for method in route.methods
)
ID = "0" * 24


def _path(pattern: str) -> str:
    names = ("index_id", "video_id", "task_id", "token", "engine_id", "key_id")
    for name in names:
        pattern = pattern.replace(f"{{{name}}}", ID)
    return pattern


@pytest.mark.parametrize("key", [None, "wrong", "", "kdx_ünknown".encode("latin-1")])
@pytest.mark.parametrize(("method", "pattern"), ROUTES)
def test_no_route_answers_without_a_good_key(
    shared_client: TestClient, method: str, pattern: str, key: str | bytes | None
) -> None:
    shared_client.headers.pop("x-api-key", None)
    headers = {} if key is None else {"x-api-key": key}
    answer = shared_client.request(method, f"/v1.2{_path(pattern)}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


SCOPES = {"GET": "read", "POST": "write", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
BY_PATH = {"/search": "read", "/keys": "admin"}


@pytest.mark.parametrize(("method", "pattern"), ROUTES)
def test_a_key_does_what_its_scopes_say_and_no_more(
    shared_client, shared_backstage, method: str, pattern: str
) -> None:
    needed = next((scope for start, scope in BY_PATH.items() if pattern.startswith(start)), SCOPES[method])
    others = [scope for scope in ("read", "write", "delete", "admin") if scope != needed]
    key = shared_backstage.usecases.keys.create("some", scopes=others).text
    answer = shared_client.request(method, f"/v1.2{_path(pattern)}", headers={"x-api-key": key})
    assert (answer.status_code, answer.json()["code"]) == (403, "api_not_allowed")
    assert needed in answer.json()["message"]


def test_keys_are_remembered_for_a_few_seconds_only(client, backstage, monkeypatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("kinodex.http.auth.time.monotonic", lambda: clock[0])
    made = backstage.usecases.keys.create("short")
    headers = {"x-api-key": made.text}
    assert client.get("/v1.1/indexes", headers=headers).status_code == 200
    backstage.usecases.keys.revoke(made.key.id)
    clock[0] += 4.9
    assert client.get("/v1.1/indexes", headers=headers).status_code == 200
    clock[0] += 0.2
    assert client.get("/v1.1/indexes", headers=headers).status_code == 401


def test_a_remembered_key_costs_no_look_into_the_database(client, backstage, monkeypatch) -> None:
    asked = []
    original = backstage.usecases.keys.authenticate
    monkeypatch.setattr(
        backstage.usecases.keys, "authenticate", lambda text: asked.append(text) or original(text)
    )
    for _ in range(5):
        client.get("/v1.1/indexes")
    assert len(asked) == 1


def test_a_refusal_is_never_remembered(client, backstage) -> None:
    text = "kdx_later"
    assert client.get("/v1.1/indexes", headers={"x-api-key": text}).status_code == 401
    assert KnownKeys(backstage.usecases.keys)._known == {}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8080", 421),
        ("127.0.0.1:8080@evil.example", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_server_are_answered(backstage, host: str, status: int) -> None:
    hosts = ("localhost", "127.0.0.1", "[::1]")
    app = create_app(backstage.usecases, signing_key=b"k", allowed_hosts=hosts)
    with TestClient(app) as client:
        answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"]
    if status == 421:
        assert answer.json()["code"] == "host_not_allowed"
