"""The search language in the box: it helps to write it, and shows how it is read."""

import pytest
from browsing import Visit
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_a_query_of_several_parts_is_shown_as_it_is_read(visiting: Visit, films: str) -> None:
    visiting.search(films, 'text:"festival" not said:"purple bicycle"')
    parts = visiting.page.get_by_role("list", name="How this is read").get_by_role("listitem")
    expect(parts).to_have_text(["Written festival", "not", "Said purple bicycle"])
    moment = visiting.page.locator(".moment").first
    expect(moment).to_contain_text("FESTIVAL")
    moment.get_by_role("button", name="Why?").click()
    expect(moment.locator(".why")).to_contain_text("festival")


def test_what_comes_after_something_else_is_found(visiting: Visit, films: str) -> None:
    visiting.search(films, 'text:"festival of the sky" then:20s said:"what goes into a good loaf"')
    visiting.page.locator(".moment-link").first.click()
    assert 11.0 < visiting.wait_for_frame() < 12.5


def test_plain_words_stay_plain(visiting: Visit, films: str) -> None:
    visiting.search(films, "a clock and not a bell", within="visual")
    expect(visiting.page.get_by_role("list", name="How this is read")).to_have_count(0)


def test_a_query_that_breaks_off_is_told_with_its_column(visiting: Visit, films: str) -> None:
    visiting.open(f"#/search?index={films}")
    visiting.page.locator("#query").fill('"goal" then:10x said:"save"')
    visiting.page.keyboard.press("Enter")
    expect(visiting.page.get_by_role("alert")).to_contain_text("column")


def test_fields_are_offered_while_one_types(visiting: Visit, films: str) -> None:
    visiting.open(f"#/search?index={films}")
    box = visiting.page.get_by_role("combobox", name="What do you remember?")
    box.press_sequentially("sai")
    offered = visiting.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(offered).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value('said:"')
    expect(offered).to_have_count(0)


def test_all_indexes_are_searched_at_once(visiting: Visit, films: str, another: str) -> None:
    visiting.open("#/search")
    visiting.page.locator(".index-choice select").select_option("All indexes")
    visiting.page.locator("#query").fill("festival of the sky")
    visiting.page.keyboard.press("Enter")
    visiting.page.locator(".group").first.wait_for()
    links = visiting.page.locator(".group-head h2 a").evaluate_all("all => all.map(each => each.hash)")
    assert any(films in link for link in links)
    assert any(another in link for link in links)
