"""``/webhooks`` and ``/events``: made, changed, tried and looked at over HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.events import Event

URL = "https://hooks.example/kinodex?token=abc"
UNKNOWN = "0" * 24


def _make(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1.3/webhooks", json={"url": URL, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _happen(backstage: Any, name: str, kind: str = "index.task.ready") -> None:
    event = Event(id=f"whe_{name:0>32}", type=kind, created_at=now(), data={"id": name})
    with backstage.records.write() as transaction:
        transaction.outbox.add(event)


def test_a_webhook_shows_its_secret_once(client: TestClient) -> None:
    made = _make(client, description="ours")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "_id": made["_id"],
        "url": URL,
        "events": ["index.task.ready", "index.task.failed"],
        "description": "ours",
        "enabled": True,
        "disabled_reason": None,
        "failing_since": None,
        "old_secret_until": None,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    }
    assert client.get(f"/v1.3/webhooks/{made['_id']}").json() == made
    assert client.get("/v1.3/webhooks").json() == {"data": [made]}


def test_a_webhook_is_changed_in_what_is_sent_and_deleted(client: TestClient) -> None:
    made = _make(client, description="ours")
    path = f"/v1.3/webhooks/{made['_id']}"
    changed = client.patch(path, json={"enabled": False, "events": "analyze.task.ready,index.task.failed"})
    assert changed.status_code == 200
    assert changed.json()["enabled"] is False
    assert changed.json()["events"] == ["analyze.task.ready", "index.task.failed"]
    assert (changed.json()["url"], changed.json()["description"]) == (URL, "ours")
    assert client.patch(path, json={"description": ""}).json()["description"] == ""
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).json()["code"] == "resource_not_exist"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "parameter_not_provided"),
        ({"url": "nonsense"}, "url_invalid"),
        ({"url": "ftp://hooks.example/"}, "url_scheme_not_allowed"),
        ({"url": "http://hooks.example/"}, "webhook_url_not_secure"),
        ({"url": "https://u:p@hooks.example/"}, "url_credentials_not_allowed"),
        ({"url": "https://192.168.0.1/"}, "url_address_not_allowed"),
        ({"url": "https://hooks.example:22/"}, "url_port_not_allowed"),
        ({"url": URL, "events": ["index.task.started"]}, "parameter_invalid"),
        ({"url": URL, "events": []}, "parameter_invalid"),
        ({"url": URL, "events": 7}, "parameter_invalid"),
        ({"url": URL, "description": "x" * 501}, "parameter_invalid"),
        ({"url": URL, "enabled": "maybe"}, "parameter_invalid"),
    ],
)
def test_a_webhook_that_cannot_work_is_refused(client: TestClient, body: dict[str, Any], code: str) -> None:
    answer = client.post("/v1.3/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "video" not in answer.json()["message"]
    made = _make(client)
    if body:
        change = {name: value for name, value in body.items() if value != URL}
        assert client.patch(f"/v1.3/webhooks/{made['_id']}", json=change).json()["code"] == code


def test_there_is_a_limit_on_webhooks(client: TestClient) -> None:
    for _ in range(100):
        _make(client)
    answer = client.post("/v1.3/webhooks", json={"url": URL})
    assert answer.json()["code"] == "webhook_limit_exceeded"
    assert "the maximum is 100" in answer.json()["message"]


def test_a_rotated_secret_is_shown_once_and_the_old_one_lasts_as_long_as_asked(client: TestClient) -> None:
    made = _make(client)
    path = f"/v1.3/webhooks/{made['_id']}"
    rotated = client.post(f"{path}/rotate", json={"grace_hours": 2}).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["old_secret_until"] is not None
    assert "secret" not in client.get(path).json()
    assert client.post(f"{path}/rotate/finish").json()["old_secret_until"] is None
    assert client.post(f"{path}/rotate", json={"grace_hours": 0}).json()["old_secret_until"] is None
    assert client.post(f"{path}/rotate").json()["old_secret_until"] is not None
    for hours in (-1, 169, "1e300", "much"):
        answer = client.post(f"{path}/rotate", json={"grace_hours": hours})
        assert answer.json()["code"] == "parameter_invalid", answer.text


def test_a_repeated_creation_makes_one_webhook_and_its_secret_is_not_kept(client: TestClient) -> None:
    headers = {"Idempotency-Key": "mine"}
    first = client.post("/v1.3/webhooks", json={"url": URL}, headers=headers)
    second = client.post("/v1.3/webhooks", json={"url": URL}, headers=headers)
    assert (first.status_code, second.status_code >= 400) == (201, True)
    assert "secret" not in second.json()
    assert len(client.get("/v1.3/webhooks").json()["data"]) == 1


def test_deliveries_are_listed_looked_at_and_made_again(client: TestClient, backstage: Any) -> None:
    made = _make(client)
    path = f"/v1.3/webhooks/{made['_id']}"
    before = now()
    for name in "abc":
        _happen(backstage, name)
    page = client.get(f"{path}/deliveries", params={"page_limit": 2}).json()
    assert page["page_info"] == {"limit_per_page": 2, "page": 1, "total_page": 2, "total_results": 3}
    newest = page["data"][0]
    assert newest == {
        "_id": newest["_id"],
        "webhook_id": made["_id"],
        "event_id": f"whe_{'c':0>32}",
        "type": "index.task.ready",
        "status": "not_executed",
        "attempts": 0,
        "created_at": newest["created_at"],
        "next_attempt_at": newest["created_at"],
        "last_attempt_at": None,
        "last_http_status": None,
        "last_error": None,
    }
    one = client.get(f"{path}/deliveries/{newest['_id']}").json()
    assert (one["log"], one["body"]["data"]) == ([], {"id": "c"})
    assert client.get(f"{path}/deliveries", params={"status": "success"}).json()["data"] == []
    assert client.post(f"{path}/deliveries/{newest['_id']}/redeliver").status_code == 202
    answer = client.post(f"{path}/redeliver", json={"since": before.isoformat()})
    assert (answer.status_code, answer.json()) == (202, {"queued": 0}), "all of them wait already"


def test_what_a_disabled_webhook_missed_can_be_delivered_later(client: TestClient, backstage: Any) -> None:
    made = _make(client, enabled=False)
    path = f"/v1.3/webhooks/{made['_id']}"
    _happen(backstage, "a")
    _happen(backstage, "b", kind="analyze.task.ready")
    assert client.get(f"{path}/deliveries").json()["data"] == []
    assert client.post(f"{path}/redeliver", json={"since": "2020-01-01"}).json()["code"] == "webhook_disabled"
    client.patch(path, json={"enabled": True})
    assert client.post(f"{path}/redeliver", json={"since": "2020-01-01"}).json() == {"queued": 1}
    assert [each["event_id"][-1] for each in client.get(f"{path}/deliveries").json()["data"]] == ["a"]


def test_a_test_event_is_queued_for_one_webhook(client: TestClient) -> None:
    made = _make(client)
    answer = client.post(f"/v1.3/webhooks/{made['_id']}/test")
    assert (answer.status_code, answer.json()["type"]) == (202, "webhook.test")
    listed = client.get(f"/v1.3/webhooks/{made['_id']}/deliveries").json()["data"]
    assert [each["_id"] for each in listed] == [answer.json()["_id"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", f"/{UNKNOWN}", None, "resource_not_exist"),
        ("PATCH", f"/{UNKNOWN}", {"enabled": True}, "resource_not_exist"),
        ("POST", f"/{UNKNOWN}/rotate", None, "resource_not_exist"),
        ("POST", f"/{UNKNOWN}/rotate/finish", None, "resource_not_exist"),
        ("POST", f"/{UNKNOWN}/test", None, "resource_not_exist"),
        ("GET", f"/{UNKNOWN}/deliveries", None, "resource_not_exist"),
        ("GET", f"/{UNKNOWN}/deliveries/{UNKNOWN}", None, "resource_not_exist"),
        ("POST", f"/{UNKNOWN}/redeliver", {"since": "2026-01-01"}, "resource_not_exist"),
        ("GET", "/nonsense", None, "parameter_invalid"),
        ("GET", "/ID/deliveries/" + "f" * 24, None, "resource_not_exist"),
        ("GET", "/ID/deliveries/7", None, "parameter_invalid"),
        ("GET", "/ID/deliveries?status=lost", None, "parameter_invalid"),
        ("POST", f"/ID/deliveries/{UNKNOWN}/redeliver", None, "resource_not_exist"),
        ("POST", "/ID/redeliver", None, "parameter_not_provided"),
        ("POST", "/ID/redeliver", {"since": "yesterday"}, "parameter_invalid"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(
    client: TestClient, method: str, path: str, body: Any, code: str
) -> None:
    made = _make(client)
    answer = client.request(method, f"/v1.3/webhooks{path.replace('ID', made['_id'])}", json=body)
    assert answer.json()["code"] == code


def test_events_are_paged_in_order_and_news_begin_after_the_latest(
    client: TestClient, backstage: Any
) -> None:
    assert client.get("/v1.3/events").json() == {"data": [], "next": None, "has_more": False}
    assert client.get("/v1.3/events?after=latest").json()["next"] is None
    for name in "abc":
        _happen(backstage, name)
    first = client.get("/v1.3/events", params={"limit": 2}).json()
    assert [each["data"]["id"] for each in first["data"]] == ["a", "b"]
    assert (first["next"], first["has_more"]) == (first["data"][-1]["id"], True)
    second = client.get("/v1.3/events", params={"after": first["next"]}).json()
    assert [each["data"]["id"] for each in second["data"]] == ["c"]
    assert not second["has_more"]
    third = client.get("/v1.3/events", params={"after": second["next"]}).json()
    assert third == {"data": [], "next": second["next"], "has_more": False}
    assert client.get("/v1.3/events?after=latest").json()["next"] == second["next"]
    assert client.get("/v1.3/events?after=whe_unknown").json()["code"] == "parameter_invalid"
    assert client.get("/v1.3/events?limit=0").json()["code"] == "parameter_invalid"


def test_webhooks_are_for_administrators_and_events_for_readers(client: TestClient) -> None:
    made = client.post("/v1.3/keys", json={"name": "reader", "scopes": ["read", "write", "delete"]}).json()
    headers = {"x-api-key": made["key"]}
    assert client.get("/v1.3/webhooks", headers=headers).status_code == 403
    assert client.post("/v1.3/webhooks", json={"url": URL}, headers=headers).status_code == 403
    assert client.get("/v1.3/events", headers=headers).status_code == 200
