"""What is taken along from a video: files the server makes, saved by the browser."""

import av
import numpy as np
import pytest
from browsing import Visit, frame_at
from live import LiveServer
from playwright.sync_api import expect

from kinodex import sample

pytestmark = pytest.mark.slow

ALIKE = 12.0


@pytest.fixture
def watching(visiting: Visit, films: str, server: LiveServer) -> Visit:
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    visiting.open(f"#t=14.00&video={films}/{video_id}")
    visiting.wait_for_frame()
    return visiting


@pytest.mark.parametrize(
    ("entry", "name", "sign"),
    [
        ("Speech, SubRip", "sample.srt", " --> "),
        ("Speech, WebVTT", "sample.vtt", "WEBVTT"),
        ("Speech, CSV", "sample.csv", ","),
        ("Screen text, CSV", "sample.screen-text.csv", "FESTIVAL OF THE SKY"),
    ],
)
def test_what_is_said_and_written_is_saved_as_a_file(
    watching: Visit, entry: str, name: str, sign: str
) -> None:
    watching.page.locator(".export summary").click()
    with watching.page.expect_download() as saving:
        watching.page.get_by_role("button", name=entry).click()
    assert saving.value.suggested_filename == name
    assert sign in saving.value.path().read_text()
    expect(watching.page.get_by_role("status").last).to_contain_text(f"“{name}” is saved")


def test_a_marked_stretch_is_saved_as_a_clip_that_begins_on_its_frame(watching: Visit) -> None:
    page = watching.page
    page.keyboard.press("[")
    for _ in range(50):
        page.keyboard.press(".")
    page.keyboard.press("]")
    page.locator(".export summary").click()
    with page.expect_download(timeout=120_000) as saving:
        page.get_by_role("button", name="Clip, MP4").click()
    path = saving.value.path()
    assert saving.value.suggested_filename.endswith(".mp4")
    with av.open(str(path)) as clip:
        assert float(clip.duration / av.time_base) == pytest.approx(2.0, abs=0.2)
    difference = np.abs(frame_at(path, 0.0) - frame_at(sample.path(), 14.02)).mean()
    assert difference < ALIKE


def test_a_link_leads_back_to_the_second(watching: Visit) -> None:
    watching.page.get_by_role("button", name="Copy link").click()
    link = watching.page.evaluate("navigator.clipboard.readText()")
    assert "#t=14.02&video=" in link
    other = watching.context.new_page()
    other.goto(link)
    other.get_by_label("API key").wait_for()  # a key is not part of a link
    watching.page.goto("about:blank")
    watching.page.goto(link)
    assert watching.wait_for_frame() == pytest.approx(14.02, abs=0.021)
