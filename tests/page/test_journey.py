"""From a pasted URL to the very second, as a person goes."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Visit, frame_at, jpeg_at
from live import READY_S, LiveServer
from origin import Origin
from playwright.sync_api import expect

from kinodex import sample

pytestmark = pytest.mark.slow

SHOWN_SOONER_S = 0.021
"""The player stands in the middle of a frame of 40 ms."""
ALIKE, UNLIKE = 10.0, 30.0
OPTIONS = {"conversation": "speech", "text_in_video": "screen_text", "visual": "visual"}


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


@pytest.mark.usefixtures("watches_indexing")
def test_a_pasted_url_becomes_a_video_that_plays_and_is_deleted_with_a_receipt(
    visiting: Visit, origin: Origin
) -> None:
    page = visiting.page
    page.get_by_label("into").select_option("New index …")
    page.get_by_label("Name").fill("journey")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_label("into").locator("option:checked")).to_have_text("journey")
    page.get_by_label("URL of a video").fill(f"http://{origin.address}/sample.mp4")
    page.get_by_role("button", name="Index", exact=True).click()
    strip = page.get_by_role("article", name="sample.mp4").first
    expect(strip.get_by_role("listitem")).to_have_count(7)
    expect(strip).to_have_class(re.compile("strip-ready"), timeout=READY_S * 1000)
    strip.get_by_role("link", name="Open").click()
    visiting.wait_for_frame()
    expect(page.get_by_role("heading", level=1)).to_have_text("sample.mp4")
    visiting.open("#/library")
    page.get_by_role("link", name=re.compile("^journey")).click()
    page.get_by_role("button", name="Delete sample.mp4").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("1 video deleted from “journey”")
    expect(receipt).to_contain_text("sample.mp4 · 0:38 · 1.3 MB")
    expect(page.get_by_text("No videos here")).to_be_visible()


@pytest.mark.parametrize("question", sample.QUESTIONS, ids=lambda question: question.kind)
def test_what_is_remembered_leads_to_the_very_frame(
    visiting: Visit, films: str, question: sample.Question
) -> None:
    visiting.search(films, question.text, within=OPTIONS[question.option])
    visiting.page.locator(".moment-link").first.click()
    at_s = visiting.wait_for_frame()
    assert question.start_s - 1 < at_s < question.end_s
    _check_frame(visiting, at_s)


def test_a_long_video_is_played_segment_by_segment_and_as_exactly(
    visiting: Visit, films: str, server: LiveServer
) -> None:
    def as_if_large(route: Any) -> None:
        answer = route.fetch()
        video = answer.json()
        video["system_metadata"]["size"] = 10**10
        route.fulfill(response=answer, json=video)

    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    visiting.page.route(f"**/v1.3/indexes/{films}/videos/{video_id}", as_if_large)
    visiting.open(f"#t=11.80&video={films}/{video_id}")
    assert visiting.wait_for_frame() == pytest.approx(11.82, abs=SHOWN_SOONER_S)
    assert visiting.page.evaluate("document.querySelector('video').currentSrc").startswith("blob:")
    _check_frame(visiting, 11.82)


def _check_frame(visiting: Visit, at_s: float) -> None:
    shown = visiting.picture()
    assert _difference(shown, frame_at(sample.path(), at_s)) < ALIKE
    others = [each for each in (2.0, 8.0, 14.0, 22.0, 29.0, 35.0) if abs(each - at_s) > 6]
    assert min(_difference(shown, frame_at(sample.path(), each)) for each in others) > UNLIKE


def test_a_picture_leads_to_the_frame_it_was_taken_from(visiting: Visit, films: str) -> None:
    visiting.open(f"#/search?index={films}")
    content = jpeg_at(sample.path(), 14.0)
    picture = {"name": "balloon.jpg", "mimeType": "image/jpeg", "buffer": content}
    visiting.page.get_by_label("Picture to search by").set_input_files(picture)
    visiting.page.locator(".moment-link").first.click()
    at_s = visiting.wait_for_frame()
    assert 11.0 < at_s < 18.7
    _check_frame(visiting, at_s)


def test_the_frame_in_sight_can_be_searched_for(visiting: Visit, films: str, server: LiveServer) -> None:
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    visiting.open(f"#t=14.00&video={films}/{video_id}")
    visiting.wait_for_frame()
    visiting.page.get_by_role("button", name="Find this picture").click()
    visiting.page.get_by_role("img", name=re.compile("Looking for")).wait_for()
    expect(visiting.page.locator(".moment").first).to_contain_text("Strong match")


def test_a_moment_says_why_and_shows_where_the_words_stand(visiting: Visit, films: str) -> None:
    visiting.search(films, "festival of the sky", within="screen_text")
    moment = visiting.page.locator(".moment").first
    assert moment.locator(".text-box").count() >= 1
    moment.get_by_role("button", name="Why?").click()
    expect(moment.locator(".why")).to_contain_text("Written")
    assert {each.lower() for each in moment.locator("mark").all_inner_texts()} >= {"festival", "sky"}


def test_what_nothing_matches_is_said_so(visiting: Visit, films: str) -> None:
    visiting.open(f"#/search?index={films}&q=zzyzx&in=speech&exact=1")
    expect(visiting.page.get_by_text("Nothing matches")).to_be_visible()


def test_the_storyboard_follows_the_pointer(visiting: Visit, films: str) -> None:
    visiting.search(films, "festival of the sky", within="screen_text")
    scrub = visiting.page.locator(".moment .scrub").first
    box = scrub.bounding_box()
    assert box is not None
    places = []
    for share in (0.05, 0.95):
        visiting.page.mouse.move(box["x"] + box["width"] * share, box["y"] + 20)
        tile = scrub.locator(".scrub-tile")
        tile.wait_for()
        places.append(tile.evaluate("tile => tile.style.backgroundPosition"))
    assert places[0] != places[1]


def test_a_failed_task_says_why_and_can_be_tried_again(
    visiting: Visit, films: str, origin: Origin, tmp_path: Path
) -> None:
    visiting.open("#/home")
    visiting.page.get_by_label("into").select_option("films")
    visiting.page.get_by_label("URL of a video").fill(f"http://{origin.address}/not-there.mp4")
    visiting.page.get_by_role("button", name="Index", exact=True).click()
    strip = visiting.page.get_by_role("article", name="not-there.mp4").first
    expect(strip).to_contain_text("404", timeout=60_000)
    expect(strip).to_contain_text("Failed")
    strip.get_by_role("button", name="Try again").click()
    expect(strip).to_contain_text("Failed at attempt 2", timeout=60_000)
    strip.get_by_role("button", name="Remove").click()
    expect(visiting.page.get_by_role("article", name="not-there.mp4")).to_have_count(0)


def test_an_address_that_is_refused_is_told_at_once(visiting: Visit) -> None:
    visiting.page.get_by_label("URL of a video").fill("ftp://example.com/film.mp4")
    visiting.page.get_by_role("button", name="Index", exact=True).click()
    expect(visiting.page.get_by_role("alert")).to_contain_text("url_scheme_not_allowed")


def test_the_request_behind_a_panel_is_copied_with_its_real_ids(
    visiting: Visit, films: str, server: LiveServer
) -> None:
    visiting.search(films, "what goes into a good loaf", within="speech")
    for language, sign in (("curl", "curl '"), ("Python", "requests.post("), ("JavaScript", "await fetch(")):
        visiting.page.locator(".summary summary").click()
        visiting.page.locator(".summary .menu-body").get_by_role("button", name=language).click()
        copied = visiting.page.evaluate("navigator.clipboard.readText()")
        assert sign in copied
        assert films in copied
        assert server.url in copied
