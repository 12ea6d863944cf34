"""Embeddings: of texts and pictures at once, of videos by tasks."""

import base64
import io
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient
from tests.http.conftest import VIDEO, Backstage
from tests.http.test_assets import code, picture, send

from kinodex.domain.embeddings import Embedded, EmbedOption, EmbedScope
from kinodex.domain.ids import EmbedTaskId
from kinodex.usecases.blobs import embedded_key

Result = TypeVar("Result")
MODEL = {"model_name": "marengo3.0"}


class Finished:
    """Checkpoints that have done all but the last step."""

    def run(self, name: str, step: Callable[[], Any]) -> Any:
        facts = {
            "duration_s": 60.0,
            "width_px": 640,
            "height_px": 360,
            "fps": 25.0,
            "size_bytes": 1,
            "container": "mp4",
            "video_codec": "h264",
        }
        done = {"fetch": {"filename": "a.mp4"}, "probe": facts, "embed": {"duration_s": 60.0}}
        return done[name] if name in done else step()


def finish(backstage: Backstage, task_id: str) -> None:
    vector = np.eye(4, dtype="<f4")
    found = [
        Embedded(
            option=option,
            scope=EmbedScope.CLIP,
            start_s=0,
            end_s=6,
            space="s",
            vector=vector[place].tobytes(),
        )
        for place, option in enumerate(EmbedOption)
    ]
    backstage.blobs.put_bytes(embedded_key(EmbedTaskId(task_id)), msgspec.msgpack.encode(found))
    backstage.usecases.library.embed_work.run(task_id, Finished())  # type: ignore[arg-type]


def test_a_text_has_the_vector_a_search_compares(
    shared_client: TestClient, shared_backstage: Backstage
) -> None:
    answer = shared_client.post("/v1.3/embed", data={**MODEL, "text": "a red car"})

    assert answer.status_code == 200, answer.text
    shown = answer.json()
    executor = shared_backstage.executor
    assert shown["model_name"] == "marengo3.0"
    (segment,) = shown["text_embedding"]["segments"]
    np.testing.assert_allclose(segment["float"], executor.embed_words(["a red car"])[0], atol=1e-7)
    beside = shown["text_embedding"]["transcription"]
    np.testing.assert_allclose(beside["float"], executor.embed_sentences(["a red car"])[0], atol=1e-7)
    assert shown["text_embedding"]["metadata"]["space"] == {
        "id": executor.meaning_space.id,
        "engine": executor.meaning_space.engine,
        "dimensions": len(segment["float"]),
    }
    assert "image_embedding" not in shown


def test_a_picture_has_the_vectors_a_search_compares(client: TestClient, backstage: Backstage) -> None:
    frame = np.zeros((64, 64, 3), dtype=np.uint8)  # what the reader of pictures makes of any
    answer = client.post("/v1.3/embed", data=MODEL, files={"image_file": ("a.png", picture())})

    assert answer.status_code == 200, answer.text
    shown = answer.json()["image_embedding"]
    vectors = backstage.executor.embed_picture(frame)
    np.testing.assert_allclose(shown["segments"][0]["float"], vectors.meaning[0, 1], atol=1e-7)
    np.testing.assert_allclose(shown["appearance"]["float"], vectors.appearance[0], atol=1e-7)
    assert shown["appearance"]["space"]["id"] == backstage.executor.appearance_space.id


def test_text_and_picture_lie_in_one_space(client: TestClient) -> None:
    answer = client.post(
        "/v1.3/embed", data={**MODEL, "text": "black"}, files={"image_file": ("a.png", picture())}
    ).json()
    text, image = answer["text_embedding"], answer["image_embedding"]
    assert text["metadata"]["space"] == image["metadata"]["space"]
    assert np.dot(text["segments"][0]["float"], image["segments"][0]["float"]) == pytest.approx(1.0)


def test_a_sound_says_that_it_is_not_embedded(client: TestClient) -> None:
    answer = client.post("/v1.3/embed", data={**MODEL, "audio_url": "http://e.com/a.mp3"})
    assert answer.status_code == 200
    assert "No engine of this server embeds sounds" in answer.json()["audio_embedding"]["error_message"]


def test_old_clients_find_the_numbers_where_they_look(client: TestClient) -> None:
    shown = client.post("/v1.2/embed", data={"engine_name": "marengo2.6", "text": "red"}).json()
    assert shown["engine_name"] == "marengo2.6"
    assert shown["text_embedding"]["float"] == shown["text_embedding"]["segments"][0]["float"]


