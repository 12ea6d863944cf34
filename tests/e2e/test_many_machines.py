"""PostgreSQL, object storage, one process that serves and two that work."""

import time
from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import serve_origin

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

            doomed = _worker(tmp_path / "one", "read_screen_text:begin", allow=allow, environment=environment)
            doomed.process.wait(timeout=60)
            rescuer = _worker(tmp_path / "two", "none", allow=allow, environment=environment)
            try:
                task = server.wait_for(task_id, timeout_s=60)
            finally:
                assert rescuer.stop() == 0

            assert task["status"] == "ready", task
            steps = server.get(f"/v1.3/tasks/{task_id}/steps")["data"]
            attempts = {step["step"]: step["attempts"] for step in steps}
            assert attempts == {name: 2 if name == "read_screen_text" else 1 for name in attempts}
            found = server.search(index_id, "platform nine", ["text_in_video"])["data"]
            assert found[0]["video_id"] == task["video_id"]
        requests_for_the_clip = [path for path, _ in origin.requests]
    assert requests_for_the_clip == ["/clip.mp4"], "the file was not fetched again"
