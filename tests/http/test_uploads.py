"""Videos sent along: real servers, real sockets, what stays on the disk and in memory."""

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from starlette.testclient import TestClient

from kinodex.domain.limits import V1_1

KEY = "test-key-0123456789"
HEADERS = {"x-api-key": KEY}
VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(1_000)
SECONDS = 10.0


def _left(backstage) -> list[Path]:
    return list(backstage.uploads.glob("*")) if backstage.uploads.exists() else []


def _none_left(backstage) -> bool:
    """Whether the folder gets empty soon: a server notices a broken connection a moment later."""
    deadline = time.monotonic() + SECONDS
    while _left(backstage) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _left(backstage)


@pytest.mark.parametrize("name", ["video_file", "file"])
def test_a_file_becomes_a_task_and_a_blob(client: TestClient, backstage, index_id: str, name: str) -> None:
    answer = client.post(
        "/v1.1/tasks", data={"index_id": index_id}, files={name: ("C:\\dir\\a b.mp4", VIDEO)}
    )
    assert answer.status_code == 200, answer.text
    task = backstage.usecases.tasks.get(answer.json()["_id"])
    assert (task.filename, task.status.value, task.source.url) == ("a b.mp4", "pending", None)
    assert backstage.blobs.get_bytes(task.source.upload_blob) == VIDEO
    assert _left(backstage) == []
    shown = client.get(f"/v1.1/tasks/{task.id}").json()["metadata"]
    assert shown == {"filename": "a b.mp4", "duration": 60.0, "width": 640, "height": 360}


def test_a_url_wins_over_a_file(client: TestClient, backstage, index_id: str) -> None:
    fields = {"index_id": index_id, "video_url": "http://films.example/b.mp4"}
    client.post("/v1.1/tasks", data=fields, files={"video_file": ("a.mp4", VIDEO)})
    assert backstage.usecases.tasks.get(backstage.jobs.queued[0]).filename == "b.mp4"
    assert _left(backstage) == []