@pytest.mark.parametrize(
    ("fields", "expected", "says"),
    [
        ({}, "parameter_not_provided", "model_name"),
        (MODEL, "parameter_not_provided", "text"),
        ({"model_name": "pegasus1.2", "text": "a"}, "parameter_invalid", "marengo"),
        ({**MODEL, "text": "x" * 1_001, "text_truncate": "none"}, "parameter_invalid", "1001 characters"),
        ({**MODEL, "text": "x", "text_truncate": "middle"}, "parameter_invalid", "middle"),
        ({**MODEL, "image_url": "ftp://e.com/a.png"}, "parameter_invalid", "image_url"),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    shared_client: TestClient, fields: dict[str, str], expected: str, says: str
) -> None:
    answer = shared_client.post("/v1.3/embed", data=fields)
    assert code(answer) == (400, expected)
    assert says in answer.json()["message"]


@pytest.mark.parametrize(("way", "kept"), [("end", slice(0, 1_000)), ("start", slice(500, 1_500))])
def test_a_long_text_is_cut_where_it_is_asked_to(
    shared_client: TestClient, shared_backstage: Backstage, way: str, kept: slice
) -> None:
    text = " ".join(f"word{number:03}" for number in range(200))[:1_500]
    answer = shared_client.post("/v1.3/embed", data={**MODEL, "text": text, "text_truncate": way}).json()
    expected = shared_backstage.executor.embed_sentences([text[kept]])[0]
    np.testing.assert_allclose(answer["text_embedding"]["transcription"]["float"], expected, atol=1e-7)


def test_a_video_is_embedded_by_a_task(client: TestClient, backstage: Backstage) -> None:
    made = client.post(
        "/v1.3/embed/tasks",
        data={**MODEL, "video_clip_length": "4", "video_embedding_scope": ["clip", "video"]},
        files={"video_file": ("a.mp4", VIDEO)},
    )
    assert made.status_code == 200, made.text
    task_id = made.json()["_id"]
    assert backstage.jobs.queued == [task_id]
    status = client.get(f"/v1.3/embed/tasks/{task_id}/status").json()
    assert (status["status"], status["model_name"]) == ("processing", "marengo3.0")
    assert status["video_embedding"]["metadata"]["video_clip_length"] == 4

    finish(backstage, task_id)
    task = client.get(f"/v1.3/embed/tasks/{task_id}?embedding_option=visual-text").json()
    (segment,) = task["video_embedding"]["segments"]
    assert segment["float"] == [1.0, 0.0, 0.0, 0.0]
    assert (segment["start_offset_sec"], segment["end_offset_sec"]) == (0.0, 6.0)
    assert (segment["embedding_option"], segment["embedding_scope"]) == ("visual", "clip")
    assert task["video_embedding"]["metadata"]["duration"] == 60.0
    both = client.get(f"/v1.3/embed/tasks/{task_id}").json()["video_embedding"]["segments"]
    assert [each["embedding_option"] for each in both] == ["visual", "transcription"]
    deaf = client.get(f"/v1.3/embed/tasks/{task_id}?embedding_option=audio").json()
    assert (deaf["video_embedding"]["segments"], len(deaf["notes"])) == ([], 1)
    backstage.usecases.purging.sweep()
    assert not backstage.blobs.size(f"embeddings/{task_id}/source/file")


def test_embedding_tasks_are_listed_by_status_and_time(client: TestClient, backstage: Backstage) -> None:
    first, second = (
        client.post("/v1.3/embed/tasks", data={**MODEL, "video_url": f"http://e.com/{name}.mp4"}).json()[
            "_id"
        ]
        for name in "ab"
    )
    finish(backstage, first)

    def found(query: str) -> set[str]:
        return {each["_id"] for each in client.get(f"/v1.3/embed/tasks?{query}").json()["data"]}

    assert found("") == {first, second}
    assert found("status=ready") == {first}
    assert found("started_at=2001-01-01&ended_at=2002-01-01") == set()
    assert client.get("/v1.3/embed-v2/tasks").json()["data"] == []
    assert code(client.get("/v1.3/embed/tasks?status=x")) == (400, "parameter_invalid")
    assert code(client.get(f"/v1.3/embed-v2/tasks/{first}")) == (404, "resource_not_exist")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"video_clip_length": "1"}, "1 s is outside 2 to 10 s"),
        ({"video_clip_length": "11"}, "11 s is outside 2 to 10 s"),
        ({"video_start_offset_sec": "5", "video_end_offset_sec": "5"}, "not after the start"),
        ({"video_embedding_scope": "frame"}, "frame"),
    ],
)
def test_clips_that_cannot_be_are_refused(
    shared_client: TestClient, fields: dict[str, str], says: str
) -> None:
    answer = shared_client.post("/v1.3/embed/tasks", data={**MODEL, "video_url": "http://e.com/a", **fields})
    assert code(answer) == (400, "parameter_invalid")
    assert says in answer.json()["message"]


def v2(client: TestClient, **body: Any) -> Any:
    return client.post("/v1.3/embed-v2", json={**MODEL, **body})


