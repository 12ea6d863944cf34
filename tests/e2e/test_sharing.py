"""Many tasks over the same video: one download, one run of the engines, and every task ready."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import serve_origin

pytestmark = pytest.mark.slow

KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")
MANY = 50


def _send_many(server: LiveServer, index_id: str, url: str) -> list[str]:
    def send(_: int) -> str:
        form = {"index_id": index_id, "video_url": url}
        return str(server.post("/v1.1/tasks", data=form)["_id"])

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(send, range(MANY)))


def test_fifty_tasks_at_once_with_one_url_make_one_download(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with serve_origin() as origin:
        url = origin.add("clip.mp4?token=secret", clip).replace("%3F", "?")
        origin.files["/clip.mp4"] = clip.read_bytes()
        origin.pause_s = 0.02
        with live_server(
            tmp_path / "data",
            allow=[origin.address],
            command=(KILLABLE, "none"),
            environment={"KINODEX_WORKERS": "4"},
        ) as server:
            index_id = server.new_index()
            task_ids = _send_many(server, index_id, url)
            tasks = [server.wait_for(task_id) for task_id in task_ids]
            steps = [server.get(f"/v1.3/tasks/{task_id}/steps")["data"] for task_id in task_ids]
            found = server.search(index_id, "red", ["visual"], page_limit=50)
    assert {task["status"] for task in tasks} == {"ready"}, tasks
    assert origin.bytes_sent == clip.stat().st_size
    assert len(origin.requests) == 1
    assert sum("decode" in {step["step"] for step in each} for each in steps) == 1
    (shared,) = {step["note"][:18] for each in steps for step in each if step["step"] == "take_over"}
    assert shared == "The results are th"
    assert found["search_pool"]["total_count"] == MANY
    assert len({moment["video_id"] for moment in found["data"]}) == MANY
