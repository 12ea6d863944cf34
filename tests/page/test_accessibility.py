"""axe-core finds nothing serious on any screen, light or dark, on a desktop or a phone."""

from typing import Any

import pytest
from browsing import axe, visit
from live import LiveServer
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

BAD = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}


def _violations(page: Page, script: str) -> list[str]:
    page.evaluate(script)
    found: list[dict[str, Any]] = page.evaluate("axe.run(document).then(result => result.violations)")
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in BAD
        for node in each["nodes"]
    ]


@pytest.fixture(scope="module")
def screens(server: LiveServer, films: str) -> dict[str, tuple[str, str]]:
    """Where each screen is, and what is there once it is drawn."""
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    hook = {"url": "https://hooks.example/kinodex", "description": "to be told"}
    webhook_id = server.post("/v1.3/webhooks", json=hook)["_id"]
    server.post(f"/v1.3/webhooks/{webhook_id}/test")
    server.post("/v1.3/keys", json={"name": "reader", "scopes": ["read"]})
    return {
        "home": (f"#/home?index={films}", ".video-card"),
        "search": (f"#/search?index={films}", ".empty"),
        "moments": (f"#/search?index={films}&q=festival+of+the+sky", ".moment"),
        "sheet": (f"#/search?index={films}&q=festival+of+the+sky&view=sheet", ".moment"),
        "nothing": (f"#/search?index={films}&q=zzyzx&in=speech&exact=1", ".empty"),
        "video": (f"#t=12.00&video={films}/{video_id}&q=festival", ".lines li"),
        "library": (f"#/library?index={films}", ".row-video"),
        "tasks": ("#/tasks", ".strip"),
        "webhooks": (f"#/webhooks?webhook={webhook_id}", ".table tbody tr"),
        "settings": ("#/settings", ".table tbody tr"),
    }


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_screen_has_a_serious_violation(
    browser: Browser,
    server: LiveServer,
    screens: dict[str, tuple[str, str]],
    films: str,
    colours: str,
    size: str,
) -> None:
    script = axe()
    with visit(browser, server.url, color_scheme=colours, reduced_motion="reduce") as visiting:
        if size == "phone":
            visiting.page.set_viewport_size(PHONE)
        visiting.open()
        visiting.page.get_by_label("API key").wait_for()
        found = {"sign in": _violations(visiting.page, script)}
        visiting.sign_in()
        visiting.page.evaluate("id => localStorage.setItem('kinodex.index', id)", films)
        for name, (fragment, drawn) in screens.items():
            visiting.open(fragment)
            visiting.page.locator(drawn).first.wait_for()
            found[name] = _violations(visiting.page, script)
            wide = visiting.page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, f"{name} is wider than the {size}"
        visiting.page.keyboard.press("?")
        found["keys"] = _violations(visiting.page, script)
    assert {name: each for name, each in found.items() if each} == {}


def test_a_why_drawer_and_the_dialogs_are_readable_too(
    browser: Browser, server: LiveServer, films: str
) -> None:
    script = axe()
    with visit(browser, server.url, reduced_motion="reduce") as visiting:
        visiting.sign_in()
        visiting.search(films, "festival of the sky")
        visiting.page.get_by_role("button", name="Why?").first.click()
        found = _violations(visiting.page, script)
        for fragment, button in (
            ("#/library", "New index"),
            ("#/library", "Delete the index"),
            ("#/webhooks", "New webhook"),
            ("#/settings", "New key"),
        ):
            visiting.open(fragment)
            visiting.page.get_by_role("button", name=button).click()
            visiting.page.get_by_role("dialog").wait_for()
            found += _violations(visiting.page, script)
            visiting.page.keyboard.press("Escape")
    assert found == []
