"""A server that is told to stop ends in order, and goes on where it was."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from clips import make_clip
from live import KEY, LiveServer, live_server
from origin import serve_origin

KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")
QUICK = (KILLABLE, "none")
LONGEST_END_S = 25.0


def _children(server: LiveServer, module: str) -> list[int]:
    """Processes of a module that have a file of the server open: those are past their own beginning."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent != server.process.pid or module.encode() not in (entry / "cmdline").read_bytes():
                continue
            reads = [str(each.readlink()) for each in (entry / "fd").iterdir()]
        except OSError:  # it is gone, or another's
            continue
        if any(str(server.data_dir) in path for path in reads):
            found.append(int(entry.name))
    return found


def _is_alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stopped_within(server: LiveServer, seconds: float = LONGEST_END_S) -> int:
    return server.process.wait(timeout=seconds)


def _half_sent(server: LiveServer, index_id: str, content: bytes) -> tuple[socket.socket, bytes]:
    """Begin to upload a file; return the connection, and what is to be sent yet."""
    form = (
        f'--b\r\nContent-Disposition: form-data; name="index_id"\r\n\r\n{index_id}\r\n'
        '--b\r\nContent-Disposition: form-data; name="video_file"; filename="a.mp4"\r\n\r\n'
    ).encode()
    body = form + content + b"\r\n--b--\r\n"
    head = (
        f"POST /v1.1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {KEY}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    half = len(body) // 2
    connection.sendall(head + body[:half])
    return connection, body[half:]


@pytest.mark.slow
def test_a_stop_during_a_download_ends_with_status_0_and_loses_nothing(tmp_path: Path) -> None:
    with serve_origin() as origin:
        origin.pause_s = 0.2
        url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4"))
        server = LiveServer(tmp_path / "data", allow=[origin.address], command=QUICK)
        index_id = server.new_index()
        task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url})["_id"]

        assert server.stop() == 0

        origin.pause_s = 0.0
        with live_server(tmp_path / "data", allow=[origin.address], command=QUICK) as again:
            assert again.wait_for(task_id)["status"] == "ready"


@pytest.mark.slow
def test_a_stop_lets_an_upload_and_a_search_in_flight_end_and_takes_nothing_new(tmp_path: Path) -> None:
    content = make_clip(tmp_path / "clip.mp4").read_bytes()
    server = LiveServer(tmp_path / "data", command=(KILLABLE, "search:3"))
    index_id = server.new_index()
    with requests.Session() as kept_open, ThreadPoolExecutor(1) as thread:
        kept_open.get(f"{server.url}/healthz", timeout=30)
        search = thread.submit(server.search, index_id, "anything", ["conversation"])
        connection, rest = _half_sent(server, index_id, content)
        with connection:
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(1.0)
            try:
                answer = kept_open.get(f"{server.url}/v1.1/indexes", headers={"x-api-key": KEY}, timeout=30)
                assert answer.status_code == 503
            except requests.ConnectionError:
                answer = None  # its connection was idle, so it was closed
            with pytest.raises(requests.ConnectionError):
                requests.get(f"{server.url}/healthz", timeout=30)
            connection.sendall(rest)
            # The connection ends with the answer.
            uploaded = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
        assert search.result()["data"] == []
    assert uploaded.startswith("HTTP/1.1 200"), uploaded
    assert "connection: close" in uploaded.lower()
    task_id = uploaded.rpartition('"_id":"')[2][:24]
    assert _stopped_within(server) == 0
    with live_server(tmp_path / "data", command=QUICK) as again:
        assert again.wait_for(task_id)["status"] == "ready"


@pytest.mark.slow
def test_an_upload_that_does_not_end_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    content = bytes(64 * 1024**2)
    server = LiveServer(tmp_path / "data", command=QUICK)
    connection, rest = _half_sent(server, server.new_index(), content)
    with connection:
        server.process.send_signal(signal.SIGTERM)
        said = b""
        for start in range(0, len(rest), 64 * 1024):
            time.sleep(0.1)
            try:
                connection.sendall(rest[start : start + 64 * 1024])
            except OSError:
                break
        with suppress(OSError):  # it was cut off
            said = connection.recv(65_536)
    assert _stopped_within(server) == 0
    assert said == b"" or (b" 503 " in said and b"server_stopping" in said), said
    assert list((tmp_path / "data" / "uploads").iterdir()) == []


@pytest.mark.slow
def test_a_stop_during_a_decode_ends_the_child_and_the_task_goes_on(tmp_path: Path) -> None:
    with serve_origin() as origin:
        url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4", seconds=20.0))
        server = LiveServer(tmp_path / "data", allow=[origin.address], command=QUICK)
        index_id = server.new_index()
        task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url})["_id"]
        children: list[int] = []
        deadline = time.monotonic() + 60
        while not children and time.monotonic() < deadline:
            if server.get(f"/v1.1/tasks/{task_id}").get("step") == "decode":
                children = _children(server, "kinodex.media.child")
        assert children, "it decodes"
        for child in children:  # one that never ends by itself
            os.kill(child, signal.SIGSTOP)

        server.process.send_signal(signal.SIGTERM)
        assert _stopped_within(server) == 0
        deadline = time.monotonic() + 5
        while any(map(_is_alive, children)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(_is_alive, children))

        with live_server(tmp_path / "data", allow=[origin.address], command=QUICK) as again:
            assert again.wait_for(task_id)["status"] == "ready"
        assert [path for path, _ in origin.requests] == ["/clip.mp4"], "the file was not fetched again"


@pytest.mark.slow
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_server_at_once(tmp_path: Path, second: signal.Signals) -> None:
    server = LiveServer(tmp_path / "data", command=QUICK)
    connection, _ = _half_sent(server, server.new_index(), bytes(1024**2))
    with connection:
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1.0)
        assert server.process.poll() is None, "it waits for the upload"
        server.process.send_signal(second)
        assert _stopped_within(server, 2.0) == 128 + second
    with live_server(tmp_path / "data", command=QUICK) as again:
        assert again.get("/v1.1/tasks")["data"] == []


@pytest.mark.slow
def test_a_second_server_on_the_same_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    with live_server(tmp_path / "data", command=QUICK):
        second = LiveServer(tmp_path / "data", command=QUICK, listens=False)
        assert second.process.wait(timeout=30) == 1
    assert "Another Kinodex process uses" in (tmp_path / "data" / "server.log").read_text()
