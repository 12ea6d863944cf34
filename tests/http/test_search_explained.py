"""Hits computed again, and why a video is not in an answer."""

from typing import Any

import pytest

from kinodex.usecases import search as search_usecase


def _search(client, index_id: str, query: str = "red car", **more: object) -> Any:
    body = {"index_id": index_id, "query": query, "search_options": ["conversation"], "explain": True}
    answer = client.post("/v1.1/search", json={**body, "query_language": "kinodex", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _told(client, answer: Any, **query: str) -> Any:
    token = answer["data"][0]["explain_token"]
    told = client.get(f"/v1.3/search/explain/{token}", params=query)
    assert told.status_code == 200, told.text
    return told.json()


def test_a_hit_computed_again_agrees(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id, spoken=["the red car", "blue"], metadata={"kind": "race"})
    answer = _search(client, index_id, filter={"kind": "race", "duration": {"gte": 1}})
    told = _told(client, answer)
    hit = answer["data"][0]
    assert (told["video_id"], told["index_id"], told["rank"]) == (video.id, index_id, 1)
    assert (told["agrees"], told["differences"]) == (True, [])
    for shown in (told["stored"], told["recomputed"]):
        assert (shown["start"], shown["score"]) == (hit["start"], hit["score"])
        assert shown["explain"] == hit["explain"]
    assert [each["modality"] for each in told["modalities"]] == ["speech"]
    assert (told["modalities"][0]["weight"], told["modalities"][0]["rank"]) == (1.0, 1)
    assert told["filters_passed"] == ["metadata.kind eq 'race'", "duration_s gte 1"]


def test_a_hit_whose_line_is_gone_no_longer_agrees(client, backstage, index_id: str) -> None:
    video = backstage.add_video(index_id, spoken=["the red car"])
    answer = _search(client, index_id)
    client.delete(f"/v1.3/indexes/{index_id}/videos/{video.id}")
    told = _told(client, answer)
    assert (told["agrees"], told["recomputed"]) == (False, None)
    assert told["differences"] == ["Nothing of this video matches at this time any more."]


def test_tokens_come_only_when_asked_for_and_belong_to_one_key(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["the red car"])
    assert "explain_token" not in _search(client, index_id, explain=False)["data"][0]
    token = _search(client, index_id, group_by="video")["data"][0]["clips"][0]["explain_token"]
    other = backstage.usecases.keys.create("other").text
    assert client.get(f"/v1.3/search/explain/{token}").status_code == 200
    for asked, headers in ((token, {"x-api-key": other}), (f"{token[:-1]}9", {}), ("x", {})):
        refused = client.get(f"/v1.3/search/explain/{asked}", headers=headers)
        assert refused.json()["code"] == "search_page_token_expired"


def test_pictures_are_not_kept_and_that_is_said(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["red car"])
    form = {"index_id": index_id, "query_media_type": "image", "query_text": "red car", "explain": "true"}
    form["search_options"] = "audio"
    files = [("query_media_file", ("a.png", b"one"))]
    answer = client.post("/v1.3/search", data=form, files=files).json()
    token = answer["data"][0]["explain_token"]
    refused = client.get(f"/v1.3/search/explain/{token}")
    assert refused.status_code == 400
    assert "1 pictures came with the search and are not kept" in refused.json()["message"]


@pytest.mark.parametrize(
    ("query", "more", "spoken", "by", "message"),
    [
        ("red car", {"filter": {"kind": "race"}}, "red car", "filter", "metadata.kind eq 'race'"),
        ("red car", {"threshold": "high"}, "a red thing", "threshold", "is below the 90"),
        ("red car", {}, "zebra", "no_match", "Nothing in it matches the query."),
        ("said:red then:5s said:car", {}, "red", "no_match", 'Nothing in it matches: said:"car".'),
        ("said:red then:5s said:car", {}, "red car", "no_match", "nowhere as the query joins them"),
    ],
)
def test_a_video_that_is_not_in_the_results_is_told_why(
    client, backstage, index_id: str, query, more, spoken, by, message
) -> None:
    there = backstage.add_video(index_id, spoken=["red", "car", "the red car"], metadata={"kind": "race"}).id
    absent = backstage.add_video(index_id, spoken=[spoken]).id
    answer = _search(client, index_id, query, **more)
    assert absent not in {hit["video_id"] for hit in answer["data"]}
    told = _told(client, answer, video_id=absent)
    assert (told["video_id"], told["in_results"]) == (absent, False)
    assert [each["by"] for each in told["held_back"]] == [by]
    assert message in told["held_back"][0]["message"]
    assert (told["best"] is None) == (by == "no_match")
    inside = _told(client, answer, video_id=there)
    assert (inside["in_results"], inside["rank"], inside["held_back"]) == (True, 1, [])


def test_a_video_behind_the_last_rank_is_told_so(client, backstage, index_id: str, monkeypatch) -> None:
    for _ in range(2):
        backstage.add_video(index_id, spoken=["the red car"])
    monkeypatch.setattr(search_usecase, "MOST_RESULTS", 1)
    answer = _search(client, index_id)
    (hit,) = answer["data"]
    videos = {video["_id"] for video in client.get(f"/v1.3/indexes/{index_id}/videos").json()["data"]}
    told = _told(client, answer, video_id=(videos - {hit["video_id"]}).pop())
    assert (told["rank"], [each["by"] for each in told["held_back"]]) == (2, ["limit"])


def test_a_video_of_nowhere_is_not_there(client, backstage, index_id: str) -> None:
    backstage.add_video(index_id, spoken=["the red car"])
    token = _search(client, index_id)["data"][0]["explain_token"]
    for video_id, status in (("0" * 24, 404), ("x", 400)):
        assert client.get(f"/v1.3/search/explain/{token}?video_id={video_id}").status_code == status