def test_the_second_version_answers_with_the_same_vectors(client: TestClient) -> None:
    text = v2(client, input_type="text", text={"input_text": "red"}).json()["data"]
    first = client.post("/v1.3/embed", data={**MODEL, "text": "red"}).json()["text_embedding"]
    assert text[0]["embedding"] == first["segments"][0]["float"]
    assert text[1]["embedding"] == first["transcription"]["float"]
    assert [each["embedding_option"] for each in text] == ["visual", "transcription"]

    encoded = base64.b64encode(picture()).decode()
    image = v2(client, input_type="image", image={"media_source": {"base64_string": encoded}}).json()
    fused = v2(
        client,
        input_type="text_image",
        text_image={"media_source": {"base64_string": encoded}, "input_text": "red"},
    ).json()["data"][0]
    middle = np.array(image["data"][0]["embedding"]) + np.array(text[0]["embedding"])
    np.testing.assert_allclose(fused["embedding"], middle / np.linalg.norm(middle), atol=1e-6)
    assert image["metadata"]["input_type"] == "image"


def test_a_picture_that_is_an_asset_is_embedded(client: TestClient, backstage: Backstage) -> None:
    asset_id = send(client, picture())["_id"]
    shown = v2(client, input_type="image", image={"media_source": {"asset_id": asset_id}})
    assert shown.status_code == 200
    assert backstage.pictures == [picture()]
    film = send(client, VIDEO)["_id"]
    refused = v2(client, input_type="image", image={"media_source": {"asset_id": film}})
    assert code(refused) == (400, "parameter_invalid")


def test_large_pictures_fit_into_a_body(client: TestClient) -> None:
    noise = io.BytesIO()
    Image.effect_noise((1_400, 1_400), 100).save(noise, "PNG")
    assert len(noise.getvalue()) > 2**20
    encoded = base64.b64encode(noise.getvalue()).decode()
    sources = [{"media_type": "image", "base64_string": encoded}] * 2
    assert v2(client, input_type="multi_input", multi_input={"media_sources": sources}).status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"input_type": "text"}, "text"),
        ({"input_type": "smell"}, "smell"),
        ({"input_type": "video"}, "/embed-v2/tasks"),
        ({"input_type": "image", "image": {"media_source": {}}}, "exactly one picture"),
        ({"input_type": "image", "image": {"media_source": {"base64_string": "!"}}}, "not base64"),
        ({"input_type": "image", "image": "x"}, "image"),
        ({"input_type": "multi_input", "multi_input": {"media_sources": [{}] * 11}}, "11 are given"),
    ],
)
def test_errors_of_the_second_version_stand_in_both_places(
    shared_client: TestClient, body: dict[str, Any], says: str
) -> None:
    answer = v2(shared_client, **body)
    assert answer.status_code == 400
    shown = answer.json()
    assert says in shown["message"]
    assert shown["error"] == {"code": shown["code"], "message": shown["message"]}


def test_a_video_is_embedded_by_a_task_of_the_second_version(
    client: TestClient, backstage: Backstage
) -> None:
    asset_id = send(client, VIDEO)["_id"]
    video = {
        "media_source": {"asset_id": asset_id},
        "segmentation": {"strategy": "dynamic", "dynamic": {"min_duration_sec": 4}},
        "embedding_option": ["visual"],
        "embedding_scope": ["clip", "asset"],
    }
    made = client.post("/v1.3/embed-v2/tasks", json={**MODEL, "input_type": "video", "video": video})
    assert (made.status_code, made.json()["data"]) == (202, None)
    task_id = made.json()["_id"]
    assert client.get(f"/v1.3/embed-v2/tasks/{task_id}").json()["data"] is None

    finish(backstage, task_id)
    task = client.get(f"/v1.3/embed-v2/tasks/{task_id}").json()
    assert task["status"] == "ready"
    assert task["data"][0]["embedding"] == [1.0, 0.0, 0.0, 0.0]
    assert task["metadata"]["embedding_scopes"] == ["clip", "asset"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"embedding_option": ["audio"]}, "No engine of this server embeds sounds"),
        ({"embedding_type": ["fused_embedding"]}, "cannot be fused"),
        ({"segmentation": {"strategy": "random"}}, "random"),
        ({"segmentation": {"strategy": "fixed", "fixed": {"duration_sec": 11}}}, "11 s is outside"),
        ({"media_source": {"base64_string": "AAAA"}}, "url or an asset_id"),
    ],
)
def test_what_a_task_cannot_do_is_refused(shared_client: TestClient, change: Any, says: str) -> None:
    video = {"media_source": {"url": "http://e.com/a.mp4"}, **change}
    answer = shared_client.post("/v1.3/embed-v2/tasks", json={**MODEL, "input_type": "video", "video": video})
    assert answer.status_code == 400
    assert says in answer.json()["message"]
