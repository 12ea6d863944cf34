"""Assets: kept files, how they are shown, described, listed and removed."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient
from tests.http.conftest import VIDEO, Backstage

from kinodex.domain.assets import Rendition, RenditionStatus
from kinodex.domain.ids import AssetId, TaskId
from kinodex.domain.tasks import TaskStatus
from kinodex.usecases.blobs import asset_playlist_key, asset_stream_key, asset_thumbnail_key

UNKNOWN = "0" * 24


def picture(side_px: int = 80, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side_px, side_px), (200, 0, 0)).save(file, kind)
    return file.getvalue()


def send(client: TestClient, content: bytes, name: str = "a.mp4", **fields: str) -> dict[str, Any]:
    answer = client.post("/v1.3/assets", data={"method": "direct", **fields}, files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def shown(client: TestClient, asset_id: str) -> dict[str, Any]:
    answer = client.get(f"/v1.3/assets/{asset_id}")
    assert answer.status_code == 200, answer.text
    asset: dict[str, Any] = answer.json()
    return asset


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_file_becomes_an_asset_that_is_ready_when_asked_for_again(client: TestClient) -> None:
    made = send(client, VIDEO, "Büro.mp4", user_metadata='{"topic": "office", "take": 2}')

    assert made["status"] == "processing"
    asset = shown(client, made["_id"])
    assert asset["status"] == "ready"
    assert (asset["method"], asset["filename"], asset["file_type"]) == ("direct", "Büro.mp4", "video/mp4")
    assert (asset["size"], asset["duration"]) == (len(VIDEO), 60.0)
    assert asset["user_metadata"] == {"topic": "office", "take": 2}
    technical = asset["technical_metadata"]
    assert (technical["video_width"], technical["video_height"], technical["video_codec"]) == (
        640,
        360,
        "h264",
    )
    assert technical["video_streams"][0]["index"] == 0


@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_picture_is_an_asset_of_its_own_kind(client: TestClient, kind: str, mime: str) -> None:
    asset = shown(client, send(client, picture(kind=kind), "a.bin")["_id"])

    assert (asset["status"], asset["file_type"]) == ("ready", mime)
    assert "duration" not in asset
    assert asset["technical_metadata"]["image_width"] == 80


@pytest.mark.parametrize(
    ("content", "failure", "says"),
    [
        (b"%PDF-1.7 and more of it", "unsupported_file_type", "a PDF document"),
        (picture(32), "image_file_broken", "32x32 and the minimum is 64x64"),
        (picture()[:-40], "image_file_broken", "damaged or incomplete"),
    ],
)
def test_what_cannot_be_used_fails_and_says_why(
    client: TestClient, backstage: Backstage, content: bytes, failure: str, says: str
) -> None:
    asset = shown(client, send(client, content)["_id"])

    assert (asset["status"], asset["error"]["code"]) == ("failed", failure)
    assert says in asset["error"]["message"]
    assert not [key for key in backstage.blobs.blobs if key.startswith("assets/")]


def test_a_file_over_the_limit_leaves_no_asset(client: TestClient) -> None:
    answer = client.post("/v1.3/assets", data={"method": "direct"}, files={"file": ("a.mp4", bytes(100_001))})

    assert code(answer) == (413, "video_filesize_too_large")
    assert "100000 bytes" in answer.json()["message"]
    assert client.get("/v1.3/assets").json()["data"] == []


def test_a_picture_over_its_own_limit_leaves_no_asset(client: TestClient) -> None:
    noise = io.BytesIO()
    Image.effect_noise((300, 300), 100).save(noise, "PNG")
    answer = client.post(
        "/v1.3/assets", data={"method": "direct"}, files={"file": ("a.png", noise.getvalue())}
    )
    assert code(answer) == (413, "video_filesize_too_large")


def test_a_url_is_fetched_by_a_worker(client: TestClient, backstage: Backstage) -> None:
    answer = client.post(
        "/v1.3/assets", data={"method": "url", "url": "http://example.com/films/a%20b.mp4?signature=1"}
    )

    assert answer.status_code == 201
    assert answer.json()["filename"] == "a b.mp4"
    assert backstage.jobs.queued == [TaskId(answer.json()["_id"])]
    assert shown(client, answer.json()["_id"])["status"] == "processing"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "parameter_not_provided"),
        ({"method": "direct"}, "parameter_not_provided"),
        ({"method": "url"}, "parameter_not_provided"),
        ({"method": "post"}, "parameter_invalid"),
        ({"method": "url", "url": "ftp://example.com/a"}, "url_scheme_not_allowed"),
        ({"method": "url", "url": "http://e.com/a", "user_metadata": "{"}, "parameter_invalid"),
        ({"method": "url", "url": "http://e.com/a", "user_metadata": '{"a": {}}'}, "parameter_invalid"),
    ],
)
def test_an_asset_that_cannot_be_made_says_so(
    client: TestClient, fields: dict[str, str], expected: str
) -> None:
    assert code(client.post("/v1.3/assets", data=fields)) == (400, expected)


def test_what_is_wished_for_is_linked_once_it_is_made(client: TestClient, backstage: Backstage) -> None:
    asset_id = send(client, VIDEO, enable_hls="true", enable_thumbnail="true")["_id"]
    asset = shown(client, asset_id)
    assert (asset["hls"], asset["thumbnail"]) == ({"status": "processing"}, {"status": "processing"})
    assert backstage.jobs.queued == [asset_id]

    playlist = b'#EXTM3U\n#EXT-X-MAP:URI="stream.mp4",BYTERANGE="2@0"\nstream.mp4\n'
    backstage.blobs.put_bytes(asset_playlist_key(AssetId(asset_id)), playlist)
    backstage.blobs.put_bytes(asset_stream_key(AssetId(asset_id)), b"0123456789")
    backstage.blobs.put_bytes(asset_thumbnail_key(AssetId(asset_id)), b"\xff\xd8 a picture")
    with backstage.records.write() as transaction:
        stored = transaction.assets.get(AssetId(asset_id))
        made, flawed = Rendition(RenditionStatus.READY), Rendition(RenditionStatus.READY, "No sound.")
        transaction.assets.replace(replace(stored, stream=flawed, thumbnail=made))

    asset = shown(client, asset_id)
    assert (asset["hls"]["status"], asset["thumbnail"]["status"]) == ("ready", "ready")
    assert asset["notes"] == ["No sound."]
    nobody = {"x-api-key": ""}
    manifest = client.get(asset["hls"]["manifest_url"], headers=nobody)
    assert manifest.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    stream = manifest.text.splitlines()[-1]
    assert manifest.text.count(stream) == 2
    part = client.get(f"/media/assets/{asset_id}/{stream}", headers={**nobody, "Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    picture = client.get(asset["thumbnail"]["representative_url"], headers=nobody)
    assert (picture.headers["content-type"], picture.content) == ("image/jpeg", b"\xff\xd8 a picture")
    assert client.get(f"/media/assets/{asset_id}/thumbnail.jpg").status_code == 401


def test_nothing_is_made_that_was_not_wished_for(client: TestClient, backstage: Backstage) -> None:
    asset = shown(client, send(client, VIDEO)["_id"])
    assert asset.keys().isdisjoint({"hls", "thumbnail", "notes"})
    assert backstage.jobs.queued == []


def test_lists_are_filtered_by_id_kind_and_part_of_the_name(client: TestClient) -> None:
    film = send(client, VIDEO, "Über Berlin.mp4")["_id"]
    poster = send(client, picture(), "poster_1%.png")["_id"]
    other = send(client, picture(), "other.png")["_id"]

    def found(query: str) -> set[str]:
        return {each["_id"] for each in client.get(f"/v1.3/assets?{query}").json()["data"]}

    assert found("") == {film, poster, other}
    assert found(f"asset_ids={film}&asset_ids={other}") == {film, other}
    assert found("asset_types=video") == {film}
    assert found("asset_types=image&asset_types=audio") == {poster, other}
    assert found("asset_types=document") == set()
    assert found("filename=üBER") == {film}
    assert found("filename=1%25") == {poster}
    assert code(client.get("/v1.3/assets?asset_types=book")) == (400, "parameter_invalid")
    assert code(client.get("/v1.3/assets?asset_ids=x")) == (400, "parameter_invalid")


def test_a_list_is_paged_and_its_end_is_empty(client: TestClient) -> None:
    for _ in range(3):
        send(client, picture())

    second = client.get("/v1.3/assets?page=2&page_limit=2").json()
    assert (len(second["data"]), second["page_info"]["total_results"]) == (1, 3)
    assert client.get("/v1.3/assets?page=9").json()["data"] == []


def test_metadata_is_merged_replaced_and_removed(client: TestClient) -> None:
    asset_id = send(client, VIDEO, user_metadata='{"a": 1, "b": "x"}')["_id"]
    path = f"/v1.3/assets/{asset_id}/user-metadata"

    assert client.patch(path, json={"user_metadata": {"b": None, "c": True, "a": ""}}).status_code == 204
    assert shown(client, asset_id)["user_metadata"] == {"a": 1, "c": True}
    assert client.put(path, json={"user_metadata": {"d": 2.5, "e": "", "f": None}}).status_code == 204
    assert shown(client, asset_id)["user_metadata"] == {"d": 2.5}
    assert client.delete(path).status_code == 204
    assert "user_metadata" not in shown(client, asset_id)
    assert code(client.patch(path, json={})) == (400, "parameter_not_provided")
    assert code(client.patch(path, json={"user_metadata": {"width": 1}})) == (400, "parameter_invalid")


def test_a_deleted_asset_is_gone_with_its_bytes(client: TestClient, backstage: Backstage) -> None:
    asset_id = send(client, VIDEO)["_id"]

    assert client.delete(f"/v1.3/assets/{asset_id}").status_code == 204

    assert code(client.get(f"/v1.3/assets/{asset_id}")) == (404, "resource_not_exist")
    assert code(client.delete(f"/v1.3/assets/{asset_id}")) == (404, "resource_not_exist")
    backstage.usecases.purging.sweep()
    assert not [key for key in backstage.blobs.blobs if key.startswith("assets/")]


def test_an_asset_in_use_is_deleted_only_by_force_and_its_video_stays(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    asset_id = send(client, VIDEO)["_id"]
    made = client.post(f"/v1.3/indexes/{index_id}/indexed-assets", json={"asset_id": asset_id})
    assert made.status_code == 202
    uses = client.get(f"/v1.3/assets/{asset_id}/indexed-assets").json()
    assert uses["data"] == [{"_id": made.json()["_id"], "index": {"_id": index_id, "name": "films"}}]

    refused = client.delete(f"/v1.3/assets/{asset_id}")
    assert code(refused) == (409, "resource_in_use")
    assert client.delete(f"/v1.3/assets/{asset_id}?force=true").status_code == 204

    backstage.usecases.purging.sweep()
    assert backstage.blobs.size(f"videos/{made.json()['_id']}/source") == len(VIDEO)


def test_an_asset_whose_video_failed_is_not_in_use(
    client: TestClient, backstage: Backstage, index_id: str
) -> None:
    asset_id = send(client, VIDEO)["_id"]
    backstage.add_task(index_id, status=TaskStatus.FAILED, asset_id=asset_id)

    assert client.delete(f"/v1.3/assets/{asset_id}").status_code == 204


@pytest.mark.parametrize("path", ["", "/indexed-assets"])
def test_an_unknown_asset_is_not_found(client: TestClient, path: str) -> None:
    assert code(client.get(f"/v1.3/assets/{UNKNOWN}{path}")) == (404, "resource_not_exist")
    assert code(client.get(f"/v1.3/assets/nonsense{path}")) == (400, "parameter_invalid")


def test_a_repeated_request_makes_one_asset(client: TestClient) -> None:
    headers = {"Idempotency-Key": "one"}
    fields = {"method": "url", "url": "http://example.com/a.mp4"}
    first = client.post("/v1.3/assets", data=fields, headers=headers).json()
    assert client.post("/v1.3/assets", data=fields, headers=headers).json() == first
    assert client.get("/v1.3/assets").json()["page_info"]["total_results"] == 1
