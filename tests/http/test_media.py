"""Links to pictures that need no key."""

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def link(client, backstage, index_id: str) -> str:
    video = backstage.add_video(index_id)
    answer = client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}/thumbnail?time=12.5")
    return str(answer.json()["thumbnail"])


def _without_key(client: TestClient, url: str):
    client.headers.pop("x-api-key", None)
    return client.get(url)


def test_a_link_leads_to_the_picture_without_a_key(client: TestClient, link: str) -> None:
    answer = _without_key(client, link)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")


def test_a_link_names_the_server_as_the_client_does(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id)
    path = f"/p/v1.1/indexes/{index_id}/videos/{video.id}/thumbnail"
    link = client.get(path, headers={"Host": "films.local:8080"}).json()["thumbnail"]
    assert link.startswith(f"http://films.local:8080/media/{index_id}/{video.id}/30000.jpg?")


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.replace("/12500.jpg", "/13000.jpg"),
        lambda link: link.replace("expires=1", "expires=2"),
        lambda link: link.replace("signature=", "signature=0"),
        lambda link: link.partition("&")[0],
        lambda link: link.partition("?")[0],
        lambda link: link.replace("signature=", "signature=%C3%BC"),
        lambda link: link.replace("expires=", "expires=-"),
        lambda link: link.replace("expires=", "expires=" + "9" * 5000),
    ],
)
def test_a_changed_link_leads_nowhere(client: TestClient, link: str, change) -> None:
    answer = _without_key(client, change(link))
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_link_ends_after_an_hour(client: TestClient, link: str, monkeypatch) -> None:
    import time

    later_s = time.time() + 3602
    monkeypatch.setattr("kinodex.http.signing.time.time", lambda: later_s)
    assert _without_key(client, link).status_code == 401


def test_a_link_of_another_server_is_none_of_ours(client, backstage, link: str) -> None:
    from kinodex.http.app import create_app

    with TestClient(create_app(backstage.usecases, signing_key=b"another")) as other:
        assert other.get(link).status_code == 401


def test_a_link_to_a_deleted_video_leads_nowhere(client, link: str) -> None:
    index_id, video_id = link.split("/")[4:6]
    client.delete(f"/v1.1/indexes/{index_id}/videos/{video_id}")
    assert _without_key(client, link).status_code == 404


@pytest.mark.parametrize("at", ["-1", "60.1", "x", "nan"])
def test_a_time_outside_the_video_has_no_link(client, backstage, index_id, at: str) -> None:
    video = backstage.add_video(index_id)
    answer = client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}/thumbnail?time={at}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
