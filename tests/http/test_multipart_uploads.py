"""Uploads in parts: cut, sent, reported, put together; and all that can go wrong on the way."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from starlette.testclient import TestClient
from tests.http.conftest import VIDEO, Backstage

from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId, UploadId

Result = TypeVar("Result")
PART = 1_000
FILE = VIDEO + bytes(1_500)
CUT = [FILE[start : start + PART] for start in range(0, len(FILE), PART)]


class Straight:
    """Checkpoints that remember nothing."""

    def run(self, _name: str, step: Callable[[], Result]) -> Result:
        return step()


def begin(client: TestClient, **changes: Any) -> dict[str, Any]:
    body = {"filename": "a.mp4", "type": "video", "total_size": len(FILE), **changes}
    answer = client.post("/v1.3/assets/multipart-uploads", json=body)
    assert answer.status_code == 201, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def put(client: TestClient, begun: dict[str, Any], number: int, content: bytes | None = None) -> Any:
    url = begun["upload_urls"][number - 1]["url"].replace("http://testserver", "")
    return client.put(
        url,
        content=CUT[number - 1] if content is None else content,
        headers={"x-api-key": "", "content-type": "application/octet-stream"},
    )


def proof(number: int, etag: str, size: int | None = None) -> dict[str, Any]:
    size_bytes = len(CUT[number - 1]) if size is None else size
    return {"chunk_index": number, "proof": etag, "proof_type": "etag", "chunk_size": size_bytes}


def report(client: TestClient, begun: dict[str, Any], *proofs: dict[str, Any]) -> Any:
    path = f"/v1.3/assets/multipart-uploads/{begun['upload_id']}"
    return client.post(path, json={"completed_chunks": list(proofs)})


def status(client: TestClient, begun: dict[str, Any], query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1.3/assets/multipart-uploads/{begun['upload_id']}{query}")
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def etag_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.headers["ETag"]).strip('"')


def test_a_file_in_parts_becomes_an_asset(client: TestClient, backstage: Backstage) -> None:
    begun = begin(client)
    assert (begun["chunk_size"], begun["total_chunks"], len(begun["upload_urls"])) == (
        PART,
        len(CUT),
        len(CUT),
    )
    etags = [etag_of(put(client, begun, number)) for number in range(1, len(CUT) + 1)]
    assert etags == [hashlib.md5(part, usedforsecurity=False).hexdigest() for part in CUT]

    first = report(client, begun, proof(2, etags[1])).json()
    assert (first["processed_chunks"], first["total_completed"], "url" in first) == (1, 1, False)
    rest = [proof(number, etags[number - 1]) for number in range(1, len(CUT) + 1)]
    last = report(client, begun, *rest).json()
    assert (last["duplicate_chunks"], last["total_completed"]) == (1, len(CUT))
    assert backstage.jobs.queued == [TaskId(begun["asset_id"])]

    backstage.usecases.library.intake.run(TaskId(begun["asset_id"]), Straight())
    asset = client.get(f"/v1.3/assets/{begun['asset_id']}").json()
    assert (asset["status"], asset["method"], asset["size"]) == ("ready", "multipart", len(FILE))
    link = last["url"].replace("http://testserver", "")
    assert client.get(link, headers={"x-api-key": ""}).content == FILE
    backstage.usecases.purging.sweep()
    assert not [key for key in backstage.blobs.blobs if key.startswith("uploads/")]


def test_the_status_tells_each_part(client: TestClient) -> None:
    begun = begin(client)
    etag = etag_of(put(client, begun, 1))
    report(client, begun, proof(1, etag))
    report(client, begun, proof(2, "0" * 32))

    shown = status(client, begun)
    assert (shown["status"], shown["chunks_completed"], shown["chunks_pending"]) == (
        "active",
        1,
        len(CUT) - 1,
    )
    assert (shown["total_size"], shown["uploaded_size"]) == (len(FILE), PART)
    assert [each["status"] for each in shown["uploaded_chunks"]] == ["completed"] + ["pending"] * (
        len(CUT) - 1
    )
    assert [each["index"] for each in status(client, begun, "?page=2&page_limit=1")["uploaded_chunks"]] == [2]


def test_unfinished_uploads_are_listed(client: TestClient) -> None:
    begun = begin(client)
    (listed,) = client.get("/v1.3/assets/multipart-uploads").json()["data"]
    assert listed["upload_id"] == begun["upload_id"]
    assert {"status", "total_size", "chunk_size", "total_chunks"} <= listed.keys()


def test_a_part_can_be_sent_again_until_it_is_reported(client: TestClient) -> None:
    begun = begin(client)
    put(client, begun, 1, bytes(PART))
    etag = etag_of(put(client, begun, 1))
    assert report(client, begun, proof(1, etag)).json()["processed_chunks"] == 1

    assert etag_of(put(client, begun, 1)) == etag
    assert code(put(client, begun, 1, bytes(PART))) == (400, "parameter_invalid")


def test_parts_of_one_number_sent_at_once_do_not_mix(client: TestClient, backstage: Backstage) -> None:
    begun = begin(client, total_size=PART)
    with ThreadPoolExecutor(4) as pool:
        contents = [VIDEO[:PART], bytes([1]) * PART, bytes([2]) * PART]
        answers = list(pool.map(lambda content: put(client, begun, 1, content), contents))
    known = backstage.usecases.library.uploads.get(UploadId(begun["upload_id"]))[1][1]
    assert known.etag in {etag_of(answer) for answer in answers}
    stored = backstage.blobs.get_bytes(f"uploads/{begun['upload_id']}/1/{known.etag}")
    assert hashlib.md5(stored, usedforsecurity=False).hexdigest() == known.etag


@pytest.mark.parametrize("size", [0, PART - 1, PART + 1])
def test_a_part_of_another_length_is_refused(client: TestClient, size: int) -> None:
    answer = put(client, begin(client), 1, bytes(size))
    assert answer.status_code in {400, 413}
    assert f"{PART}" in answer.json()["message"]


def test_a_wrong_proof_makes_the_part_fail_and_the_upload_go_on(client: TestClient) -> None:
    begun = begin(client)
    etag = etag_of(put(client, begun, 1))

    wrong = report(client, begun, proof(1, "f" * 32))
    assert code(wrong) == (400, "parameter_invalid")
    assert etag in wrong.json()["message"]
    assert status(client, begun)["uploaded_chunks"][0]["status"] == "failed"
    assert report(client, begun, proof(1, etag)).json()["total_completed"] == 1
    assert status(client, begun)["status"] == "active"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([proof(1, "a" * 32)], "its bytes are not here"),
        ([{"chunk_index": 99, "proof": "x", "chunk_size": 1}], "99 is outside 1 to 3"),
        ([{"chunk_index": 1, "chunk_size": 1}], "proof"),
        ([{"chunk_index": 1, "proof": "x", "proof_type": "sha1", "chunk_size": 1}], "sha1"),
        (["x"], "not an object"),
        ([], "completed_chunks"),
    ],
)
def test_a_report_that_cannot_be_true_is_refused(client: TestClient, sent: list[Any], expected: str) -> None:
    answer = report(client, begin(client), *sent)
    assert answer.status_code == 400
    assert expected in answer.json()["message"]


def test_more_links_are_given_out_on_request(client: TestClient) -> None:
    begun = begin(client)
    path = f"/v1.3/assets/multipart-uploads/{begun['upload_id']}/presigned-urls"

    given = client.post(path, json={"start": 2, "count": 50}).json()
    assert (given["start_index"], given["count"]) == (2, len(CUT) - 1)
    assert [each["chunk_index"] for each in given["upload_urls"]] == list(range(2, len(CUT) + 1))
    for body in ({"start": 0, "count": 1}, {"start": 99, "count": 1}, {"start": 1, "count": 51}):
        assert code(client.post(path, json=body)) == (400, "parameter_invalid")


@pytest.mark.parametrize("change", ["signature", "number", "expired"])
def test_only_a_link_that_was_given_out_takes_bytes(
    client: TestClient, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(client)
    url = begun["upload_urls"][0]["url"].replace("http://testserver", "")
    if change == "signature":
        url = url[:-1] + ("0" if url[-1] != "0" else "1")
    elif change == "number":
        url = url.replace("/1?", "/2?")
    else:
        monkeypatch.setattr("kinodex.http.signing.time.time", lambda: now().timestamp() + 3_700)
    assert code(client.put(url, content=CUT[0])) == (401, "api_key_invalid")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"filename": None}, (400, "parameter_not_provided")),
        ({"type": "book"}, (400, "parameter_invalid")),
        ({"total_size": None}, (400, "parameter_not_provided")),
        ({"total_size": 0}, (400, "parameter_invalid")),
        ({"total_size": 1_000_001}, (413, "video_filesize_too_large")),
        ({"type": "image", "total_size": 50_001}, (413, "video_filesize_too_large")),
    ],
)
def test_an_upload_that_cannot_be_begins_not(client: TestClient, changes: Any, expected: Any) -> None:
    body = {"filename": "a.mp4", "type": "video", "total_size": 10, **changes}
    assert code(client.post("/v1.3/assets/multipart-uploads", json=body)) == expected


def test_an_upload_expires_with_its_asset_and_its_bytes(client: TestClient, backstage: Backstage) -> None:
    begun = begin(client)
    put(client, begun, 1)
    with backstage.records.write() as transaction:
        upload = transaction.uploads.get(UploadId(begun["upload_id"]))
        assert upload is not None
        transaction.uploads.replace(replace(upload, expires_at=now() - timedelta(seconds=1)))

    assert code(put(client, begun, 2)) == (409, "upload_closed")
    backstage.usecases.library.intake.sweep()
    backstage.usecases.purging.sweep()

    assert status(client, begun)["status"] == "expired"
    asset = client.get(f"/v1.3/assets/{begun['asset_id']}").json()
    assert (asset["status"], asset["error"]["code"]) == ("failed", "upload_unfinished")
    assert not [key for key in backstage.blobs.blobs if key.startswith("uploads/")]


def test_deleting_the_asset_ends_its_upload(client: TestClient, backstage: Backstage) -> None:
    begun = begin(client)
    put(client, begun, 1)

    assert client.delete(f"/v1.3/assets/{begun['asset_id']}").status_code == 204

    assert code(put(client, begun, 2)) == (404, "resource_not_exist")
    backstage.usecases.purging.sweep()
    assert not [key for key in backstage.blobs.blobs if key.startswith("uploads/")]


def test_bytes_of_another_kind_than_announced_fail(client: TestClient, backstage: Backstage) -> None:
    begun = begin(client, type="audio", total_size=PART)
    etag = etag_of(put(client, begun, 1, VIDEO[:PART]))
    report(client, begun, proof(1, etag))
    intake, job = backstage.usecases.library.intake, TaskId(begun["asset_id"])

    with pytest.raises(Exception, match="Wanted is a file of the type audio") as caught:
        intake.run(job, Straight())
    assert caught.type.__name__ == "AssetKindWrong"


def test_an_unknown_upload_is_not_found(client: TestClient) -> None:
    path = f"/v1.3/assets/multipart-uploads/{'0' * 24}"
    assert code(client.get(path)) == (404, "resource_not_exist")
    assert code(client.post(path, json={"completed_chunks": [proof(1, "x")]})) == (404, "resource_not_exist")
    assert code(client.post(f"{path}/presigned-urls", json={"start": 1, "count": 1}))[0] == 404
