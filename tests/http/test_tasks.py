"""``/tasks``."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.tasks import TaskStatus
from kinodex.domain.timeline import Span
from kinodex.domain.warnings import VideoWarning

ID = re.compile(r"[0-9a-f]{24}")
URL = "http://films.example/best%20racing.mp4?token=1"
GUIDE_FIELDS = {
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
AT = datetime(2022, 12, 8, 11, 20, 58, 620_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("version", "status", "fields"),
    [("v1.1", 200, {"_id"}), ("v1.2", 201, {"_id"}), ("v1.3", 201, {"_id", "video_id"})],
)
def test_a_url_becomes_a_task(
    client, backstage, index_id, version: str, status: int, fields: set[str]
) -> None:
    sent = {"index_id": index_id, "language": "en", "video_url": URL}
    answer = client.post(f"/{version}/tasks", data=sent, headers={"X-Request-Id": "mine"})
    assert answer.status_code == status
    assert answer.json().keys() == fields
    assert ID.fullmatch(answer.json()["_id"])
    task = backstage.usecases.tasks.get(answer.json()["_id"])
    assert (task.source.url, task.filename, task.generation) == (URL, "best racing.mp4", version)
    assert (task.language, task.keep_stream, task.request_id) == ("en", True, "mine")
    assert backstage.jobs.queued == [task.id]


def test_a_ready_task_has_exactly_the_fields_of_the_guide(client, backstage, index_id: str) -> None:
    task = backstage.add_task(
        index_id,
        created_at=AT,
        updated_at=AT.replace(microsecond=0),
        estimated_ready_at=AT + timedelta(milliseconds=239),
        duration_s=810.84,
        width_px=854,
        height_px=480,
        progress=1.0,
        step="publish",
    )
    assert client.get(f"/v1.1/tasks/{task.id}").json() == {
        "_id": task.id,
        "created_at": "2022-12-08T11:20:58.62Z",
        "estimated_time": "2022-12-08T11:20:58.859Z",
        "index_id": index_id,
        "metadata": {"duration": 810.84, "filename": "a.mp4", "height": 480, "width": 854},
        "status": "ready",
        "type": "index_task_info",
        "updated_at": "2022-12-08T11:20:58Z",
        "video_id": task.video_id,
    }


def test_a_task_on_its_way_says_how_far_it_is_and_leaves_out_what_is_unknown(
    client, backstage, index_id
) -> None:
    task = backstage.add_task(
        index_id,
        status=TaskStatus.INDEXING,
        progress=0.25,
        step="decode",
        duration_s=None,
        width_px=None,
        height_px=None,
        estimated_ready_at=now() + timedelta(seconds=90),
    )
    shown = client.get(f"/v1.1/tasks/{task.id}").json()
    assert shown["metadata"] == {"filename": "a.mp4"}
    assert (shown["progress"], shown["step"], shown["process"]["percentage"]) == (0.25, "decode", 25.0)
    assert shown["process"]["remain_seconds"] > 0
    assert "error" not in shown
    newest = client.get(f"/v1.3/tasks/{task.id}").json()
    assert newest["system_metadata"] == {"filename": "a.mp4"}
    assert newest.keys().isdisjoint({"metadata", "type", "estimated_time"})


def test_a_failed_task_says_why(client, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id, status=TaskStatus.FAILED)
    for version in ("v1.1", "v1.2", "v1.3"):
        shown = client.get(f"/{version}/tasks/{task.id}").json()
        assert shown["error"] == {"code": "file_empty", "message": "The file is empty (0 bytes)."}
        assert shown["video_id"] == task.video_id


@pytest.mark.parametrize(
    ("status", "v1_1", "v1_2"),
    [
        ("uploading", "validating", "validating"),
        ("validating", "validating", "validating"),
        ("pending", "pending", "pending"),
        ("queued", "pending", "queued"),
        ("indexing", "indexing", "indexing"),
    ],
)
def test_a_version_shows_only_statuses_it_knows(client, backstage, index_id, status, v1_1, v1_2) -> None:
    task = backstage.add_task(index_id, status=TaskStatus(status))
    words = [client.get(f"/{each}/tasks/{task.id}").json()["status"] for each in ("v1.1", "v1.2", "v1.3")]
    assert words == [v1_1, v1_2, status]
    for version, word in zip(("v1.1", "v1.2", "v1.3"), words, strict=True):
        found = client.get(f"/{version}/tasks?status={word}").json()["data"]
        assert [each["_id"] for each in found] == [task.id]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"video_url": URL}, 400, "parameter_not_provided"),
        ({"index_id": "", "video_url": URL}, 400, "parameter_not_provided"),
        ({"index_id": "INDEX"}, 400, "parameter_not_provided"),
        ({"index_id": "INDEX", "video_url": ""}, 400, "parameter_not_provided"),
        ({"index_id": "INDEX", "video_url": "not a url"}, 400, "url_invalid"),
        ({"index_id": "INDEX", "video_url": "file:///etc/passwd"}, 400, "url_scheme_not_allowed"),
        ({"index_id": "0" * 24, "video_url": URL}, 404, "resource_not_exist"),
        ({"index_id": "short", "video_url": URL}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": URL, "language": "klingon"}, 400, "parameter_invalid"),
        (
            {"index_id": "INDEX", "video_url": URL, "provide_transcription": "true"},
            400,
            "parameter_not_provided",
        ),
        ({"index_id": "INDEX", "video_url": URL, "provide_transcription": "maybe"}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": URL, "user_metadata": "{"}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": URL, "user_metadata": "[]"}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": URL, "user_metadata": '{"size":1}'}, 400, "parameter_invalid"),
        ({"index_id": "INDEX", "video_url": URL, "user_metadata": '{"a":{}}'}, 400, "parameter_invalid"),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_no_task(
    client, backstage, index_id, fields, status, code
) -> None:
    sent = {name: index_id if value == "INDEX" else value for name, value in fields.items()}
    answer = client.post("/v1.1/tasks", data=sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert backstage.jobs.queued == []


def test_the_newest_version_has_no_language(client: TestClient, index_id: str) -> None:
    sent = {"index_id": index_id, "video_url": URL, "language": "klingon"}
    assert client.post("/v1.3/tasks", data=sent).status_code == 201


@pytest.mark.parametrize(
    ("fields", "is_kept"),
    [
        ({}, True),
        ({"disable_video_stream": "true"}, False),
        ({"disable_video_stream": "False"}, True),
        ({"enable_video_stream": "false"}, False),
        ({"enable_video_stream": "true", "disable_video_stream": "true"}, True),
    ],
)
def test_a_stream_is_kept_unless_switched_off(client, backstage, index_id, fields, is_kept: bool) -> None:
    client.post("/v1.2/tasks", data={"index_id": index_id, "video_url": URL, **fields})
    assert backstage.usecases.tasks.get(backstage.jobs.queued[0]).keep_stream is is_kept


def test_metadata_is_kept_with_its_types(client, backstage, index_id: str) -> None:
    given = {"category": "sport", "take": 3, "rating": 9.5, "ok": True, "tags": ["a", "b"]}
    sent = {"index_id": index_id, "video_url": URL, "user_metadata": json.dumps(given)}
    task_id = client.post("/v1.3/tasks", data=sent).json()["_id"]
    kept = dict(backstage.usecases.tasks.get(task_id).user_metadata)
    assert {key: list(each) if isinstance(each, tuple) else each for key, each in kept.items()} == given


def test_a_transcript_comes_as_a_file_or_a_url(client, backstage, index_id: str) -> None:
    sent = {"index_id": index_id, "video_url": URL, "provide_transcription": "true"}
    client.post("/v1.1/tasks", data=sent, files={"transcription_file": ("a.srt", b"1\n...")})
    client.post("/v1.1/tasks", data={**sent, "transcription_url": "http://films.example/a.srt"})
    with_file, with_url = (backstage.usecases.tasks.get(each) for each in backstage.jobs.queued)
    assert backstage.blobs.get_bytes(with_file.transcript_blob) == b"1\n..."
    assert (with_url.transcript_blob, with_url.transcript_url) == (None, "http://films.example/a.srt")


def test_a_transcript_that_is_not_wanted_is_not_used(client, backstage, index_id: str) -> None:
    sent = {"index_id": index_id, "video_url": URL, "provide_transcription": "false"}
    client.post("/v1.1/tasks", data={**sent, "transcription_url": "http://films.example/a.srt"})
    assert backstage.usecases.tasks.get(backstage.jobs.queued[0]).transcript_url is None


def _found(client: TestClient, query: str, version: str = "v1.3") -> list[str]:
    answer = client.get(f"/{version}/tasks?{query}")
    assert answer.status_code == 200, answer.text
    return [task["_id"] for task in answer.json()["data"]]


def test_a_list_is_narrowed_by_what_a_task_is(client, backstage, index_id: str) -> None:
    old = backstage.add_task(index_id, filename="a b.mp4", duration_s=12.5, created_at=AT, updated_at=AT)
    new = backstage.add_task(index_id, status=TaskStatus.FAILED, width_px=1280, height_px=720)
    assert _found(client, "") == [new.id, old.id]
    assert _found(client, "sort_option=asc") == [old.id, new.id]
    assert _found(client, "filename=a%20b.mp4") == [old.id]
    assert _found(client, "duration=12.5") == [old.id]
    assert _found(client, "duration[gte]=12&duration%5Blte%5D=13") == [old.id]
    assert _found(client, "width=1280&height=720") == [new.id]
    assert _found(client, "status=failed") == [new.id]
    assert _found(client, "status=failed&status=ready") == [new.id, old.id]
    assert _found(client, "status=failed,ready") == [new.id, old.id]
    assert _found(client, f"_id={old.id}", "v1.1") == [old.id]
    assert _found(client, "created_at=2022-12-08") == [old.id]
    assert _found(client, "created_at=2022-12-08T12:00:00Z") == []
    assert _found(client, "created_at=2022-12-08T12:00:00%2B09:00") == [old.id]
    assert _found(client, "updated_at[lte]=2022-12-08") == [old.id]
    assert _found(client, f"index_id={'0' * 24}") == []


@pytest.mark.parametrize(
    "query", ["status=done", "duration=long", "duration=nan", "width[gte]=inf", "index_id=1"]
)
def test_a_filter_that_cannot_be_read_is_refused(shared_client: TestClient, query: str) -> None:
    answer = shared_client.get(f"/v1.1/tasks?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_tasks_are_counted_by_status(client, backstage, index_id: str) -> None:
    backstage.add_task(index_id)
    backstage.add_task(index_id, status=TaskStatus.QUEUED)
    counts = client.get(f"/v1.1/tasks/status?index_id={index_id}").json()
    assert counts == {
        "index_id": index_id,
        "uploading": 0,
        "validating": 0,
        "pending": 0,
        "queued": 1,
        "indexing": 0,
        "ready": 1,
        "failed": 0,
        "total_result": 2,
    }
    assert client.get("/v1.1/tasks/status").json()["code"] == "parameter_not_provided"
    assert client.get(f"/v1.1/tasks/status?index_id={'0' * 24}").status_code == 404


def test_a_task_is_deleted_after_it_ended_and_its_video_is_gone(client, backstage, index_id: str) -> None:
    running = backstage.add_task(index_id, status=TaskStatus.INDEXING)
    video = backstage.add_video(index_id)
    done = backstage.add_task(index_id, video_id=video.id)
    for task in (running, done):
        answer = client.delete(f"/v1.1/tasks/{task.id}")
        assert (answer.status_code, answer.json()["code"]) == (400, "task_cannot_be_deleted")
    client.delete(f"/v1.1/indexes/{index_id}/videos/{video.id}")
    assert client.delete(f"/v1.1/tasks/{done.id}").status_code == 204
    assert client.get(f"/v1.1/tasks/{done.id}").status_code == 404


def test_the_steps_of_a_task_are_shown(client, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id)
    with backstage.records.write() as transaction:
        transaction.steps.started(task.id, "fetch", now())
        transaction.steps.finished(task.id, "fetch", seconds=1.5, video_s=60.0)
        transaction.steps.started(task.id, "decode", now())
    assert client.get(f"/v1.3/tasks/{task.id}/steps").json() == {
        "data": [
            {"step": "fetch", "attempts": 1, "seconds": 1.5},
            {"step": "decode", "attempts": 1, "seconds": None},
        ]
    }


@pytest.mark.parametrize("version", ["v1.1", "v1.2", "v1.3"])
def test_what_a_damaged_video_lacks_is_told_with_its_task(
    client, backstage, index_id: str, version: str
) -> None:
    torn = VideoWarning("Pictures are missing.", "pictures", Span(3.25, 4))
    video = backstage.add_video(index_id, warnings=(torn, VideoWarning("Nothing said can be found.")))
    task = backstage.add_task(index_id, video_id=video.id)

    assert client.get(f"/{version}/tasks/{task.id}").json()["warnings"] == [
        {"message": "Pictures are missing.", "missing": "pictures", "start": 3.25, "end": 4},
        {"message": "Nothing said can be found."},
    ]


HEADERS = {"Authorization": "Bearer t0ken", "Cookie": "a=b; c=d"}


@pytest.mark.parametrize("form", ["form", "json"])
def test_headers_for_a_url_are_kept_for_the_fetch_and_shown_to_nobody(
    client, backstage, index_id: str, form: str
) -> None:
    sent = {"index_id": index_id, "video_url": URL}
    if form == "json":
        answer = client.post("/v1.3/tasks", json={**sent, "video_url_headers": HEADERS})
    else:
        answer = client.post("/v1.3/tasks", data={**sent, "video_url_headers": json.dumps(HEADERS)})
    task_id = answer.json()["_id"]

    assert dict(backstage.usecases.tasks.get(task_id).source.headers) == HEADERS
    shown = [client.get(f"/{version}/tasks/{task_id}").text for version in ("v1.1", "v1.2", "v1.3")]
    assert "t0ken" not in answer.text + "".join(shown) + client.get("/v1.1/tasks").text


@pytest.mark.parametrize(
    "given", ["t0ken", '"t0ken"', '["t0ken"]', '{"Host": "t0ken"}', '{"A": "t0ken\\n"}', '{"A": ["t0ken"]}']
)
def test_headers_that_cannot_be_sent_are_refused_without_repeating_them(
    client, index_id: str, given: str
) -> None:
    sent = {"index_id": index_id, "video_url": URL, "video_url_headers": given}
    answer = client.post("/v1.3/tasks", data=sent)

    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert "video_url_headers" in answer.json()["message"]
    assert "t0ken" not in answer.text


def test_headers_without_a_url_are_refused(client, index_id: str) -> None:
    sent = {"index_id": index_id, "video_url_headers": json.dumps(HEADERS)}
    answer = client.post("/v1.3/tasks", data=sent, files={"video_file": b"x"})

    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
