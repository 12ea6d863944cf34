"""``/indexes/{id}/videos``."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from kinodex.domain.ids import IndexId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.domain.warnings import VideoWarning
from kinodex.stores.protocols import VectorManifest

AT = datetime(2023, 10, 1, 12, 0, 0, 999_000, tzinfo=UTC)
FACTS = {"filename": "a.mp4", "duration": 60.0, "fps": 25.0, "width": 640, "height": 360, "size": 1000}


def test_each_version_shows_a_video_its_own_way(client, backstage, index_id: str) -> None:
    video = backstage.add_video(
        index_id, metadata={"category": "sport"}, created_at=AT, updated_at=AT, indexed_at=AT, title="Race"
    )
    path = f"indexes/{index_id}/videos/{video.id}"
    times = dict.fromkeys(("created_at", "updated_at", "indexed_at"), "2023-10-01T12:00:00Z")
    assert client.get(f"/v1.1/{path}").json() == {
        "_id": video.id,
        **times,
        "metadata": {"category": "sport", "video_title": "Race", **FACTS},
    }
    assert client.get(f"/v1.2/{path}").json() == {
        "_id": video.id,
        **times,
        "metadata": {"category": "sport", "video_title": "Race", "engine_ids": ["marengo2.5"], **FACTS},
    }
    assert client.get(f"/v1.3/{path}").json() == {
        "_id": video.id,
        **times,
        "system_metadata": {**FACTS, "video_title": "Race", "model_names": ["marengo2.5"]},
        "user_metadata": {"category": "sport"},
    }


def test_the_newest_version_shows_metadata_in_a_list_only_where_there_is_some(
    client, backstage, index_id
) -> None:
    video = backstage.add_video(index_id)
    (item,) = client.get(f"/v1.3/indexes/{index_id}/videos").json()["data"]
    assert "user_metadata" not in item
    assert client.get(f"/v1.3/indexes/{index_id}/videos/{video.id}").json()["user_metadata"] == {}


def test_what_is_degraded_about_a_video_is_told(client, backstage, index_id: str) -> None:
    video = backstage.add_video(
        index_id, warnings=(VideoWarning("no sound"), VideoWarning("torn", "pictures", Span(1.5, 2)))
    )
    assert client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}").json()["warnings"] == [
        {"message": "no sound"},
        {"message": "torn", "missing": "pictures", "start": 1.5, "end": 2},
    ]


def test_what_is_said_comes_with_the_video_on_request(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id, spoken=["hello there", "again"])
    path = f"/v1.3/indexes/{index_id}/videos/{video.id}"
    assert "transcription" not in client.get(path).json()
    assert client.get(f"{path}?transcription=true").json()["transcription"] == [
        {"start": 0.0, "end": 5.0, "value": "hello there"},
        {"start": 10.0, "end": 15.0, "value": "again"},
    ]


def test_vectors_come_with_the_video_on_request(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id)
    path = f"indexes/{index_id}/videos/{video.id}"
    assert "embedding" not in client.get(f"/v1.3/{path}").json()
    assert "embedding" not in client.get(f"/v1.2/{path}?embedding_option=visual").json()

    shown = client.get(f"/v1.3/{path}?embedding_option=visual&embedding_option=audio").json()
    assert shown["embedding"] == {"model_name": "marengo2.5", "video_embedding": {"segments": []}}
    (note,) = shown["notes"]
    assert note.startswith("No engine of this server embeds sounds.")

    answer = client.get(f"/v1.3/{path}?embedding_option=smell")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert "'smell' is not one of visual, visual-text, transcription, audio" in answer.json()["message"]


def test_lost_vectors_are_said_to_be_lost(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id)
    lost = VectorManifest(
        video_id=video.id, modality=Modality.VISUAL, space="fake", blob="gone.vec", sha256="0" * 64, rows=1
    )
    with backstage.records.write() as transaction:
        transaction.manifests.add(IndexId(index_id), [lost])
    shown = client.get(f"/v1.3/indexes/{index_id}/videos/{video.id}?embedding_option=visual").json()
    assert shown["embedding"]["video_embedding"]["segments"] == []
    assert shown["notes"] == ["The vectors of this video cannot be read; `kinodex fsck` says what is lost."]


def _found(client: TestClient, index_id: str, query: str, version: str = "v1.3") -> set[str]:
    answer = client.get(f"/{version}/indexes/{index_id}/videos?{query}")
    assert answer.status_code == 200, answer.text
    items = answer.json()["data"]
    return {(item.get("system_metadata") or item["metadata"])["filename"] for item in items}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"one", "two"}),
        ("page=7", set()),
        ("filename=one", {"one"}),
        ("duration[gte]=0&duration[lte]=60", {"one", "two"}),
        ("duration=61", set()),
        ("size=1000&fps=25&width=640&height=360", {"one", "two"}),
        ("indexed_at=2023-10-01", {"one"}),
        ("category=sport", {"one"}),
        ("category=sport&take=1", {"one"}),
        ("category=sport&take=2", set()),
        ("take=1.0", {"one"}),
        ("ok=true", {"two"}),
        ("take[gte]=2", {"two"}),
        ("take[gte]=1&take[lte]=1", {"one"}),
        ("user_metadata[category]=sport", {"one"}),
        ("user_metadata%5Btake%5D%5Bgte%5D=2", {"two"}),
        ("user_metadata=" + quote(json.dumps({"category": "sport"})), {"one"}),
        ("user_metadata=" + quote(json.dumps({"take": {"gte": 2}, "ok": True})), {"two"}),
        ("user_metadata=" + quote(json.dumps({"take": 1})), {"one"}),
        ("user_metadata=" + quote(str({"category": "sport"})), {"one"}),
        ("metadata=" + quote(str({"take": {"gte": 2}, "ok": True})), {"two"}),
        ("metadata=x", set()),
        ("nothing=x", set()),
    ],
)
def test_a_list_is_narrowed_by_facts_and_by_metadata(client, backstage, index_id, query, names) -> None:
    backstage.add_video(
        index_id, filename="one", metadata={"category": "sport", "take": 1, "ok": False}, indexed_at=AT
    )
    backstage.add_video(index_id, filename="two", metadata={"category": "news", "take": 2, "ok": True})
    assert _found(client, index_id, query) == names


@pytest.mark.parametrize(
    "query",
    [
        "user_metadata=[]",
        "user_metadata={",
        "user_metadata={'a':",
        "user_metadata={'a': [1]}",
        'user_metadata={"a":null}',
        'user_metadata={"a":{"lt":1}}',
        "size=big",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(client, index_id: str, query: str) -> None:
    answer = client.get(f"/v1.3/indexes/{index_id}/videos?{quote(query, safe='=')}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_old_versions_add_the_length_of_all_videos(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id)
    backstage.add_video(index_id)
    old = client.get(f"/v1.2/indexes/{index_id}/videos?page_limit=1").json()["page_info"]
    assert old == {
        "limit_per_page": 1,
        "page": 1,
        "total_page": 2,
        "total_results": 2,
        "total_duration": 120.0,
    }
    assert "total_duration" not in client.get(f"/v1.3/indexes/{index_id}/videos").json()["page_info"]


@pytest.mark.parametrize(
    ("method", "version", "body"),
    [
        ("PATCH", "v1.3", {"user_metadata": {"b": 2.5, "a": None, "ok": True}}),
        ("PUT", "v1.3", {"user_metadata": {"b": 2.5, "a": None, "ok": True}}),
        ("PUT", "v1.1", {"metadata": {"b": 2.5, "a": None, "ok": True}, "video_title": "T"}),
    ],
)
def test_metadata_is_merged_and_null_removes(client, backstage, index_id, method, version, body) -> None:
    video = backstage.add_video(index_id, metadata={"a": "x", "c": "kept"})
    path = f"indexes/{index_id}/videos/{video.id}"
    answer = client.request(method, f"/{version}/{path}", json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    shown = client.get(f"/v1.3/{path}").json()
    assert shown["user_metadata"] == {"b": 2.5, "c": "kept", "ok": True}
    assert shown["system_metadata"].get("video_title") == body.get("video_title")


@pytest.mark.parametrize(
    "body",
    [
        {"user_metadata": {"size": 1}},
        {"user_metadata": {"a": {}}},
        {"user_metadata": [1]},
        {"video_title": 5},
    ],
)
def test_metadata_that_cannot_be_kept_is_refused(client, backstage, index_id, body: object) -> None:
    video = backstage.add_video(index_id)
    answer = client.patch(f"/v1.3/indexes/{index_id}/videos/{video.id}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_a_deleted_video_is_gone(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id)
    path = f"/v1.1/indexes/{index_id}/videos/{video.id}"
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE", "PUT"):
        answer = client.request(method, path, json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_exist")
    assert client.get(f"{path}/transcription").status_code == 404
    assert client.get(f"{path}/logo").status_code == 404
    assert client.get(f"{path}/thumbnail").status_code == 404


def test_a_video_of_another_index_is_not_there(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id)
    body = {"index_name": "other", "engine_id": "marengo2.5", "index_options": ["visual"]}
    other = client.post("/v1.1/indexes", json=body).json()["_id"]
    assert client.get(f"/v1.1/indexes/{other}/videos/{video.id}").status_code == 404


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", ["first", "second"]),
        ("?start=0&end=5", ["first"]),
        ("?start=5", ["second"]),
        ("?end=10", ["first"]),
        ("?start=100", None),
    ],
)
@pytest.mark.parametrize("kind", ["transcription", "text-in-video"])
def test_what_is_said_and_written_is_read_by_time(client, backstage, index_id, kind, query, values) -> None:
    lines = {"spoken" if kind == "transcription" else "written": ["first", "second"]}
    video = backstage.add_video(index_id, **lines)
    answer = client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}/{kind}{query}").json()
    assert (answer["_id"], answer["index_id"]) == (video.id, index_id)
    assert answer["type"] == f"video_index_meta_{kind.replace('-', '_')}"
    assert (answer["data"] and [line["value"] for line in answer["data"]]) == values


@pytest.mark.parametrize("query", ["start=x", "start=5&end=1"])
def test_a_stretch_that_is_none_is_refused(client, backstage, index_id, query: str) -> None:
    video = backstage.add_video(index_id)
    answer = client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}/transcription?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_logos_are_said_to_be_found_by_their_lettering_only(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id, written=["ACME"])
    answer = client.get(f"/v1.1/indexes/{index_id}/videos/{video.id}/logo").json()
    assert answer["data"] is None
    assert "lettering" in answer["notes"][0]


@pytest.mark.parametrize("kind", ["transcription", "text-in-video", "logo", "thumbnail"])
def test_the_newest_version_has_no_such_reads(client, backstage, index_id, kind: str) -> None:
    video = backstage.add_video(index_id)
    answer = client.get(f"/v1.3/indexes/{index_id}/videos/{video.id}/{kind}")
    assert answer.json()["code"] == "endpoint_not_exists"
