"""PostgreSQL, object storage, one process that serves and two that work."""

import signal
import sys
import time
from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import serve_origin

TAKEN_OVER_WITHIN_S = 10.0
"""What is promised, from the death of a worker to the first step of another."""
KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")


@pytest.fixture
def environment(postgres_url: str, s3_config: dict[str, str], s3_url: str) -> dict[str, str]:
    cloud = {name.upper(): value for name, value in s3_config.items() if name != "aws_profile"}
    return {"KINODEX_DATABASE_URL": postgres_url, "KINODEX_BLOB_URL": s3_url, **cloud}


def _worker(folder: Path, point: str, *, allow: list[str], environment: dict[str, str]) -> LiveServer:
    return LiveServer(
        folder,
        allow=allow,
        environment=environment,
        command=(KILLABLE, point),
        arguments=("worker",),
        listens=False,
    )


def _first_to_end(workers: list[LiveServer]) -> LiveServer:
    """Return the worker that dies first, after both were at work."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for worker in workers:
            if worker.process.poll() is not None:
                return worker
        time.sleep(0.01)
    raise AssertionError("nobody died")


def _attempts(server: LiveServer, task_id: str) -> dict[str, int]:
    steps = server.get(f"/v1.3/tasks/{task_id}/steps")["data"]
    return {step["step"]: step["attempts"] for step in steps}


@pytest.mark.slow
def test_another_machine_takes_over_the_work_of_a_dead_one(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with serve_origin() as origin:
        allow = [origin.address]
        url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4"))
        serving = live_server(
            tmp_path / "api",
            allow=allow,
            environment=environment,
            command=(KILLABLE, "none"),
            arguments=("serve", "--port", "0", "--no-worker"),
        )
        with serving as server:
            index_id = server.new_index()
            task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url})["_id"]
            time.sleep(0.5)
            assert server.get(f"/v1.1/tasks/{task_id}")["status"] == "validating", "nobody works yet"

            once = {**environment, "KILLED_ONCE": str(tmp_path / "killed")}
            workers = [
                _worker(tmp_path / name, "read_screen_text:begin", allow=allow, environment=once)
                for name in ("one", "two")
            ]
            try:
                doomed = _first_to_end(workers)
                died_at = time.monotonic()
                while _attempts(server, task_id).get("read_screen_text") != 2:
                    assert time.monotonic() - died_at < TAKEN_OVER_WITHIN_S, "nobody took the work over"
                    time.sleep(0.05)
                sys.stdout.write(f"taken over {time.monotonic() - died_at:.1f} s after the kill\n")
                task = server.wait_for(task_id, timeout_s=60)
            finally:
                statuses = [worker.stop() for worker in workers]
            assert sorted(statuses) == [-signal.SIGKILL, 0]
            assert doomed.process.returncode == -signal.SIGKILL

            assert task["status"] == "ready", task
            attempts = _attempts(server, task_id)
            assert attempts == {name: 2 if name == "read_screen_text" else 1 for name in attempts}
            found = server.search(index_id, "platform nine", ["text_in_video"])["data"]
            assert found[0]["video_id"] == task["video_id"]
        requests_for_the_clip = [path for path, _ in origin.requests]
    assert requests_for_the_clip == ["/clip.mp4"], "the file was not fetched again"
