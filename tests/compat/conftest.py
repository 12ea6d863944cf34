"""A server for the clients nobody here wrote; quick engines, everything else the product."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import Origin, serve_origin

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture(scope="session")
def clip_url(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> str:
    return origin.add("best-racing-moments.mp4", make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, origin: Origin) -> Iterator[LiveServer]:
    with live_server(
        tmp_path_factory.mktemp("server"),
        allow=[origin.address],
        command=(str(SUPPORT / "killable.py"), "none"),
    ) as running:
        yield running


@pytest.fixture(scope="session")
def short_clip_url(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> str:
    clip = make_clip(tmp_path_factory.mktemp("short") / "clip.mp4", seconds=3.0)
    return origin.add("short.mp4", clip)
