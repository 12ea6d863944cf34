"""What is deleted is hidden at once, the work on it ends, and its bytes go: on one machine and on many."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip
from live import LiveServer, live_server

from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs

pytestmark = pytest.mark.slow

BYTES_GONE_WITHIN_S = 60.0
KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")


@dataclass(frozen=True)
class Place:
    """A server, and the store its bytes are in."""

    server: LiveServer
    blobs: ObstoreBlobs

    def decoder(self) -> int | None:
        """The process that reads a video for the server."""
        pids = _children(self.server.process.pid)
        return next((pid for pid in pids if "media.child" in _command(pid)), None)

    def found(self, index_id: str) -> set[str]:
        answer = self.server.search(index_id, "red", ["visual"], threshold="none")
        return {hit["video_id"] for hit in answer["data"]}

    def delete(self, path: str) -> None:
        answer = self.server.request("DELETE", path)
        assert answer.status_code == 204, answer.text


def _children(pid: int) -> Sequence[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has ended
        return ""


def _until(is_so: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@pytest.fixture(params=["one machine", "PostgreSQL and S3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    environment: dict[str, str] = {}
    blobs = ObstoreBlobs(str(tmp_path / "data" / "blobs"))
    if request.param != "one machine":
        config, url = request.getfixturevalue("s3_config"), request.getfixturevalue("s3_url")
        cloud = {name.upper(): value for name, value in config.items() if name != "aws_profile"}
        database = request.getfixturevalue("postgres_url")
        environment = {"KINODEX_DATABASE_URL": database, "KINODEX_BLOB_URL": url, **cloud}
        blobs = ObstoreBlobs(url, config=config)
    with live_server(tmp_path / "data", environment=environment, command=(KILLABLE, "none")) as server:
        yield Place(server, blobs)


def _upload(server: LiveServer, index_id: str, clip: Path) -> dict[str, Any]:
    with clip.open("rb") as file:
        form = {"index_id": index_id, "language": "en"}
        task_id = server.post("/v1.1/tasks", data=form, files={"video_file": file})["_id"]
    task: dict[str, Any] = server.get(f"/v1.1/tasks/{task_id}")
    return task


def test_deleting_hides_at_once_ends_a_running_decode_and_removes_the_bytes(
    place: Place, tmp_path: Path
) -> None:
    server = place.server
    index_id = server.new_index()
    ready = server.wait_for(_upload(server, index_id, make_clip(tmp_path / "a.mp4"))["_id"])
    assert place.found(index_id) == {ready["video_id"]}
    running = _upload(server, index_id, make_clip(tmp_path / "b.mp4", seconds=60.0))
    steps = f"/v1.3/tasks/{running['_id']}/steps"
    _until(lambda: any(step["step"] == "decode" for step in server.get(steps)["data"]))
    decoder = _until(place.decoder)
    os.kill(decoder, signal.SIGSTOP)
    assert "step=decode" not in _last_task(server), "it is being decoded, and stays so"

    try:
        place.delete(f"/v1.3/indexes/{index_id}/indexed-assets/{running['video_id']}")
        place.delete(f"/v1.1/indexes/{index_id}/videos/{ready['video_id']}")
        assert place.found(index_id) == set()
        assert server.request("GET", f"/v1.1/tasks/{running['_id']}").status_code == 404
        assert server.get(f"/v1.1/indexes/{index_id}/videos")["data"] == []
    finally:
        os.kill(decoder, signal.SIGCONT)

    _until(lambda: "task withdrawn" in server.log.read_text())
    assert "step=decode" not in _last_task(server), "the decode has not come to its end"
    assert _command(decoder) == "", "nor goes it on"
    _until(lambda: not [*place.blobs.list("videos/")], seconds=BYTES_GONE_WITHIN_S)
    assert not [*(server.data_dir / "work").glob("*")]


def _last_task(server: LiveServer) -> str:
    """Return what the log says since the first task was ready."""
    return server.log.read_text().rpartition("task ready")[2]
