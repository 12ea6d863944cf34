"""Assets, uploads in parts and indexed assets by the official Python client of today."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clips import make_clip
from live import KEY, LiveServer
from twelvelabs import TwelveLabs
from twelvelabs.errors import BadRequestError, ConflictError, NotFoundError
from twelvelabs.indexes import IndexesCreateRequestModelsItem
from twelvelabs.types import TextInputRequest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[TwelveLabs]:
    with httpx.Client(trust_env=False) as connection:
        yield TwelveLabs(api_key=KEY, base_url=f"{server.url}/v1.3", httpx_client=connection)


@pytest.fixture(scope="module")
def index_id(client: TwelveLabs) -> str:
    model = IndexesCreateRequestModelsItem(model_name="marengo3.0", model_options=["visual", "audio"])
    made = client.indexes.create(index_name="assets", models=[model])
    assert made.id is not None
    return made.id


def until_final(get: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while (found := get()).status not in {"ready", "failed"}:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_an_asset_from_a_url_is_indexed_found_and_outlived_by_its_video(
    client: TwelveLabs, index_id: str, clip_url: str
) -> None:
    made = client.assets.create(method="url", url=clip_url, filename="smoke.mp4")
    assert (made.status, made.method) == ("processing", "url")
    asset = until_final(lambda: client.assets.retrieve(made.id))
    assert (asset.status, asset.filename, asset.file_type) == ("ready", "smoke.mp4", "video/mp4")
    assert asset.technical_metadata.video_streams[0].codec == "h264"

    started = client.indexes.indexed_assets.create(index_id, asset_id=made.id, user_metadata={"via": "asset"})
    get = client.indexes.indexed_assets.retrieve
    indexed = until_final(lambda: get(index_id, started.id))
    assert (indexed.status, indexed.asset_id) == ("ready", made.id)
    assert indexed.user_metadata == {"via": "asset"}

    found = client.search.query(index_id=index_id, search_options=["visual"], query_text="red")
    assert {hit.video_id for hit in found} == {started.id}
    listed = client.indexes.indexed_assets.list(
        index_id, user_metadata={"via": "asset"}, status=["ready"], duration={"gte": 1}
    )
    assert [each.id for each in listed] == [started.id]
    client.indexes.indexed_assets.update(index_id, started.id, user_metadata={"via": None, "n": 2})
    assert get(index_id, started.id).user_metadata == {"n": 2}
    uses = client.indexes.indexed_assets.list_by_asset(made.id)
    assert [use.id for use in uses] == [started.id]

    with pytest.raises(ConflictError):
        client.assets.delete(made.id)
    client.assets.delete(made.id, force=True)
    with pytest.raises(NotFoundError):
        client.assets.retrieve(made.id)
    assert client.indexes.videos.retrieve(index_id, started.id).asset_id == made.id
    client.indexes.indexed_assets.delete(index_id, started.id)
    assert list(client.indexes.indexed_assets.list(index_id)) == []


def test_a_file_goes_up_in_parts(client: TwelveLabs, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", seconds=4.0)

    sent = client.multipart_upload.upload_file(clip)

    asset = until_final(lambda: client.assets.retrieve(sent.asset_id))
    assert (asset.status, asset.method, asset.size) == ("ready", "multipart", clip.stat().st_size)
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(sent.asset_url).content == clip.read_bytes()
    listed = client.assets.list(asset_ids=[sent.asset_id], asset_types=["video"], filename="CLIP")
    assert [each.id for each in listed] == [sent.asset_id]


def test_a_direct_file_that_is_none_fails_with_a_reason(client: TwelveLabs) -> None:
    made = client.assets.create(method="direct", file=("a.pdf", b"%PDF-1.7 words", "video/mp4"))
    asset = client.assets.retrieve(made.id)
    assert (made.status, asset.status) == ("processing", "failed")
    assert "PDF" in asset.error.message


def test_metadata_of_an_asset_is_kept(client: TwelveLabs, clip_url: str) -> None:
    made = client.assets.create(method="url", url=clip_url, user_metadata='{"a": 1, "b": "x"}')
    client.assets.update_user_metadata(made.id, user_metadata={"b": "y"})
    assert client.assets.retrieve(made.id).user_metadata == {"a": 1, "b": "y"}


def test_a_picture_cannot_be_indexed(client: TwelveLabs, index_id: str) -> None:
    with pytest.raises(BadRequestError):
        client.indexes.indexed_assets.create(index_id, asset_id="nonsense")


def test_texts_pictures_and_videos_are_embedded_in_one_space(client: TwelveLabs, clip_url: str) -> None:
    text = client.embed.create(model_name="marengo3.0", text="a red car").text_embedding
    second = client.embed.v_2.create(
        model_name="marengo3.0", input_type="text", text=TextInputRequest(input_text="a red car")
    )
    assert second.data[0].embedding == text.segments[0].float_

    made = client.embed.tasks.create(model_name="marengo3.0", video_url=clip_url, video_clip_length=3)
    until_final(lambda: client.embed.tasks.status(made.id))
    task = client.embed.tasks.retrieve(made.id, embedding_option=["visual"])
    segments = task.video_embedding.segments
    assert [each.start_offset_sec for each in segments] == [0, 3, 6, 9]
    scores = [
        sum(a * b for a, b in zip(text.segments[0].float_, each.float_, strict=True)) for each in segments
    ]
    assert scores.index(max(scores)) == 0  # the red field comes first
    assert made.id in [each.id for each in client.embed.tasks.list(status="ready")]