@pytest.mark.parametrize(
    ("fields", "content", "code"),
    [
        ({"index_id": "INDEX"}, b"<html>" * 99, "unsupported_file_type"),
        ({"index_id": "0" * 24}, VIDEO, "resource_not_exist"),
        ({"index_id": "short"}, VIDEO, "parameter_invalid"),
        ({}, VIDEO, "parameter_not_provided"),
        ({"index_id": "INDEX", "user_metadata": "{"}, VIDEO, "parameter_invalid"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(client, backstage, index_id, fields, content, code) -> None:
    sent = {name: index_id if value == "INDEX" else value for name, value in fields.items()}
    answer = client.post("/v1.1/tasks", data=sent, files={"video_file": ("a.mp4", content)})
    assert answer.json()["code"] == code
    assert _left(backstage) == []
    assert backstage.blobs.blobs == {}


def test_a_second_file_is_refused_and_neither_is_left(client: TestClient, backstage, index_id: str) -> None:
    files = [("video_file", ("a.mp4", VIDEO)), ("video_file", ("b.mp4", VIDEO))]
    answer = client.post("/v1.1/tasks", data={"index_id": index_id}, files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert _left(backstage) == []


def test_an_empty_file_field_is_no_file(client: TestClient, index_id: str) -> None:
    answer = client.post("/v1.1/tasks", data={"index_id": index_id}, files={"video_file": ("", b"")})
    assert answer.json()["code"] == "parameter_not_provided"


def test_a_file_over_the_limit_is_refused_by_its_declared_length(address: str, backstage) -> None:
    with _connected(address) as connection:
        _send_head(connection, f"Content-Length: {3 * 1024**3}\r\n")
        connection.sendall(_part_head("video_file") + VIDEO)
        answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert '"video_filesize_too_large"' in answer
    assert str(V1_1.maximum_size_bytes) in answer
    assert _left(backstage) == []


def test_a_file_over_the_limit_is_refused_as_soon_as_it_is(address, backstage, monkeypatch) -> None:
    monkeypatch.setattr(backstage.usecases.tasks, "maximum_upload_bytes", lambda _: 300_000)

    def body() -> Iterator[bytes]:
        yield _part_head("video_file")
        for _ in range(100):
            yield bytes(65_536)
        yield END

    answer = requests.post(f"{address}/v1.1/tasks", data=body(), headers={**HEADERS, **MULTIPART}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "video_filesize_too_large")
    assert _left(backstage) == []


def test_a_client_that_drops_leaves_no_file(address: str, backstage) -> None:
    with _connected(address) as connection:
        _send_head(connection, "Content-Length: 100000000\r\n")
        connection.sendall(_part_head("video_file") + VIDEO + bytes(3 * 1024 * 1024))
        deadline = time.monotonic() + SECONDS
        while not _left(backstage) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert _left(backstage)
    assert _none_left(backstage)


def test_a_client_that_stalls_is_given_up(address: str, backstage, monkeypatch) -> None:
    monkeypatch.setattr("kinodex.http.bodies.STALL_S", 0.2)
    with _connected(address) as connection:
        _send_head(connection, "Content-Length: 100000000\r\n")
        connection.sendall(_part_head("video_file") + VIDEO)
        answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 408")
    assert '"request_canceled_or_timed_out"' in answer
    assert _none_left(backstage)


def test_a_caller_without_a_key_is_refused_before_the_body(address: str, backstage) -> None:
    with _connected(address) as connection:
        head = "Expect: 100-continue\r\nContent-Length: 100000000\r\n"
        _send_head(connection, head, key="wrong")
        answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 401")
    assert _left(backstage) == []


def test_a_full_disk_is_said_to_be_one(client: TestClient, backstage, index_id: str, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kinodex.http.uploads.Upload._write_all", full)
    answer = client.post("/v1.1/tasks", data={"index_id": index_id}, files={"video_file": ("a", VIDEO)})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert answer.headers["Retry-After"] == "30"
    assert _left(backstage) == []


BOUNDARY = "----guide"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
END = f"\r\n--{BOUNDARY}--\r\n".encode()
LARGE_BYTES = 200 * 1024 * 1024


def _part_head(name: str) -> bytes:
    disposition = f'form-data; name="{name}"; filename="a.mp4"'
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()


def _connected(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _send_head(connection: socket.socket, lines: str, *, key: str = KEY) -> None:
    head = f"POST /v1.1/tasks HTTP/1.1\r\nHost: localhost\r\nx-api-key: {key}\r\n{lines}"
    connection.sendall(f"{head}Content-Type: {MULTIPART['Content-Type']}\r\n\r\n".encode())


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is looked up in /proc")
def test_memory_does_not_grow_with_the_file(address: str, backstage, index_id: str) -> None:
    requests.get(f"{address}/healthz", timeout=30)
    before_bytes = _resident_bytes()
    most_bytes = before_bytes
    # Sent from a process of its own: only the server's memory is looked at.
    command = [sys.executable, "-c", SENDER, address, index_id, str(LARGE_BYTES)]
    with subprocess.Popen(
        command, env={**os.environ, "KEY": KEY}, stdout=subprocess.PIPE, text=True
    ) as sender:
        while sender.poll() is None:
            most_bytes = max(most_bytes, _resident_bytes())
            time.sleep(0.01)
        assert sender.stdout is not None
        assert sender.stdout.read().strip() == "200"
    assert backstage.media.seen == [LARGE_BYTES]
    assert most_bytes - before_bytes < 30 * 1024 * 1024
    assert _left(backstage) == []


SENDER = r"""
import os, socket, sys
address, index_id, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
host, port = address.removeprefix("http://").split(":")
head = b'------guide\r\nContent-Disposition: form-data; name="index_id"\r\n\r\n' + index_id.encode()
head += b'\r\n------guide\r\nContent-Disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n'
end = b"\r\n------guide--\r\n"
start, block = b"\0\0\0\x18ftypmp42", bytes(1 << 20)
with socket.create_connection((host, int(port)), timeout=60) as connection:
    connection.sendall((
        f"POST /v1.1/tasks HTTP/1.1\r\nHost: localhost\r\nx-api-key: {os.environ['KEY']}\r\n"
        f"Content-Type: multipart/form-data; boundary=----guide\r\n"
        f"Content-Length: {len(head) + size + len(end)}\r\n\r\n"
    ).encode() + head + start)
    left = size - len(start)
    while left:
        connection.sendall(block[:left])
        left -= min(left, len(block))
    connection.sendall(end)
    print(connection.recv(65536).split()[1].decode())
"""
