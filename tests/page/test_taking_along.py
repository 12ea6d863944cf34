"""What is taken along from a video: files the server makes, saved by the browser."""

import pytest
from browsing import Visit
from live import LiveServer
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


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
