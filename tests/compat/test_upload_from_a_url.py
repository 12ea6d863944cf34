"""The guide "Upload from a URL" of API v1.1, line by line."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from live import KEY, LiveServer

ID = re.compile(r"[0-9a-f]{24}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
HEADERS = {"x-api-key": KEY}
SEED_FIELDS = {
    "_id",
    "created_at",
    "estimated_time",
    "index_id",
    "metadata",
    "status",
    "type",
    "updated_at",
    "video_id",
}


@pytest.fixture(scope="module")
def index_id(server: LiveServer) -> str:
    return server.new_index("guide")


def _send(url: str, fields: dict[str, str], form: str) -> requests.Response:
    if form == "url-encoded":
        return requests.post(url, headers=HEADERS, data=fields, timeout=30)
    if form == "JSON":
        return requests.post(url, headers=HEADERS, json=fields, timeout=30)
    if form == "multipart":
        parts = {name: (None, value) for name, value in fields.items()}
        return requests.post(url, headers=HEADERS, files=parts, timeout=30)
    headers = {**HEADERS, "Content-Type": "multipart/form-data; boundary=----guide"}
    return requests.post(url, headers=headers, data=_chunks(fields), timeout=30)


def _chunks(fields: dict[str, str]) -> Iterator[bytes]:
    """Give the body piece by piece: no Content-Length, as Node's form-data sends it."""
    for name, value in fields.items():
        yield f'------guide\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        yield f"{value}\r\n".encode()
    yield b"------guide--\r\n"


def _poll(server: LiveServer, task_id: str) -> tuple[dict[str, Any], list[str]]:
    seen: list[str] = []
    while True:
        task = requests.get(f"{server.url}/v1.1/tasks/{task_id}", headers=HEADERS, timeout=30).json()
        if task["status"] not in seen:
            seen.append(task["status"])
        if task["status"] in {"ready", "failed"}:
            return task, seen
        time.sleep(0.05)


@pytest.mark.parametrize("form", ["url-encoded", "multipart", "chunked multipart", "JSON"])
def test_the_guide_runs_from_its_first_line_to_its_last(
    server: LiveServer, index_id: str, clip_url: str, form: str
) -> None:
    fields = {"index_id": index_id, "language": "en", "video_url": clip_url}

    response = _send(f"{server.url}/v1.1/tasks", fields, form)

    assert response.status_code == 200, response.text
    assert response.json().keys() == {"_id"}
    task, seen = _poll(server, response.json()["_id"])
    assert task["status"] == "ready", task
    order = ["validating", "pending", "indexing", "ready"]
    assert seen == [status for status in order if status in seen]
    assert task.keys() >= SEED_FIELDS
    assert task["type"] == "index_task_info"
    assert task["index_id"] == index_id
    assert ID.fullmatch(task["video_id"])
    assert task["metadata"] == {
        "duration": pytest.approx(12.0, abs=0.1),
        "filename": "best-racing-moments.mp4",
        "height": 360,
        "width": 640,
    }
    assert all(TIME.fullmatch(task[name]) for name in ("created_at", "updated_at", "estimated_time"))


def test_a_video_that_is_too_short_fails_with_the_measured_value_and_the_limit(
    server: LiveServer, index_id: str, short_clip_url: str
) -> None:
    task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": short_clip_url})["_id"]
    task, _ = _poll(server, task_id)
    assert task["status"] == "failed"
    assert task["error"]["code"] == "video_duration_too_short"
    assert "3.00 s is below the minimum of 10 s" in task["error"]["message"]


def test_a_url_that_answers_404_fails_with_the_status(
    server: LiveServer, index_id: str, clip_url: str
) -> None:
    missing = clip_url.replace("best", "worst")
    task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": missing})["_id"]
    task, _ = _poll(server, task_id)
    assert task["error"] == {
        "code": "fetch_http_status",
        "message": "The host answered with HTTP status 404.",
    }


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"video_url": "URL"}, 400, "parameter_not_provided"),
        ({"index_id": "INDEX"}, 400, "parameter_not_provided"),
        ({"index_id": "INDEX", "video_url": "not a url"}, 400, "url_invalid"),
        ({"index_id": "INDEX", "video_url": "file:///etc/passwd"}, 400, "url_scheme_not_allowed"),
        ({"index_id": "INDEX", "video_url": "http://169.254.169.254/x"}, 400, "url_address_not_allowed"),
        ({"index_id": "0" * 24, "video_url": "URL"}, 404, "resource_not_exist"),
        ({"index_id": "short", "video_url": "URL"}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": "URL", "language": "klingon"}, 400, "parameter_invalid"),
    ],
)
def test_a_request_that_cannot_work_is_refused_at_once(
    server: LiveServer, index_id: str, clip_url: str, fields: dict[str, str], status: int, code: str
) -> None:
    known = {"URL": clip_url, "INDEX": index_id}
    sent = {name: known.get(value, value) for name, value in fields.items()}
    answer = server.request("POST", "/v1.1/tasks", data=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_a_key_nothing_is_told(server: LiveServer) -> None:
    answer = requests.get(f"{server.url}/v1.1/tasks", timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_file_is_taken_like_a_url_and_a_bad_one_is_refused_at_once(
    server: LiveServer, index_id: str, origin: Any
) -> None:
    content = origin.files["/best-racing-moments.mp4"]
    sent = server.post("/v1.1/tasks", data={"index_id": index_id}, files={"video_file": ("a b.mp4", content)})
    task, _ = _poll(server, sent["_id"])
    assert (task["status"], task["metadata"]["filename"]) == ("ready", "a b.mp4")
    refused = server.request(
        "POST", "/v1.1/tasks", data={"index_id": index_id}, files={"video_file": ("a.mp4", b"<html>" * 99)}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "unsupported_file_type")
