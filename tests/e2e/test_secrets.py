"""Secrets that come with a URL are used for the fetch, and after it are nowhere any more."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from clips import make_clip
from live import KEY, live_server
from origin import Origin, serve_origin

KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")
SECRETS = ("s1gnature", "t0ken", "c00kie", "transcr1pt")
HEADERS = json.dumps({"Authorization": "Bearer t0ken", "Cookie": "session=c00kie"})


def stored(data_dir: Path) -> str:
    """Everything in the database, as SQL."""
    with closing(sqlite3.connect(f"file:{data_dir / 'kinodex.db'}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


pytestmark = pytest.mark.slow


@pytest.fixture
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


def test_secrets_of_a_url_are_found_nowhere_after_the_task_ended(tmp_path: Path, origin: Origin) -> None:
    video_url = origin.add("clip.mp4", make_clip(tmp_path / "clip.mp4")) + "?sig=s1gnature"
    transcript_url = origin.add("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n") + "?k=transcr1pt"
    origin.pause_s = 0.05
    data_dir = tmp_path / "data"
    with live_server(data_dir, allow=[origin.address], command=(KILLABLE, "none")) as server:
        index_id = server.new_index()
        form = {"index_id": index_id, "video_url_headers": HEADERS}
        with_transcript = {"provide_transcription": "true", "transcription_url": transcript_url}
        ready = server.post("/v1.1/tasks", data={**form, "video_url": video_url, **with_transcript})["_id"]
        missing = video_url.replace("clip", "missing")
        failed = server.post("/v1.1/tasks", data={**form, "video_url": missing})["_id"]
        during = stored(data_dir)
        ended = [server.wait_for(ready), server.wait_for(failed)]
        answers = [
            requests.get(f"{server.url}{path}", headers={"x-api-key": KEY}, timeout=30).text
            for path in (
                *(f"/{version}/tasks/{task}" for version in ("v1.1", "v1.3") for task in (ready, failed)),
                *(f"/v1.3/tasks/{task}/steps" for task in (ready, failed)),
                *("/v1.1/tasks", f"/v1.1/indexes/{index_id}/videos", "/metrics", "/capabilities"),
                f"/v1.1/indexes/{index_id}/videos/{ended[0]['video_id']}",
            )
        ]
        after = stored(data_dir)

    assert [task["status"] for task in ended] == ["ready", "failed"]
    assert [name for name in SECRETS if name in during] == list(SECRETS), "the fetch needs them"
    assert [name for name in SECRETS if name in after] == []
    log = server.log.read_text()
    assert "clip.mp4" in after
    assert "step done" in log
    assert [name for name in SECRETS if name in log + "".join(answers)] == []
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert [path for path in files for name in SECRETS if name.encode() in path.read_bytes()] == []
    assert [path for path, headers in origin.headers if headers.get("Authorization") == "Bearer t0ken"] == [
        "/clip.mp4?sig=s1gnature",
        "/missing.mp4?sig=s1gnature",
    ]
