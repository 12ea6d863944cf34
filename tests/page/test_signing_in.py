"""Into the page, and out again."""

import pytest
from browsing import Visit, visit
from live import LiveServer
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow


def test_a_wrong_key_is_refused_with_the_servers_sentence(browser: Browser, server: LiveServer) -> None:
    with visit(browser, server.url) as visiting:
        visiting.open()
        visiting.page.get_by_label("API key").fill("wrong-key-0123456789")
        visiting.page.get_by_role("button", name="Sign in").click()
        expect(visiting.page.get_by_role("alert")).to_contain_text("unknown or revoked")


def test_a_link_signs_in_once_and_leaves_no_trace_in_the_address(
    browser: Browser, server: LiveServer
) -> None:
    link = server.post("/v1.3/sign-in-links")["url"]
    with visit(browser, server.url) as visiting:
        visiting.page.goto(link)
        visiting.page.get_by_role("navigation", name="Screens").wait_for()
        assert "sign-in" not in visiting.page.url
        visiting.page.reload()
        visiting.page.get_by_role("navigation", name="Screens").wait_for()
    with visit(browser, server.url) as another:
        another.page.goto(link)
        another.page.get_by_label("API key").wait_for()
        expect(another.page.get_by_role("status").last).to_contain_text("used before")


def test_the_key_stays_with_its_tab_and_goes_when_signed_out(visiting: Visit) -> None:
    other = visiting.context.new_page()
    other.goto(visiting.url)
    other.get_by_label("API key").wait_for()
    visiting.open("#/settings")
    visiting.page.get_by_role("button", name="Sign out").click()
    visiting.page.get_by_label("API key").wait_for()
    assert visiting.page.evaluate("sessionStorage.length") == 0


def test_a_revoked_key_leads_back_to_the_start(browser: Browser, server: LiveServer) -> None:
    made = server.post("/v1.3/keys", json={"name": "short-lived"})
    with visit(browser, server.url) as visiting:
        visiting.open()
        visiting.page.get_by_label("API key").fill(made["key"])
        visiting.page.get_by_role("button", name="Sign in").click()
        visiting.page.get_by_role("navigation", name="Screens").wait_for()
        assert server.request("DELETE", f"/v1.3/keys/{made['_id']}").status_code == 204
        visiting.page.get_by_label("API key").wait_for(timeout=20_000)
