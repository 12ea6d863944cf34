"""What is said or written, as files."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.http.wire.transcripts import TRANSCRIPTS
from kinodex.pipeline.steps.parse_transcript import parse_transcript
from kinodex.stores.protocols import TextLine

SPOKEN = [
    "Tom & Jerry",
    "if a < b then <i>c</i> --> d",
    "AT&amp;T says &lt;",
    "{\\an8}up",
    'größer, "schneller"',
]
NAMES = ("srt", "vtt")


@pytest.fixture(scope="module")
def video(shared_backstage: Any, shared_client: TestClient) -> str:
    models = [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}]
    body = {"index_name": "spoken", "models": models}
    index_id = shared_client.post("/v1.3/indexes", json=body).json()["_id"]
    name = 'two\r\n"words" ü.mp4'
    made = shared_backstage.add_video(index_id, spoken=SPOKEN, written=["=1+1", "PLATFORM 9"], filename=name)
    return f"/v1.3/indexes/{index_id}/videos/{made.id}"


@pytest.mark.parametrize("form", NAMES)
def test_what_is_written_is_read_again_as_it_was_said(shared_client, video: str, form: str) -> None:
    answer = shared_client.get(f"{video}/transcript.{form}")
    read = parse_transcript(answer.content)
    assert [each.text for each in read] == SPOKEN
    assert [each.span for each in read] == [Span(10.0 * n, 10.0 * n + 5) for n in range(len(SPOKEN))]


def test_subrip_holds_plain_text_as_it_is_and_webvtt_escapes(shared_client, video: str) -> None:
    srt = shared_client.get(f"{video}/transcript.srt").text
    assert srt.startswith("1\n00:00:00,000 --> 00:00:05,000\nTom & Jerry\n\n2\n")
    vtt = shared_client.get(f"{video}/transcript.vtt").text
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nTom &amp; Jerry\n\n")


def test_tables_are_read_by_any_reader_and_hold_no_formulas(shared_client, video: str) -> None:
    rows = list(csv.reader(io.StringIO(shared_client.get(f"{video}/transcript.csv").text)))
    assert rows[0] == ["start", "end", "text"]
    assert rows[-1] == ["40.0", "45.0", SPOKEN[-1]]
    written = list(csv.reader(io.StringIO(shared_client.get(f"{video}/screen-text.csv").text)))
    assert written[0] == ["start", "end", "text", "left", "top", "width", "height"]
    assert written[1] == ["0.0", "5.0", "'=1+1", "0.1", "0.2", "0.3", "0.4"]


def test_words_alone_and_json(shared_client, video: str) -> None:
    assert shared_client.get(f"{video}/transcript.txt").text == "".join(f"{each}\n" for each in SPOKEN)
    listed = shared_client.get(f"{video}/transcript.json").json()
    assert listed[0] == {"start": 0.0, "end": 5.0, "text": "Tom & Jerry"}
    assert shared_client.get(f"{video}/screen-text.json").json()[1]["text"] == "PLATFORM 9"


@pytest.mark.parametrize(("form", "kind"), [(name, each.media_type) for name, each in TRANSCRIPTS.items()])
def test_it_is_a_file_to_keep_under_a_safe_name(shared_client, video: str, form: str, kind: str) -> None:
    headers = shared_client.get(f"{video}/transcript.{form}").headers
    assert headers["content-type"] == f"{kind}; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    whole = f"two%22words%22%20%C3%BC.{form}"
    assert headers["content-disposition"] == (
        f"attachment; filename=\"two_words_ _.{form}\"; filename*=UTF-8''{whole}"
    )


def test_other_forms_and_unknown_videos_are_refused(shared_client, video: str) -> None:
    for path in ("transcript.exe", "screen-text.srt"):
        answer = shared_client.get(f"{video}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    gone = shared_client.get(f"{video[:-24]}{'0' * 24}/transcript.srt")
    assert (gone.status_code, gone.json()["code"]) == (404, "resource_not_exist")
    assert shared_client.get(f"{video}/transcript.srt".replace("v1.3", "v1.1")).status_code == 404


SAID = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)


@given(text=SAID, start_ms=st.integers(0, 10**7), length_ms=st.integers(0, 10_000))
def test_any_text_survives_both_forms(text: str, start_ms: int, length_ms: int) -> None:
    span = Span(start_ms / 1000, (start_ms + length_ms) / 1000)
    said = " ".join(text.split())
    line = TextLine(video_id=VideoId("v"), modality=Modality.SPEECH, number=0, span=span, text=text)
    last = TextLine(
        video_id=VideoId("v"), modality=Modality.SPEECH, number=1, span=Span(1e6, 1e6 + 1), text="last"
    )
    for name in NAMES:
        read = parse_transcript(TRANSCRIPTS[name].write([line, last]).encode())
        assert [each.text for each in read] == [*([said] if said else []), "last"]
