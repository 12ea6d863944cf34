"""Who may call what."""

from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.indexes import ModelChoice
from kinodex.http.app import ROUTERS, create_app
from kinodex.http.auth import KnownKeys

OPEN = {
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/{name}",
    "/uploads/{upload_id}/{number}",
    "/",
    "/page/{name}",
    "/sign-ins",
}
SIGNED = "/media/"
ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    and route.path not in OPEN | {"/metrics"}
    and not route.path.startswith(SIGNED)
    for method in route.methods
)
ID = "0" * 24


def _path(pattern: str) -> str:
    names = ("index_id", "video_id", "task_id", "token", "engine_id", "key_id", "webhook_id", "delivery_id")
    for name in names:
        pattern = pattern.replace(f"{{{name}}}", ID)
    return pattern


@pytest.fixture(scope="module")
def ended_keys(shared_backstage) -> dict[str, str]:
    """A key that was revoked and one that has expired."""
    keys = shared_backstage.usecases.keys
    revoked, expired = keys.create("revoked"), keys.create("expired")
    keys.revoke(revoked.key.id)
    with shared_backstage.records.write() as transaction:
        transaction.keys.expire(expired.key.id, now() - timedelta(seconds=1))
    return {"revoked": revoked.text, "expired": expired.text}


EVERY_DAY = [None, "revoked"]
NOW_AND_THEN = ["wrong", "", "kdx_ünknown".encode("latin-1"), "expired"]


@pytest.mark.parametrize(
    "key", [*EVERY_DAY, *(pytest.param(key, marks=pytest.mark.slow) for key in NOW_AND_THEN)]
)
@pytest.mark.parametrize(("method", "pattern"), ROUTES)
def test_no_route_answers_without_a_good_key(
    shared_client: TestClient, ended_keys, method: str, pattern: str, key: str | bytes | None
) -> None:
    shared_client.headers.pop("x-api-key", None)
    key = ended_keys.get(key, key) if isinstance(key, str) else key
    headers = {} if key is None else {"x-api-key": key}
    answer = shared_client.request(method, f"/v1.2{_path(pattern)}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


SCOPES = {"GET": "read", "POST": "write", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
BY_PATH = {
    "/search": "read",
    "/beta/search": "read",
    "/combined-search": "read",
    "/classify": "read",
    "/estimate": "read",
    "/keys": "admin",
    "/sign-in-links": "admin",
    "/webhooks": "admin",
}


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


ABOUT_NO_INDEX = {"/engines", "/engines/{engine_id}", "/capabilities"}


@pytest.mark.parametrize(("method", "pattern"), ROUTES)
def test_a_key_limited_to_other_indexes_gets_nowhere(
    shared_client, limited: tuple[str, str], method: str, pattern: str
) -> None:
    if pattern in ABOUT_NO_INDEX or pattern.startswith("/keys"):
        return
    limited_key, theirs = limited
    path = pattern.replace("{index_id}", theirs)
    body = {"index_id": theirs, "video_url": "http://videos.example/a.mp4", "query_text": "a"}
    sent = {"json": body} if method in {"POST", "PUT", "PATCH"} else {"params": {"index_id": theirs}}
    headers = {"x-api-key": limited_key}
    answer = shared_client.request(method, f"/v1.2{_path(path)}", headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"]) in {
        (404, "resource_not_exist"),
        (404, "endpoint_not_exists"),
        (403, "api_key_limited_to_indexes"),
        (403, "api_not_allowed"),
        (400, "search_page_token_expired"),
    }


@pytest.fixture(scope="module")
def limited(shared_backstage) -> tuple[str, str]:
    """A key for one of two indexes, and the id of the other one."""
    indexes = shared_backstage.usecases.indexes
    models = (ModelChoice("marengo3.0", ("visual", "audio")),)
    mine, theirs = (
        indexes.create(name, models=models, addons=(), generation="v1.3") for name in ("mine", "theirs")
    )
    scopes = ("read", "write", "delete")
    key = shared_backstage.usecases.keys.create("limited", scopes=scopes, index_ids=[mine.id])
    return key.text, theirs.id


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
