"""One server with the real engines and one Chromium for all tests of the page."""

import os
from collections.abc import Iterator

import pytest
from browsing import Chromium, Visit, chromium, visit, whereabouts
from live import LiveServer, live_server
from origin import Origin, serve_origin
from overlong import LIMIT_S, WATCHING_S, at_most
from playwright.sync_api import Browser

from kinodex import sample


@pytest.fixture(autouse=True, scope="session")
def _asked_for() -> None:
    """Two whole runs hung with a Chromium at work: until that is understood these tests are asked for."""
    if not os.environ.get("PAGE_TESTS"):
        pytest.skip("the page is tested in a browser with PAGE_TESTS=1")


@pytest.fixture(scope="session")
def system_chromium(_asked_for: None) -> Iterator[Chromium]:
    with chromium() as found:
        yield found


@pytest.fixture
def browser(system_chromium: Chromium) -> Browser:
    return system_chromium.running()


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        site.add("sample.mp4", sample.path())
        yield site


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, origin: Origin, system_chromium: Chromium
) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server"), allow=[origin.address]) as running:
        running.wait_ready()
        yield running


@pytest.fixture(scope="session")
def films(server: LiveServer, origin: Origin) -> str:
    """An index that holds the sample clip."""
    index_id = server.new_index("films")
    server.index_url(index_id, f"http://{origin.address}/sample.mp4")
    return index_id


@pytest.fixture(scope="session")
def another(server: LiveServer, origin: Origin, films: str) -> str:
    """Another index with the same clip, which is not indexed again."""
    index_id = server.new_index("another")
    server.index_url(index_id, f"http://{origin.address}/sample.mp4")
    return index_id


@pytest.fixture
def visiting(browser: Browser, server: LiveServer) -> Iterator[Visit]:
    """Somebody who is signed in."""
    with visit(browser, server.url) as opened:
        opened.sign_in()
        yield opened


@pytest.fixture(autouse=True)
def _in_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test has a limit; a browser that hangs is ended, and said so."""
    limit_s = WATCHING_S if "watches_indexing" in request.fixturenames else LIMIT_S
    with at_most(limit_s, request.node.nodeid, whereabouts):
        yield


@pytest.fixture
def watches_indexing() -> None:
    """For a test that takes as long as indexing does."""
