"""A page that is only looked at leaves the machine alone, and one that hangs is ended."""

import pytest
from browsing import Visit, visit, whereabouts
from live import LiveServer
from overlong import Overlong, at_most
from playwright.sync_api import Browser, Error

pytestmark = pytest.mark.slow

RESTING_MS = 2_000
SETTLING_MS = 1_500
MOST_REQUESTS = 3
COUNTING = """
    const real = window.requestAnimationFrame.bind(window);
    window.frames_at = [];
    window.requestAnimationFrame = (call) => real((at) => { window.frames_at.push(at); call(at); });
"""


def _rest(visiting: Visit) -> list[float]:
    """Wait, and return the times of the frames that the page asked for meanwhile."""
    visiting.page.evaluate("frames_at.length = 0")
    visiting.page.wait_for_timeout(RESTING_MS)
    found: list[float] = visiting.page.evaluate("frames_at")
    return found


@pytest.fixture
def counted(browser: Browser, server: LiveServer) -> Visit:
    with visit(browser, server.url) as visiting:
        visiting.context.add_init_script(COUNTING)
        visiting.sign_in()
        yield visiting


def test_no_screen_works_while_nothing_happens(counted: Visit, server: LiveServer, films: str) -> None:
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    hook = {"url": "https://hooks.example/resting"}
    webhook_id = server.post("/v1.3/webhooks", json=hook)["_id"]
    requests: list[str] = []
    counted.page.on("request", lambda request: requests.append(request.url))
    busy = {}
    for name, fragment in {
        "home": f"#/home?index={films}",
        "search": f"#/search?index={films}",
        "moments": f"#/search?index={films}&q=festival+of+the+sky",
        "video": f"#t=12.00&video={films}/{video_id}&q=festival",
        "library": f"#/library?index={films}",
        "tasks": "#/tasks",
        "webhooks": f"#/webhooks?webhook={webhook_id}",
        "settings": "#/settings",
    }.items():
        counted.open(fragment)
        if name == "video":
            counted.wait_for_frame()
        counted.page.wait_for_timeout(SETTLING_MS)
        requests.clear()
        frames = _rest(counted)
        moving = counted.page.evaluate(
            "document.getAnimations().filter(each => each.playState === 'running').length"
        )
        if frames or moving or len(requests) > MOST_REQUESTS:
            busy[name] = (len(frames), moving, requests.copy())
    assert busy == {}


def test_a_playing_video_is_followed_once_a_frame(counted: Visit, server: LiveServer, films: str) -> None:
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]
    counted.open(f"#t=2.00&video={films}/{video_id}")
    counted.wait_for_frame()
    counted.page.keyboard.press("Space")
    counted.page.wait_for_function("() => document.querySelector('video').currentTime > 4")
    frames = _rest(counted)
    assert len(frames) > 2
    assert max(frames.count(at) for at in set(frames)) <= 2, (
        "one chain of frames, however many events there were"
    )
    counted.page.keyboard.press("Space")
    counted.page.wait_for_function("() => document.querySelector('video').paused")
    counted.page.wait_for_timeout(SETTLING_MS)
    assert _rest(counted) == []


def test_a_long_video_is_not_loaded_again_and_again(counted: Visit, server: LiveServer, films: str) -> None:
    video_id = server.get(f"/v1.3/indexes/{films}/videos")["data"][0]["_id"]

    def as_if_large(route) -> None:
        answer = route.fetch()
        video = answer.json()
        video["system_metadata"]["size"] = 10**10
        route.fulfill(response=answer, json=video)

    counted.page.route(f"**/v1.3/indexes/{films}/videos/{video_id}", as_if_large)
    counted.open(f"#t=11.80&video={films}/{video_id}")
    counted.wait_for_frame()
    counted.page.wait_for_timeout(SETTLING_MS)
    requests: list[str] = []
    counted.page.on("request", lambda request: requests.append(request.url))
    assert _rest(counted) == []
    assert len(requests) <= MOST_REQUESTS


def test_a_browser_that_hangs_is_ended_and_told_of(browser: Browser, server: LiveServer) -> None:
    with visit(browser, server.url) as visiting:
        visiting.open()
        endless = "() => { console.log('round and round'); for (;;); }"
        with pytest.raises(Overlong) as told, at_most(2.0, "this test", whereabouts):
            visiting.page.evaluate(endless)
    said = str(told.value)
    assert said.startswith(f"this test was in the browser for more than 2 s. at {server.url}/")
    assert "round and round" in said
    assert isinstance(told.value.__cause__, Error)
    assert not browser.is_connected()
