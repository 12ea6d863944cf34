"""Clips over HTTP: what is asked for, who may, what is left."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.http.conftest import FACTS, VIDEO

from kinodex.usecases.blobs import source_key


@pytest.fixture
def video(backstage: Any, index_id: str) -> str:
    made = backstage.add_video(index_id, filename='a "trip" to ü.mov')
    return f"/v1.3/indexes/{index_id}/videos/{made.id}"


def test_a_stretch_comes_as_a_file_and_nothing_is_left(client: TestClient, backstage, video: str) -> None:
    answer = client.get(f"{video}/clip", params={"start": 2.5, "end": 7})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.text == f"{len(VIDEO)} bytes from 2.5 to 7 s"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    said = answer.headers["content-disposition"]
    assert said.startswith('attachment; filename="a _trip_ to _.2.50-7.00s.mp4"; filename*=UTF-8')
    assert list(backstage.uploads.glob("*")) == []


def test_a_link_to_it_works_without_a_key_and_for_nothing_else(client: TestClient, video: str) -> None:
    made = client.get(f"{video}/clip", params={"start": 2.5, "end": 7, "link": "true"}).json()
    link = urlsplit(made["url"])
    no_key = {"x-api-key": ""}
    assert client.get(f"{link.path}?{link.query}", headers=no_key).text.endswith("from 2.5 to 7 s")
    other = link.path.replace("2500", "0")
    refused = client.get(f"{other}?{link.query}", headers=no_key)
    assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("60", "61", "60 s is outside the 60 s of the video"),
        ("-1", "2", "-1 s is outside"),
        ("nan", "2", "start"),
        ("0", "61", "61 s is behind the end of the video at 60 s"),
        ("5", "5.05", "0.05 s long and the minimum is 0.1 s"),
        ("5", "4", "the minimum is 0.1 s"),
    ],
)
def test_a_stretch_that_cannot_be_is_refused_with_its_measure(client, video, start, end, sentence) -> None:
    answer = client.get(f"{video}/clip", params={"start": start, "end": end})
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert sentence in answer.json()["message"]


def test_both_ends_are_asked_for_and_a_long_clip_is_refused(client, backstage, index_id, video) -> None:
    assert client.get(f"{video}/clip", params={"start": 1}).json()["code"] == "parameter_not_provided"
    long = backstage.add_video(index_id, facts=replace(FACTS, duration_s=900.0))
    answer = client.get(f"/v1.3/indexes/{index_id}/videos/{long.id}/clip", params={"start": 0, "end": 181})
    assert "181 s long and the maximum is 180 s" in answer.json()["message"]


def test_a_video_whose_bytes_are_gone_has_no_clips(client, backstage, video) -> None:
    backstage.blobs.delete_prefix(source_key(video[-24:]))
    answer = client.get(f"{video}/clip", params={"start": 0, "end": 2})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_exist")
    assert list(backstage.uploads.glob("*")) == []
