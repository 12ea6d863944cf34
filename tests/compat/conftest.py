"""A server for the clients nobody here wrote; quick engines, everything else the product."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from clips import make_clip
from live import LiveServer, live_server
from origin import Origin, serve_origin
from receiver import Receiver, Told, receiving

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture(scope="session")
def clip_url(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> str:
    return origin.add("best-racing-moments.mp4", make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4"))


@dataclass(frozen=True)
class Mailbox:
    """Where a receiver of webhooks keeps what it is told: a JSON object a line, with headers and body."""

    receiver: Receiver
    file: Path

    def keep(self, told: Told) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps({"headers": told.fields, "body": told.body.decode()}) + "\n")
        told.answer(204)


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with receiving() as receiver:
        file = tmp_path_factory.mktemp("webhooks") / "told.jsonl"
        file.touch()
        yield Mailbox(receiver, file)


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, origin: Origin, mailbox: Mailbox
) -> Iterator[LiveServer]:
    with live_server(
        tmp_path_factory.mktemp("server"),
        allow=[origin.address],
        environment={
            "KINODEX_WEBHOOK_ALLOW": f"127.0.0.1:{mailbox.receiver.port}",
            "KINODEX_ASSET_PART_BYTES": "65536",
        },
        command=(str(SUPPORT / "killable.py"), "none"),
    ) as running:
        yield running


@pytest.fixture(scope="session")
def short_clip_url(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> str:
    clip = make_clip(tmp_path_factory.mktemp("short") / "clip.mp4", seconds=3.0)
    return origin.add("short.mp4", clip)
