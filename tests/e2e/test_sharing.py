"""Many tasks over the same video: one download, one run of the engines, and every task ready."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from clips import make_clip
from live import LiveServer, live_server
from origin import Origin, serve_origin

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

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


def _ready_after_a_kill(tmp_path: Path, origin: Origin, url: str, point: str) -> list[dict[str, object]]:
    """Index a video, kill the server at a point of a second task over it, and return its steps."""
    command = (KILLABLE, "none")
    with live_server(tmp_path / "data", allow=[origin.address], command=command) as server:
        index_id = server.new_index()
        first = server.index_url(index_id, url)
        server.stop()
    doomed = LiveServer(tmp_path / "data", allow=[origin.address], command=(KILLABLE, point))
    form = {"index_id": index_id, "video_url": url}
    with contextlib.suppress(requests.ConnectionError):
        doomed.post("/v1.1/tasks", data=form)
    doomed.process.wait(timeout=60)
    with live_server(tmp_path / "data", allow=[origin.address], command=command) as server:
        ids = [task["_id"] for task in server.get("/v1.1/tasks")["data"]]
        (second_id,) = [each for each in ids if each != first["_id"]]
        second = server.wait_for(second_id)
        assert second["status"] == "ready", second
        assert server.request("DELETE", f"/v1.1/indexes/{index_id}/videos/{first['video_id']}").ok
        found = server.search(index_id, "platform nine", ["text_in_video"])["data"]
        assert {moment["video_id"] for moment in found} == {second["video_id"]}
        steps: list[dict[str, object]] = server.get(f"/v1.3/tasks/{second_id}/steps")["data"]
        return steps


@pytest.mark.parametrize("point", ["fetch:end", "take_over:begin", "take_over:end"])
def test_a_kill_while_results_are_taken_over_leaves_a_task_that_becomes_ready(
    tmp_path: Path, point: str
) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with serve_origin() as origin:
        steps = _ready_after_a_kill(tmp_path, origin, origin.add("clip.mp4", clip), point)
        assert origin.bytes_sent < clip.stat().st_size + 10
    killed = point.partition(":")[0]
    assert {step["step"]: step["attempts"] for step in steps} == {
        name: 2 if name == killed else 1 for name in ("fetch", "take_over", "publish")
    }


def test_workers_on_several_machines_share_one_download(
    tmp_path: Path, postgres_url: str, s3_config: dict[str, str], s3_url: str
) -> None:
    cloud = {name.upper(): value for name, value in s3_config.items() if name != "aws_profile"}
    environment = {"KINODEX_DATABASE_URL": postgres_url, "KINODEX_BLOB_URL": s3_url, **cloud}
    clip = make_clip(tmp_path / "clip.mp4")
    with serve_origin() as origin:
        url = origin.add("clip.mp4", clip)
        origin.pause_s = 0.02
        serving = live_server(
            tmp_path / "api",
            allow=[origin.address],
            environment=environment,
            command=(KILLABLE, "none"),
            arguments=("serve", "--port", "0", "--no-worker"),
        )
        with serving as server:
            index_id = server.new_index()
            form = {"index_id": index_id, "video_url": url}
            ids = [server.post("/v1.1/tasks", data=form)["_id"] for _ in range(6)]
            workers = [
                LiveServer(
                    tmp_path / name,
                    allow=[origin.address],
                    environment=environment,
                    command=(KILLABLE, "none"),
                    arguments=("worker",),
                    listens=False,
                )
                for name in ("one", "two")
            ]
            try:
                tasks = [server.wait_for(each) for each in ids]
            finally:
                stopped = [worker.stop() for worker in workers]
            video_id = tasks[0]["video_id"]
            assert server.request("DELETE", f"/v1.1/indexes/{index_id}/videos/{video_id}").ok
            found = server.search(index_id, "platform nine", ["text_in_video"], page_limit=50)["data"]
    assert {task["status"] for task in tasks} == {"ready"}, tasks
    assert stopped == [0, 0]
    assert origin.bytes_sent == clip.stat().st_size
    assert {moment["video_id"] for moment in found} == {task["video_id"] for task in tasks[1:]}
