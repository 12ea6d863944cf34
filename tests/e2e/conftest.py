"""One real server with the real engines for all tests that only look."""

from collections.abc import Iterator

import pytest
from live import LiveServer, live_server
from origin import Origin, serve_origin

from kinodex import sample


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, origin: Origin) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server"), allow=[origin.address]) as running:
        running.wait_ready()
        yield running


@pytest.fixture(scope="session")
def sample_index(server: LiveServer, origin: Origin) -> str:
    """An index that holds the sample clip."""
    index_id = server.new_index("sample")
    server.index_url(index_id, origin.add("sample.mp4", sample.path()))
    return index_id
