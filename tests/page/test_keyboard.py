"""The whole way without a pointer."""

import re

import pytest
from browsing import Visit, visit
from live import KEY, LiveServer
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow


def _time(page: Page) -> float:
    return float(page.evaluate("document.querySelector('video').currentTime"))


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_from_signing_in_to_a_marked_stretch_by_keys_alone(
    browser: Browser, server: LiveServer, films: str
) -> None:
    with visit(browser, server.url) as visiting:
        page = visiting.page
        visiting.open()
        page.get_by_label("API key").wait_for()
        page.keyboard.type(KEY)
        _press(page, "Enter")
        page.get_by_role("navigation", name="Screens").wait_for()
        page.evaluate("id => localStorage.setItem('kinodex.index', id)", films)
        _press(page, "/")
        page.wait_for_function("() => document.activeElement?.id === 'query'")
        page.keyboard.type("festival of the sky")
        _press(page, "Enter")
        page.locator(".moment").first.wait_for()
        _press(page, "Escape", "n")
        expect(page.locator(".moment.chosen")).to_have_count(1)
        _press(page, "Enter")
        at_s = visiting.wait_for_frame()
        assert 11.0 < at_s < 18.7
        _check_steps(page, at_s)
        _check_marks(page)
        _press(page, "g", "l")
        expect(page.get_by_role("heading", level=1)).to_have_text("Library")


def _check_steps(page: Page, at_s: float) -> None:
    _press(page, ".")
    page.wait_for_function("at => document.querySelector('video').currentTime > at", arg=at_s + 0.01)
    assert _time(page) - at_s == pytest.approx(0.04, abs=0.021)
    _press(page, ",")
    page.wait_for_function("at => document.querySelector('video').currentTime < at + 0.021", arg=at_s)
    _press(page, "Space")
    page.wait_for_function("() => !document.querySelector('video').paused")
    _press(page, "k")
    page.wait_for_function("() => document.querySelector('video').paused")
    _press(page, "l", "l")
    page.wait_for_function("() => document.querySelector('video').playbackRate === 2")
    before_s = _time(page)
    _press(page, "k", "j")
    page.wait_for_function("at => document.querySelector('video').currentTime < at", arg=before_s)
    _press(page, "k")


def _check_marks(page: Page) -> None:
    _press(page, "[")
    expect(page.get_by_role("button", name=re.compile(r"In 0:\d\d\.\d\d"))).to_be_visible()
    _press(page, *["."] * 5, "]")
    expect(page.get_by_role("button", name=re.compile(r"Out 0:\d\d\.\d\d"))).to_be_visible()
    expect(page.locator(".stretch")).to_have_count(1)
    _press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    _press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    _press(page, "Escape")
    expect(page.locator(".stretch")).to_have_count(0)


def test_each_screen_is_two_keys_away(visiting: Visit) -> None:
    for letter, heading in {
        "s": "Search",
        "l": "Library",
        "t": "Tasks",
        "w": "Webhooks",
        "e": "Settings",
        "h": "Home",
    }.items():
        _press(visiting.page, "Escape", "g", letter)
        expect(visiting.page.get_by_role("heading", level=1)).to_have_text(heading)
        if heading == "Search":  # its box takes the focus, which Escape gives back
            visiting.page.wait_for_function("() => document.activeElement?.id === 'query'")


def test_every_control_is_reached_by_tab_and_shows_that_it_is(visiting: Visit, films: str) -> None:
    visiting.search(films, "festival of the sky")
    page = visiting.page
    page.locator("body").focus()
    reached, unseen = set(), []
    for _ in range(60):
        _press(page, "Tab")
        name, outline = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " const p = getComputedStyle(e.parentElement ?? e);"
            " return [e.ariaLabel || e.textContent || e.id, s.outlineStyle + p.outlineStyle] }"
        )
        reached.add(name.strip())
        if outline == "nonenone" and page.evaluate("document.activeElement !== document.body"):
            unseen.append(name)
    assert {"Why?", "Search", "Exact words", "Best first"} <= reached
    assert unseen == []
