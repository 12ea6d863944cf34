"""The sample clip, from its URL to the moments found in it, with the engines users get."""

import operator

import pytest
from live import LiveServer
from origin import Origin

from kinodex import sample


@pytest.mark.parametrize("question", sample.QUESTIONS, ids=lambda question: question.kind)
def test_each_question_finds_its_moment_first(
    server: LiveServer, sample_index: str, question: sample.Question
) -> None:
    best = server.search(sample_index, question.text, [question.option])["data"][0]
    assert best["start"] < question.end_s
    assert best["end"] > question.start_s
    assert best["confidence"] in {"high", "medium", "low"}


def test_a_moment_says_which_words_matched(server: LiveServer, sample_index: str) -> None:
    written = next(question for question in sample.QUESTIONS if question.option == "text_in_video")
    best = server.search(sample_index, written.text, ["text_in_video"])["data"][0]
    assert best["metadata"][0]["type"] == "text_in_video"
    assert any(evidence.get("matched_words") for evidence in best["explain"])
    assert all(evidence["box"] for evidence in best["explain"])


def test_an_exact_search_for_words_nobody_says_finds_nothing(server: LiveServer, sample_index: str) -> None:
    answer = server.search(
        sample_index, "purple bicycle quarantine", ["conversation"], conversation_option="exact_match"
    )
    assert answer["data"] == []


def test_a_picture_taken_from_the_video_finds_its_own_moment(
    server: LiveServer, sample_index: str, origin: Origin
) -> None:
    seen = next(question for question in sample.QUESTIONS if question.option == "visual")
    video_id = server.get(f"/v1.1/indexes/{sample_index}/videos")["data"][0]["_id"]
    middle_s = (seen.start_s + seen.end_s) / 2
    link = server.get(f"/v1.1/indexes/{sample_index}/videos/{video_id}/thumbnail", params={"time": middle_s})[
        "thumbnail"
    ]
    picture = server.request("GET", link.removeprefix(server.url)).content
    asked = {"index_id": sample_index, "search_options": "visual", "query_media_type": "image"}
    by_file = server.post(
        "/v1.3/search", data=asked, files={"query_media_file": ("frame.jpg", picture, "image/jpeg")}
    )
    by_url = server.post("/v1.3/search", data={**asked, "query_media_url": origin.add("frame.jpg", picture)})
    for best in (by_file["data"][0], by_url["data"][0]):
        assert best["rank"] == 1
        assert best["start"] <= middle_s <= best["end"]


@pytest.mark.parametrize("address", ["missing.jpg", "sample.mp4"])
def test_a_url_without_a_picture_is_refused_with_the_reason(
    server: LiveServer, sample_index: str, origin: Origin, address: str
) -> None:
    asked = {"index_id": sample_index, "search_options": "visual", "query_media_type": "image"}
    url = f"http://{origin.address}/{address}"
    answer = server.request("POST", "/v1.3/search", data={**asked, "query_media_url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_the_video_keeps_what_is_said_and_written(server: LiveServer, sample_index: str) -> None:
    video_id = server.get(f"/v1.1/indexes/{sample_index}/videos")["data"][0]["_id"]
    base = f"/v1.1/indexes/{sample_index}/videos/{video_id}"
    assert server.get(f"{base}/transcription")["data"]
    assert server.get(f"{base}/text-in-video")["data"]


def test_a_video_gives_vectors_that_texts_can_be_compared_with(server: LiveServer, sample_index: str) -> None:
    video_id = server.get(f"/v1.3/indexes/{sample_index}/videos")["data"][0]["_id"]
    path = f"/v1.3/indexes/{sample_index}/videos/{video_id}"
    shown = server.get(path, params={"embedding_option": ["visual", "transcription"]})
    segments = shown["embedding"]["video_embedding"]["segments"]
    question = next(each for each in sample.QUESTIONS if each.kind == "said")
    asked = server.request(
        "POST", "/v1.3/embed", data={"model_name": "marengo3.0", "text": question.text}
    ).json()["text_embedding"]["transcription"]
    said = [each for each in segments if each["embedding_option"] == "transcription"]
    assert {each["space"] for each in said} == {asked["space"]["id"]}
    near = max(said, key=lambda each: sum(map(operator.mul, each["float"], asked["float"])))
    found = server.search(sample_index, question.text, [question.option])["data"][0]
    assert near["start_offset_sec"] < found["end"]
    assert found["start"] < near["end_offset_sec"]
