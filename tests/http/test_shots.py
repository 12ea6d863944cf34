"""``/indexes/{id}/videos/{id}/shots``."""

import pytest


@pytest.mark.parametrize("generation", ["v1.1", "v1.2", "v1.3"])
def test_a_video_tells_its_shots(client, backstage, generation: str) -> None:
    index_id = client.post(
        "/v1.3/indexes",
        json={"index_name": "films", "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}]},
    ).json()["_id"]
    video = backstage.add_video(index_id)
    answer = client.get(f"/{generation}/indexes/{index_id}/videos/{video.id}/shots")
    assert answer.json() == {"data": [{"start": 0, "end": 60}]}


def test_an_unknown_video_has_none(client) -> None:
    index_id = client.post(
        "/v1.3/indexes",
        json={"index_name": "films", "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}]},
    ).json()["_id"]
    answer = client.get(f"/v1.3/indexes/{index_id}/videos/{'0' * 24}/shots")
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_exist")
