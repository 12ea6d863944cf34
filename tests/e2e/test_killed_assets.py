"""The server dies while assets are on their way; after a restart they become ready all the same."""

import time
from pathlib import Path
from typing import Any

import pytest
import requests
from clips import make_clip
from live import LiveServer, live_server
from origin import serve_origin

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).parents[1] / "support"


def _options(address: str) -> dict[str, Any]:
    return {
        "allow": [address],
        "command": (str(SUPPORT / "killable.py"), "none"),
        "environment": {"KINODEX_ASSET_PART_BYTES": "65536"},
    }


def _ready(server: LiveServer, asset_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (asset := server.get(f"/v1.3/assets/{asset_id}"))["status"] == "processing":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert asset["status"] == "ready", asset
    return dict(asset)


def test_a_url_that_is_being_fetched_is_fetched_to_its_end_after_a_kill(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with serve_origin() as origin:
        url = origin.add("clip.mp4", clip)
        origin.pause_s = 0.05
        server = LiveServer(tmp_path / "data", **_options(origin.address))
        asset_id = server.post("/v1.3/assets", data={"method": "url", "url": url})["_id"]
        while origin.bytes_sent < 200_000:
            time.sleep(0.02)
        server.kill()
        origin.pause_s = 0.0
        with live_server(tmp_path / "data", **_options(origin.address)) as again:
            assert _ready(again, asset_id)["size"] == clip.stat().st_size


def test_an_upload_goes_on_after_kills_between_and_behind_its_parts(tmp_path: Path) -> None:
    content = make_clip(tmp_path / "clip.mp4", seconds=6.0).read_bytes()
    body = {"filename": "a.mp4", "type": "video", "total_size": len(content)}
    with serve_origin() as origin:
        server = LiveServer(tmp_path / "data", **_options(origin.address))
        begun = server.post("/v1.3/assets/multipart-uploads", json=body)
        size, path = begun["chunk_size"], f"/v1.3/assets/multipart-uploads/{begun['upload_id']}"
        parts = [content[start : start + size] for start in range(0, len(content), size)]

        def send(number: int) -> dict[str, Any]:
            links = server.post(f"{path}/presigned-urls", json={"start": number, "count": 1})
            answer = requests.put(links["upload_urls"][0]["url"], data=parts[number - 1], timeout=30)
            assert answer.ok, answer.text
            etag = answer.headers["ETag"].strip('"')
            return {
                "chunk_index": number,
                "proof": etag,
                "proof_type": "etag",
                "chunk_size": len(parts[number - 1]),
            }

        first = [send(1), send(2)]
        server.kill()
        server = LiveServer(tmp_path / "data", **_options(origin.address))
        assert server.post(path, json={"completed_chunks": first})["total_completed"] == 2
        rest = [send(number) for number in range(3, len(parts) + 1)]
        assert server.post(path, json={"completed_chunks": rest})["url"]
        server.kill()  # before, while or after it is put together
        with live_server(tmp_path / "data", **_options(origin.address)) as again:
            assert _ready(again, begun["asset_id"])["size"] == len(content)
            assert again.get(path)["status"] == "completed"
