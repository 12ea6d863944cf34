"""A server that is told to stop ends in order, and goes on where it was."""

from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import serve_origin

KILLABLE = (str(Path(__file__).parents[1] / "support" / "killable.py"), "none")


@pytest.mark.slow
def test_a_stop_during_a_download_ends_with_status_0_and_loses_nothing(tmp_path: Path) -> None:
    with serve_origin() as origin:
        origin.pause_s = 0.2
        url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4"))
        server = LiveServer(tmp_path / "data", allow=[origin.address], command=KILLABLE)
        index_id = server.new_index()
        task_id = server.post("/v1.1/tasks", data={"index_id": index_id, "video_url": url})["_id"]

        assert server.stop() == 0

        origin.pause_s = 0.0
        with live_server(tmp_path / "data", allow=[origin.address], command=KILLABLE) as again:
            assert again.wait_for(task_id)["status"] == "ready"


def test_a_second_server_on_the_same_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    with live_server(tmp_path / "data", command=KILLABLE):
        second = LiveServer(tmp_path / "data", command=KILLABLE, listens=False)
        assert second.process.wait(timeout=30) == 1
    assert "Another Kinodex process uses" in (tmp_path / "data" / "server.log").read_text()
