"""The server dies in the middle of the work; after a restart the task becomes ready all the same."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest
import requests
from clips import make_clip
from live import LiveServer, live_server
from origin import Origin, serve_origin

# The client's connection is cut on purpose, and its socket is collected late.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SUPPORT = Path(__file__).parents[1] / "support"

# A job that takes its process down five times is given up, so each task meets four points.
POINTS = [
    ("fetch:begin", "fetch:middle", "fetch:end", "probe:begin"),
    ("probe:end", "decode:begin", "decode:middle", "decode:end"),
    ("prepare_playback:end", "transcribe:begin", "embed_pictures:middle", "embed_pictures:end"),
    ("embed_sentences:begin", "embed_sentences:end", "publish:begin", "publish:end"),
]
STEPS = (
    "fetch",
    "probe",
    "decode",
    "prepare_playback",
    "transcribe",
    "read_screen_text",
    "embed_pictures",
    "embed_sentences",
    "publish",
)


def _start(data_dir: Path, origin: Origin, point: str, *, listens: bool = True) -> LiveServer:
    command = (str(SUPPORT / "killable.py"), point)
    return LiveServer(data_dir, allow=[origin.address], command=command, listens=listens)


def _send_and_see_it_die(server: LiveServer, index_id: str, url: str) -> None:
    """Send a video; the kill may come before the answer, the task is there all the same."""
    with contextlib.suppress(requests.ConnectionError):
        server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url})
    server.process.wait(timeout=60)


@pytest.mark.parametrize("points", POINTS, ids=lambda points: points[0].split(":")[0])
def test_a_task_becomes_ready_after_kills_and_finished_steps_run_once(
    tmp_path: Path, points: tuple[str, ...]
) -> None:
    with serve_origin() as origin:
        url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4"))
        origin.pause_s = 0.05
        first = _start(tmp_path / "data", origin, points[0])
        index_id = first.new_index()
        _send_and_see_it_die(first, index_id, url)
        for point in points[1:]:
            _start(tmp_path / "data", origin, point, listens=False).process.wait(timeout=60)
        with live_server(
            tmp_path / "data", allow=[origin.address], command=(str(SUPPORT / "killable.py"), "none")
        ) as last:
            (listed,) = last.get("/v1.1/tasks")["data"]
            task_id = listed["_id"]
            task = last.wait_for(task_id, timeout_s=60)
            assert task["status"] == "ready", task
            steps = last.get(f"/v1.3/tasks/{task_id}/steps")["data"]
            found = last.search(index_id, "anything", ["visual"])
    # Once the publishing transaction has committed there is nothing left to do again.
    kills = Counter(point.split(":")[0] for point in points if point != "publish:end")
    assert {step["step"]: step["attempts"] for step in steps} == {step: 1 + kills[step] for step in STEPS}
    assert found["search_pool"]["total_count"] == 1


def test_a_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with serve_origin() as origin:
        clip = make_clip(tmp_path / "clip.mp4")
        url = origin.add("clip.mp4", clip)
        origin.pause_s = 0.12
        server = _start(tmp_path / "data", origin, "fetch:late")
        _send_and_see_it_die(server, server.new_index(), url)
        with live_server(
            tmp_path / "data", allow=[origin.address], command=(str(SUPPORT / "killable.py"), "none")
        ) as last:
            (listed,) = last.get("/v1.1/tasks")["data"]
            assert last.wait_for(listed["_id"], timeout_s=60)["status"] == "ready"
        size = clip.stat().st_size
    assert origin.requests[-1][1] is not None, "the second request asked for the rest only"
    assert origin.bytes_sent < 1.7 * size
