"""Clients send the parts of a file straight to an S3 API, by links that were signed for them."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from client_environments import javascript_environment
from clips import make_clip
from live import KEY, LiveServer, live_server
from twelvelabs import TwelveLabs

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).parents[1] / "support"
SCRIPT = """
import { createRequire } from "node:module";
const [folder, clip] = process.argv.slice(2);
const { TwelveLabs } = createRequire(`${folder}/`)("twelvelabs-js");
const client = new TwelveLabs({ apiKey: process.env.API_KEY });
console.log((await client.multipartUpload.uploadFile(clip)).assetId);
"""


@pytest.fixture(scope="module")
def cloud(s3_config: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose bytes lie in a bucket."""
    config = {name.upper(): value for name, value in s3_config.items() if name != "aws_profile"}
    with live_server(
        tmp_path_factory.mktemp("cloud"),
        environment={"KINODEX_BLOB_URL": "s3://kinodex-tests/clients", "KINODEX_ASSET_PART_BYTES": "65536"}
        | config,
        command=(str(SUPPORT / "killable.py"), "none"),
    ) as server:
        yield server


def _size(server: LiveServer, asset_id: str) -> int:
    """Return how many bytes an asset has, once it is ready."""
    deadline = time.monotonic() + 60
    while (asset := server.get(f"/v1.3/assets/{asset_id}"))["status"] == "processing":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert asset["status"] == "ready", asset
    assert asset["method"] == "multipart"
    return int(asset["size"])


def test_python_sends_parts_to_the_bucket_and_the_asset_is_whole(cloud: LiveServer, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=4.0)
    with httpx.Client(trust_env=False) as connection:
        client = TwelveLabs(api_key=KEY, base_url=f"{cloud.url}/v1.3", httpx_client=connection)
        sent = client.multipart_upload.upload_file(clip)

    assert _size(cloud, sent.asset_id) == clip.stat().st_size
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(sent.asset_url).content == clip.read_bytes()
    assert "/uploads/" not in cloud.log.read_text()  # no part came through the server


def test_javascript_sends_parts_to_the_bucket_and_the_asset_is_whole(
    cloud: LiveServer, tmp_path: Path
) -> None:
    clip, script = make_clip(tmp_path / "clip.mp4", seconds=4.0), tmp_path / "upload.mjs"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        ["node", str(script), str(javascript_environment("1.3.4")), str(clip)],
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "TWELVELABS_BASE_URL": f"{cloud.url}/v1.3",
            "API_KEY": KEY,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert _size(cloud, ran.stdout.split()[-1]) == clip.stat().st_size
    assert "/uploads/" not in cloud.log.read_text()
