"""A site on loopback, the downloader pointed at it, and what they pass on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_site import Downloader, Site, listening, made_video


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    with listening(made.welcome) as made.port, listening(made.trap) as made.trap_port:
        yield made
        made.closing.set()


@pytest.fixture
def download(site: Site, tmp_path: Path) -> Downloader:
    folder = tmp_path / "work"
    folder.mkdir()
    return Downloader(site, folder / "source")


@pytest.fixture
def video() -> bytes:
    return made_video()


@pytest.fixture
def other_video() -> bytes:
    return made_video(seed=1)
