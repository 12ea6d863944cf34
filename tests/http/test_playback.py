"""What players ask for."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.http.conftest import SHEET, STREAM


@pytest.fixture
def video(backstage, index_id: str) -> Any:
    return backstage.add_video(index_id, is_playable=True)


def _hls(client: TestClient, video: Any, version: str = "v1.3") -> dict[str, Any]:
    return client.get(f"/{version}/indexes/{video.index_id}/videos/{video.id}").json()["hls"]


def _get(client: TestClient, url: str, **headers: str) -> Any:
    """Ask as a player does: without a key."""
    client.headers.pop("x-api-key", None)
    return client.get(url, headers=headers)


@pytest.mark.parametrize("version", ["v1.2", "v1.3"])
def test_a_video_and_its_ready_task_say_where_players_find_it(client, backstage, video, version: str) -> None:
    task = backstage.add_task(video.index_id, video_id=video.id)
    shown = client.get(f"/{version}/tasks/{task.id}").json()["hls"]
    for hls in (shown, _hls(client, video, version)):
        assert hls["status"] == "COMPLETE"
        assert urlsplit(hls["video_url"]).path == f"/media/{video.index_id}/{video.id}/playlist.m3u8"
        assert len(hls["thumbnail_urls"]) == 1
    (listed,) = client.get(f"/{version}/indexes/{video.index_id}/videos").json()["data"]
    assert listed["hls"]["status"] == "COMPLETE"


def test_without_a_stream_or_under_the_oldest_version_nothing_is_said(client, backstage, video) -> None:
    other = backstage.add_video(video.index_id)
    assert "hls" not in client.get(f"/v1.3/indexes/{video.index_id}/videos/{other.id}").json()
    assert "hls" not in client.get(f"/v1.1/indexes/{video.index_id}/videos/{video.id}").json()


def test_the_playlist_leads_to_the_stream_without_a_key(client, video) -> None:
    url = _hls(client, video)["video_url"]
    playlist = _get(client, url)
    assert playlist.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    lines = playlist.text.splitlines()
    mapped = re.fullmatch(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="100@0"', lines[1])
    assert mapped
    assert mapped[1] == lines[4]
    stream = _get(client, urljoin(url, lines[4]))
    assert stream.content == STREAM
    assert stream.headers["Content-Type"] == "video/mp4"
    assert stream.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=1048570-1048589", 206, 1_048_570, 1_048_590),
        ("bytes=-10", 206, len(STREAM) - 10, len(STREAM)),
        ("bytes=5-4", 200, 0, len(STREAM)),
    ],
)
def test_a_player_gets_the_part_it_asks_for(
    client, video, asked: str, status: int, start: int, end: int
) -> None:
    answer = _get(client, _stream(client, video), Range=asked)
    assert (answer.status_code, answer.content) == (status, STREAM[start:end])
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert int(answer.headers["Content-Length"]) == end - start
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(STREAM)}"


def test_a_part_behind_the_end_and_a_part_of_another_version_are_not_given(client, video) -> None:
    url = _stream(client, video)
    behind = _get(client, url, Range=f"bytes={len(STREAM)}-")
    assert (behind.status_code, behind.headers["Content-Range"]) == (416, f"bytes */{len(STREAM)}")
    other = _get(client, url, Range="bytes=0-9", **{"If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, len(STREAM))
    head = client.head(url)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(STREAM)), b"")


def test_the_storyboard_says_which_part_of_the_sheet_shows_which_stretch(client, video) -> None:
    url = _hls(client, video)["storyboard_url"]
    answer = _get(client, url)
    assert answer.headers["Content-Type"].startswith("text/vtt")
    head, first, second = answer.text.strip().split("\n\n")
    assert head == "WEBVTT"
    assert first.splitlines()[0] == "00:00:00.000 --> 00:00:30.500"
    assert second.splitlines()[0] == "00:00:30.500 --> 00:01:00.000"
    assert second.endswith("#xywh=160,0,160,90")
    sheet = _get(client, urljoin(url, second.splitlines()[1].partition("#")[0]))
    assert (sheet.content, sheet.headers["Content-Type"]) == (SHEET, "image/jpeg")


def test_a_link_to_one_thing_opens_no_other(client, video) -> None:
    url = _hls(client, video)["video_url"]
    for name in ("stream.mp4", "storyboard.vtt", "storyboard.jpg"):
        assert _get(client, url.replace("playlist.m3u8", name)).status_code == 401
    assert _get(client, url.partition("?")[0]).status_code == 401


def test_a_deleted_video_is_played_no_more(client, backstage, video) -> None:
    url = _stream(client, video)
    backstage.usecases.videos.delete(video.index_id, video.id)
    assert _get(client, url).status_code == 404


def _stream(client: TestClient, video: Any) -> str:
    url = _hls(client, video)["video_url"]
    return urljoin(url, _get(client, url).text.splitlines()[4])
