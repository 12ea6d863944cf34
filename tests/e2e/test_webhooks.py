"""The command of webhooks against a real server that tells a real receiver what became of real work."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from clips import make_clip
from live import KEY, LiveServer, live_server
from receiver import Receiver, Told, platform_accepts, receiving, taken
from standardwebhooks import Webhook as StandardVerifier
from typer.testing import CliRunner, Result

from kinodex.cli.app import app
from kinodex.cli.failures import CommandFailed, Status

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).parents[1] / "support"


@dataclass(frozen=True)
class Stage:
    server: LiveServer
    receiver: Receiver

    def run(self, *arguments: str) -> Result:
        settings = {"KINODEX_API_KEY": KEY, "KINODEX_PORT": str(urlsplit(self.server.url).port)}
        return CliRunner().invoke(app, ["webhook", *arguments], env=settings)

    def answer(self, *arguments: str) -> Any:
        ran = self.run(*arguments, "--json")
        assert ran.exit_code == 0, ran
        return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        receiving() as receiver,
        live_server(
            tmp_path_factory.mktemp("data"),
            environment={"KINODEX_WEBHOOK_ALLOW": f"127.0.0.1:{receiver.port}"},
            command=(str(SUPPORT / "killable.py"), "none"),
        ) as server,
    ):
        yield Stage(server, receiver)


def _told(receiver: Receiver, path: str, event_id: str) -> Told:
    """Return the telling of an event, whenever it comes: their order is not promised."""
    deadline = time.monotonic() + 60
    while True:
        for told in receiver.at(path):
            if told.event["id"] == event_id:
                return told
        assert time.monotonic() < deadline, "it was never told"
        time.sleep(0.05)


def test_the_end_of_a_task_is_told_and_forwarded_with_signatures_that_hold(
    stage: Stage, tmp_path: Path
) -> None:
    made = stage.answer("create", stage.receiver.on("/hook"), "--description", "ours")
    tried = stage.answer("test", made["_id"])
    tail = ("listen", "--count", "1", "--secret", made["secret"], "--after", tried["event_id"])
    listening: list[Any] = []
    forwarding = threading.Thread(
        target=lambda: listening.append(stage.answer(*tail, "--forward", stage.receiver.on("/local")))
    )
    forwarding.start()
    clip = make_clip(tmp_path / "clip.mp4")
    with clip.open("rb") as file:
        form = {"index_id": stage.server.new_index(), "language": "en"}
        task = stage.server.post("/v1.1/tasks", data=form, files={"video_file": file})
    assert stage.server.wait_for(task["_id"])["status"] == "ready"
    forwarding.join(timeout=30)
    (event,) = listening
    assert event.pop("forwarded").startswith("204 in ")
    for path in ("/hook", "/local"):
        told = _told(stage.receiver, path, event["id"])
        assert told.event == event
        assert platform_accepts(told.fields, told.body, made["secret"])
        StandardVerifier(made["secret"]).verify(told.body, told.fields)
    assert (event["type"], event["data"]["id"]) == ("index.task.ready", task["_id"])
    assert event["data"]["engines"] == event["data"]["models"], "the index was made under v1.1"
    delivery, _ = stage.answer("deliveries", made["_id"])
    assert (delivery["status"], delivery["event_id"]) == ("success", event["id"])
    stage.answer("redeliver", made["_id"], delivery["_id"])
    assert stage.answer("redeliver", made["_id"], "--since", "2020-01-01")["queued"] in {0, 1}
    assert made["secret"] not in stage.server.log.read_text()


def test_a_webhook_is_made_looked_at_switched_off_and_removed(stage: Stage) -> None:
    made = stage.answer("create", stage.receiver.on("/other"), "--event", "index.task.failed")
    assert made["secret"].startswith("whsec_")
    assert made["_id"] in stage.run("ls").stdout
    assert made["secret"] not in stage.run("show", made["_id"]).stdout
    assert stage.run("disable", made["_id"]).exit_code == 0
    assert stage.answer("show", made["_id"])["enabled"] is False
    refused = stage.run("redeliver", made["_id"], "--since", "2020-01-01")
    assert isinstance(refused.exception, CommandFailed)
    assert refused.exception.status is Status.REFUSED
    assert stage.run("enable", made["_id"]).exit_code == 0
    rotated = stage.answer("rotate", made["_id"], "--grace-hours", "1")
    assert rotated["secret"] != made["secret"]
    assert stage.run("rotate", made["_id"], "--finish").exit_code == 0
    assert stage.answer("show", made["_id"])["old_secret_until"] is None
    assert stage.run("rm", made["_id"]).exit_code == 0
    assert made["_id"] not in stage.run("ls").stdout


def test_a_test_event_says_what_the_receiver_answered(stage: Stage) -> None:
    def broken(told: Told) -> None:
        told.answer(500, body=b"no disk")

    made = stage.answer("create", stage.receiver.on("/tried", taken, broken))
    assert stage.answer("test", made["_id"])["log"][0]["http_status"] == 204
    failed = stage.run("test", made["_id"])
    assert isinstance(failed.exception, CommandFailed)
    assert failed.exception.status is Status.DELIVERY_FAILED
    assert "webhook_http_status: The receiver answered with HTTP status 500." in str(failed.exception)
    assert "no disk" in failed.stdout


def test_a_secret_that_cannot_sign_is_refused_by_the_listener(stage: Stage) -> None:
    ran = stage.run("listen", "--forward", "http://127.0.0.1:9/", "--secret", "whsec_x")
    assert isinstance(ran.exception, CommandFailed)
    assert ran.exception.status is Status.USAGE
