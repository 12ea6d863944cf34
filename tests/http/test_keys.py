"""``/keys``: making, listing and taking back keys."""

from starlette.testclient import TestClient


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
    }
    assert client.delete(f"/v1.3/keys/{listed['_id']}").status_code == 204
    assert client.get("/v1.3/keys").json()["data"][0]["revoked_at"] is not None
    assert client.delete(f"/v1.3/keys/{listed['_id']}").status_code == 404


def test_a_key_needs_a_name_and_known_scopes(client: TestClient) -> None:
    assert client.post("/v1.3/keys", json={}).json()["code"] == "parameter_not_provided"
    answer = client.post("/v1.3/keys", json={"name": "a", "scopes": ["fly"]})
    assert answer.json()["code"] == "parameter_invalid"
