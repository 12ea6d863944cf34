"""``/engines``."""

from starlette.testclient import TestClient


def test_the_names_old_clients_know_are_listed(shared_client: TestClient) -> None:
    listed = shared_client.get("/v1.1/engines").json()
    assert listed["type"] == "engine_list"
    assert "marengo2.5" in [engine["_id"] for engine in listed["data"]]
    one = shared_client.get("/v1.2/engines/marengo2.5").json()
    assert one in listed["data"]
    assert one["ready"] is True
    assert one["allowed_engine_options"] == ["visual", "conversation", "text_in_video", "logo"]


def test_an_index_can_be_made_with_every_name_listed(client: TestClient) -> None:
    for engine in client.get("/v1.1/engines").json()["data"]:
        body = {
            "index_name": engine["_id"],
            "engine_id": engine["_id"],
            "index_options": engine["allowed_engine_options"],
        }
        assert client.post("/v1.1/indexes", json=body).status_code == 201


def test_an_unknown_engine_is_not_there(shared_client: TestClient) -> None:
    answer = shared_client.get("/v1.1/engines/nonsense")
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_exist")
