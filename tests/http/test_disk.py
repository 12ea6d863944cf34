"""Nothing is taken that the disk has no room for beside its reserve."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
from starlette.testclient import TestClient
from tests.http.conftest import KEY, VIDEO, _served

from kinodex.domain.disk import DiskSpace
from kinodex.http.app import create_app

MIB = 1024**2
HEADERS = {"x-api-key": KEY}


class Usage(NamedTuple):
    """What the operating system says of a disk."""

    total: int
    used: int
    free: int


@pytest.fixture
def full(backstage: Any, tmp_path: Path) -> Iterator[TestClient]:
    """A server whose disk has less free than its reserve."""
    space = DiskSpace(tmp_path, 1 << 60)
    app = create_app(replace(backstage.usecases, space=space), signing_key=b"k")
    with TestClient(app, headers=HEADERS) as client:
        yield client


def _left(backstage: Any) -> list[Path]:
    return list(backstage.uploads.glob("*")) if backstage.uploads.exists() else []


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/v1.1/tasks", {"data": {"video_url": "http://films.example/a.mp4"}}),
        ("/v1.3/tasks", {"files": {"video_file": ("a.mp4", VIDEO)}}),
        ("/v1.3/assets", {"data": {"method": "url", "url": "http://films.example/a.mp4"}}),
        ("/v1.3/assets", {"data": {"method": "direct"}, "files": {"file": ("a.mp4", VIDEO)}}),
        (
            "/v1.3/assets/multipart-uploads",
            {"json": {"filename": "a.mp4", "type": "video", "total_size": 9_000}},
        ),
        ("/v1.3/embed/tasks", {"data": {"model_name": "marengo", "video_url": "http://films.example/a.mp4"}}),
        ("/v1.3/embed-v2/tasks", {"json": {"model_name": "marengo", "input_type": "video"}}),
        ("/v1.3/indexes/" + "0" * 24 + "/indexed-assets", {"json": {"asset_id": "0" * 24}}),
    ],
)
def test_a_disk_at_its_reserve_takes_nothing_new(full, backstage, path: str, options: dict[str, Any]) -> None:
    answer = full.post(path, **options)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full"), answer.text
    assert f"{1 << 60}"[:9] in answer.json()["message"]
    assert answer.headers["Retry-After"] == "30"
    assert (_left(backstage), backstage.blobs.blobs, backstage.jobs.queued) == ([], {}, [])


def test_what_is_there_can_be_read_all_the_same(full: TestClient) -> None:
    assert full.get("/v1.3/indexes").status_code == 200


def test_a_declared_length_that_does_not_fit_is_refused_before_a_byte_of_it(
    backstage, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 50 * MIB))
    app = create_app(replace(backstage.usecases, space=DiskSpace(tmp_path, 10 * MIB)), signing_key=b"k")
    head = (
        f"POST /v1.1/tasks HTTP/1.1\r\nHost: a\r\nx-api-key: {KEY}\r\nExpect: 100-continue\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {45 * MIB}\r\n\r\n"
    )
    with _served(app) as address:
        url = urlsplit(address)
        with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
            connection.sendall(head.encode())
            answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 503"), "and not 100 Continue"
    assert f"{50 * MIB} bytes free and {55 * MIB} are needed" in answer
    assert _left(backstage) == []


def test_a_body_of_no_declared_length_is_stopped_when_the_reserve_is_reached(
    backstage, index_id: str, tmp_path, monkeypatch
) -> None:
    written = [0]

    def usage(_: object) -> Usage:
        written.append(sum(path.stat().st_size for path in _left(backstage)))
        return Usage(0, 0, 15 * MIB - written[-1])

    monkeypatch.setattr(shutil, "disk_usage", usage)
    app = create_app(replace(backstage.usecases, space=DiskSpace(tmp_path, 10 * MIB)), signing_key=b"k")

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n'
        yield from (bytes(MIB) for _ in range(20))

    headers = {**HEADERS, "Content-Type": "multipart/form-data; boundary=b"}
    with _served(app) as address:
        answer = requests.post(f"{address}/v1.1/tasks", data=body(), headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert 3 * MIB < max(written) <= 5 * MIB
    assert (_left(backstage), backstage.jobs.queued) == ([], [])


def test_a_part_that_does_not_fit_is_refused_and_fits_later(
    client: TestClient, backstage, monkeypatch
) -> None:
    form = {"filename": "a.mp4", "type": "video", "total_size": 1_500}
    begun = client.post("/v1.3/assets/multipart-uploads", json=form).json()
    link = urlsplit(begun["upload_urls"][0]["url"])
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 900))
        refused = client.put(f"{link.path}?{link.query}", content=bytes(1_000))
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_full")
    assert "900 bytes free and 1000 are needed" in refused.json()["message"]
    assert _left(backstage) == []
    assert client.put(f"{link.path}?{link.query}", content=bytes(1_000)).status_code == 200
