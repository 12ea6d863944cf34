"""``/keys``: making, listing and taking back keys."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.errors import KeyInvalid


def test_a_key_is_shown_once_works_and_can_be_taken_back(client: TestClient) -> None:
    made = client.post("/v1.3/keys", json={"name": "laptop", "scopes": ["read"]})
    assert made.status_code == 201
    headers = {"x-api-key": made.json()["key"]}
    assert client.get("/v1.1/indexes", headers=headers).status_code == 200
    assert client.post("/v1.1/tasks", headers=headers).status_code == 403
    (listed,) = client.get("/v1.3/keys").json()["data"]
    assert listed == {
        "_id": made.json()["_id"],
        "name": "laptop",
        "scopes": ["read"],
        "created_at": made.json()["created_at"],
        "revoked_at": None,
        "expires_at": None,
        "index_ids": None,
        "requests_per_minute": None,
    }
    assert client.delete(f"/v1.3/keys/{listed['_id']}").status_code == 204
    assert client.get("/v1.3/keys").json()["data"][0]["revoked_at"] is not None
    assert client.delete(f"/v1.3/keys/{listed['_id']}").status_code == 404


def test_a_key_needs_a_name_and_known_scopes(client: TestClient) -> None:
    assert client.post("/v1.3/keys", json={}).json()["code"] == "parameter_not_provided"
    answer = client.post("/v1.3/keys", json={"name": "a", "scopes": ["fly"]})
    assert answer.json()["code"] == "parameter_invalid"


def test_a_rotated_key_has_the_same_rights_and_the_old_one_ends_after_the_grace_period(
    client, backstage, monkeypatch
) -> None:
    made = client.post("/v1.3/keys", json={"name": "laptop", "scopes": ["read"]}).json()
    new = client.post(f"/v1.3/keys/{made['_id']}/rotate", json={"grace_s": 3600})
    assert new.status_code == 201
    assert (new.json()["scopes"], new.json()["name"]) == (["read"], "laptop")
    for text in (made["key"], new.json()["key"]):
        assert client.get("/v1.3/indexes", headers={"x-api-key": text}).status_code == 200
    an_hour_later = now() + timedelta(seconds=3601)
    monkeypatch.setattr("kinodex.usecases.keys.now", lambda: an_hour_later)
    assert backstage.usecases.keys.authenticate(new.json()["key"])
    with pytest.raises(KeyInvalid, match="expired"):
        backstage.usecases.keys.authenticate(made["key"])


def test_a_key_that_has_ended_cannot_be_rotated(client) -> None:
    made = client.post("/v1.3/keys", json={"name": "laptop"}).json()
    client.delete(f"/v1.3/keys/{made['_id']}")
    assert client.post(f"/v1.3/keys/{made['_id']}/rotate").status_code == 404


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, "has passed"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"index_ids": []}, "names no index"),
        ({"index_ids": ["0" * 24], "scopes": ["admin"]}, "admin"),
        ({"index_ids": ["nonsense"]}, "index_id"),
        ({"requests_per_minute": 0}, "below 1"),
    ],
)
def test_limits_that_make_no_sense_are_refused(client, limits, named: str) -> None:
    answer = client.post("/v1.3/keys", json={"name": "laptop", **limits})
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert named in answer.json()["message"]


def test_a_key_for_an_index_that_is_not_there_is_refused(client) -> None:
    answer = client.post("/v1.3/keys", json={"name": "laptop", "index_ids": ["0" * 24]})
    assert answer.json()["code"] == "resource_not_exist"


def test_a_key_that_was_just_used_is_useless_as_soon_as_it_is_revoked(client) -> None:
    made = client.post("/v1.3/keys", json={"name": "short", "scopes": ["read"]}).json()
    headers = {"x-api-key": made["key"]}
    assert client.get("/v1.3/indexes", headers=headers).status_code == 200
    assert client.delete(f"/v1.3/keys/{made['_id']}").status_code == 204
    assert client.get("/v1.3/indexes", headers=headers).status_code == 401


def test_a_key_rotated_without_grace_is_useless_at_once(client) -> None:
    made = client.post("/v1.3/keys", json={"name": "short", "scopes": ["read"]}).json()
    headers = {"x-api-key": made["key"]}
    assert client.get("/v1.3/indexes", headers=headers).status_code == 200
    assert client.post(f"/v1.3/keys/{made['_id']}/rotate", json={"grace_s": 0}).status_code == 201
    assert client.get("/v1.3/indexes", headers=headers).status_code == 401
