"""``/estimate``."""

import hashlib
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from kinodex.domain.ids import IndexId
from kinodex.usecases.estimates import STEPS

URL = "http://films.example/film.mp4"
VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(1_000)
"""What the source serves."""


def test_an_estimate_says_what_a_video_is_and_what_it_takes(client: TestClient, backstage) -> None:
    answer = client.post("/v1.3/estimate", json={"video_url": URL})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["work"].pop("note").startswith("Nothing, or not every step, has been measured")
    assert told == {
        "reachable": True,
        "accepted": True,
        "limits": "v1.3",
        "problems": [],
        "filename": "film.mp4",
        "size": 1012,
        "container": "mp4",
        "video_codec": "h264",
        "audio_codec": "aac",
        "width": 640,
        "height": 360,
        "fps": 25.0,
        "duration": 60,
        "duration_from": "index",
        "unknown": [],
        "read_bytes": 1012,
        "disk_bytes": 1012 + 60 * (32_000 + 65_536),
        "work": {"seconds": pytest.approx(26.34), "measured": False},
        "already_indexed": [],
    }
    assert list(backstage.uploads.iterdir()) == []


def test_what_the_machine_has_measured_is_what_counts(client, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id)
    with backstage.records.write() as transaction:
        for step in STEPS:
            transaction.steps.finished(task.id, step, seconds=1.0, video_s=100.0)
    told = client.post("/estimate", data={"video_url": URL}).json()
    assert told["work"] == {"seconds": pytest.approx(0.6 * len(STEPS)), "measured": True}


@pytest.mark.parametrize(
    ("path", "fields", "codes"),
    [
        ("/v1.1/estimate", {}, ["video_resolution_too_high", "video_duration_too_long"]),
        ("/v1.3/estimate", {"limits": "v1.1"}, ["video_resolution_too_high", "video_duration_too_long"]),
        ("/v1.1/estimate", {"limits": "v1.3"}, []),
        ("/estimate", {}, []),
    ],
)
def test_the_version_decides_which_limits_are_broken(client, backstage, path, fields, codes) -> None:
    backstage.media.facts = replace(backstage.media.facts, width_px=1920, height_px=1080, duration_s=9000.0)
    told = client.post(path, json={"video_url": URL, **fields}).json()
    assert [problem["code"] for problem in told["problems"]] == codes
    assert told["accepted"] is not bool(codes)
    if codes:
        assert told["problems"][1]["message"] == "The duration 9000.00 s is above the maximum of 7200 s."


def test_a_source_that_gives_nothing_is_told_with_the_reason_of_a_task(client: TestClient) -> None:
    told = client.post("/v1.3/estimate", json={"video_url": "http://films.example/gone.mp4"}).json()
    assert (told["reachable"], told["accepted"]) == (False, False)
    assert told["problems"] == [
        {
            "code": "fetch_http_status",
            "message": "The host answered with HTTP status 404.",
            "certain": True,
        }
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "parameter_not_provided"),
        ({"video_url": "file:///etc/passwd"}, 400, "url_scheme_not_allowed"),
        ({"video_url": URL, "limits": "v2"}, 400, "parameter_invalid"),
        ({"video_url": URL, "index_id": "0" * 24}, 404, "resource_not_exist"),
        ({"video_url": URL, "video_url_headers": {"Host": "a"}}, 400, "parameter_invalid"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(client: TestClient, body, status, code) -> None:
    answer = client.post("/v1.3/estimate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_same_bytes_are_found_where_the_key_reaches(client, backstage, index_id: str) -> None:
    digest = hashlib.sha256(VIDEO).hexdigest()
    body = {"index_name": "others", "engine_id": "marengo2.5", "index_options": ["visual"]}
    other_id = client.post("/v1.1/indexes", json=body).json()["_id"]
    mine = backstage.add_video(index_id, sha256=digest)
    theirs = backstage.add_video(IndexId(other_id), sha256=digest)
    backstage.add_video(index_id)

    def found(headers: dict[str, str] | None = None, **fields: str) -> set[str]:
        answer = client.post("/v1.3/estimate", json={"video_url": URL, **fields}, headers=headers)
        return {each["video_id"] for each in answer.json()["already_indexed"]}

    assert found() == {mine.id, theirs.id}
    assert found(index_id=other_id) == {theirs.id}
    key = client.post(
        "/v1.3/keys", json={"name": "mine", "scopes": ["read"], "index_ids": [index_id]}
    ).json()["key"]
    assert found({"x-api-key": key}) == {mine.id}
