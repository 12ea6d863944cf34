"""``kinodex task cancel``, ``retry`` and ``show``, against a running server."""

import json
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from live import KEY, LiveServer
from origin import Origin

from kinodex.cli import main

pytestmark = pytest.mark.slow

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: its exit status, what it printed and what it remarked."""
    monkeypatch.setenv("KINODEX_API_KEY", KEY)
    monkeypatch.setenv("KINODEX_PORT", str(urlsplit(server.url).port))

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kinodex", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


@pytest.fixture
def index_id(server: LiveServer) -> str:
    found = server.get("/v1.1/indexes", params={"index_name": "task commands"})["data"]
    return str(found[0]["_id"]) if found else server.new_index("task commands")


def _submit(server: LiveServer, index_id: str, url: str) -> str:
    form = {"index_id": index_id, "language": "en", "video_url": url}
    return str(server.post("/v1.1/tasks", data=form)["_id"])


def test_a_failed_task_is_tried_again_and_shows_its_attempt_and_why(
    run: Run, server: LiveServer, origin: Origin, index_id: str
) -> None:
    task_id = _submit(server, index_id, f"http://{origin.address}/gone.mp4")
    server.wait_for(task_id)

    status, _, remarks = run("task", "retry", task_id, "--wait", "--json")
    assert status == 5
    assert remarks.endswith("The video could not be indexed.\n")

    status, shown, _ = run("task", "show", task_id)
    assert status == 0
    assert "attempt: 2" in shown
    assert "The host answered with HTTP status 404." in shown
    fetch = next(line.split() for line in shown.splitlines() if line.startswith("fetch"))
    assert fetch == ["fetch", "2"], "the steps of both attempts are counted"


def test_a_task_under_way_is_canceled_once_and_then_cannot_be_again(
    run: Run, server: LiveServer, origin: Origin, index_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin, "pause_s", 0.5)
    task_id = _submit(server, index_id, origin.add("slow.mp4", b"\0" * 4_000_000))

    status, printed, _ = run("task", "cancel", task_id, "--json")
    ended: dict[str, Any] = json.loads(printed)
    assert (status, ended["status"], ended["error"]["code"]) == (0, "failed", "task_canceled")

    assert run("task", "cancel", task_id)[0] == 0, "once more changes nothing"
    done = _submit(server, index_id, f"http://{origin.address}/gone.mp4")
    server.wait_for(done)
    status, _, remarks = run("task", "cancel", done)
    assert (status, remarks) == (4, "task_cannot_be_canceled: The task cannot be canceled: it is failed.\n")


def test_a_waiting_task_shows_what_it_waits_for(
    run: Run, server: LiveServer, origin: Origin, index_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin, "pause_s", 0.5)
    before = _submit(server, index_id, origin.add("before.mp4", b"\0" * 4_000_000))
    waiting = _submit(server, index_id, origin.add("after.mp4", b"\0" * 4_000_000))
    _, shown, _ = run("task", "show", waiting)
    assert "waits: " in shown
    assert "the only worker is" in shown
    assert "attempt: 1" in shown
    for task_id in (waiting, before):
        run("task", "cancel", task_id)  # to clear up; what is no video may be refused by now


@pytest.mark.parametrize("action", ["cancel", "retry", "show"])
def test_a_task_that_is_not_there_is_said_in_one_line(run: Run, action: str) -> None:
    status, _, remarks = run("task", action, "0" * 24)
    assert status == 4
    # A site of another test may complain on the same stderr.
    assert len([line for line in remarks.splitlines() if line.startswith("resource_not_exist: ")]) == 1
