"""Names of files are text, whatever they hold."""

import pytest
from browsing import Visit
from live import LiveServer
from playwright.sync_api import expect

from kinodex import sample

pytestmark = pytest.mark.slow

NAMES = (
    "<script>alert(1).mp4",
    "<img src=x onerror=alert(1)>.mp4",
    "'><svg onload=alert(1)>.mp4",
    "<b>bold.mp4",
    "javascript:alert(1).mp4",
    "&lt;i&gt;entity&lt;&amp;.mp4",
    "{{7*7}}${7*7}.mp4",
    "<iframe srcdoc='<script>alert(1)'>.mp4",
    "' onmouseover='alert(1).mp4",
    "<a href=javascript:alert(1)>a.mp4",
    "<style>body{display:none}.mp4",
    "<!-- comment -->.mp4",
    "<math><mtext><mglyph><img src=x>.mp4",
    "<details open ontoggle=alert(1)>.mp4",
    "<template><p>x.mp4",
    "<object data=x>.mp4",
    "<base href=x>.mp4",
    "<meta http-equiv=refresh content=0>.mp4",
    "<textarea><title>.mp4",
    "üñí 🎬 مرحبا <u>.mp4",
)
INJECTED = "script:not([src]), svg[onload], iframe, object, base, math, textarea, main b b, main i, main u"


@pytest.fixture(scope="module")
def named(server: LiveServer) -> tuple[str, dict[str, str]]:
    """An index with a video of each name, and its id by the name as stored."""
    index_id = server.new_index("<em>names</em>")
    content = sample.path().read_bytes()
    tasks = [
        server.post(
            "/v1.3/tasks", data={"index_id": index_id}, files={"video_file": (name, content, "video/mp4")}
        )
        for name in NAMES
    ]
    for task in tasks:
        assert server.wait_for(task["_id"])["status"] == "ready"
    videos = server.get(f"/v1.3/indexes/{index_id}/videos?page_limit=50")["data"]
    return index_id, {each["system_metadata"]["filename"]: each["_id"] for each in videos}


def test_twenty_names_with_markup_are_text_on_every_screen(
    visiting: Visit, named: tuple[str, dict[str, str]]
) -> None:
    index_id, videos = named
    assert len(videos) == len(NAMES)
    assert sum("<" in name for name in videos) >= 14
    screens = {
        f"#/library?index={index_id}": ".row-video b",
        f"#/search?index={index_id}&q=festival+of+the+sky": ".group-head h2",
        "#/tasks": ".strip h3",
    }
    for fragment, place in screens.items():
        visiting.open(fragment)
        expect(visiting.page.locator(place)).to_have_count(len(NAMES), timeout=20_000)
        visiting.page.wait_for_function(
            "([place, names]) => [...document.querySelectorAll(place)]"
            ".every(each => names.includes(each.textContent))",
            arg=[place, list(videos)],
        )
        assert visiting.page.locator(INJECTED).count() == 0
    visiting.open("#/library")
    indexes = visiting.page.get_by_role("navigation", name="Indexes")
    expect(indexes.get_by_text("<em>names</em>", exact=True)).to_be_visible()


def test_the_screen_of_a_video_shows_its_name_as_text(
    visiting: Visit, named: tuple[str, dict[str, str]]
) -> None:
    index_id, videos = named
    for name in sorted(videos)[:6]:
        visiting.open(f"#video={index_id}/{videos[name]}")
        expect(visiting.page.get_by_role("heading", level=1)).to_have_text(name)
        expect(visiting.page).to_have_title(f"{name} · Kinodex")
        assert visiting.page.locator(INJECTED).count() == 0
