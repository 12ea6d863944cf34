"""A real server in a process of its own, and a client that speaks plain HTTP to it."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

KEY = "test-key-0123456789"
START_S = 180.0
READY_S = 300.0
"""A machine that runs other tests, too, indexes the sample in two minutes."""


class LiveServer:
    """
    ``kinodex serve`` on a free loopback port; ``log`` gathers what it says on stderr.

    With ``listens`` false nobody waits for its address: for workers, and for those that die at once.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        allow: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        command: Sequence[str] = ("-m", "kinodex"),
        arguments: Sequence[str] = ("serve", "--port", "0"),
        listens: bool = True,
    ) -> None:
        self.data_dir = data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        self.log = data_dir / "server.log"
        settings = {
            "KINODEX_API_KEY": KEY,
            "KINODEX_DATA_DIR": str(data_dir),
            "KINODEX_FETCH_ALLOW": ",".join(allow),
            **(environment or {}),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command, *arguments],
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()
        self.url = self.wait_until_it_says("Kinodex listens on ").split()[-1] if listens else ""

    def wait_until_it_says(self, words: str) -> str:
        """Return the first line on stdout that begins with these words."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                assert self.process.poll() is None, self.log.read_text()
                continue
            if line.startswith(words):
                return line
        raise AssertionError(self.log.read_text())

    def _pump(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self._lines.put(line)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(
            method, f"{self.url}{path}", headers={"x-api-key": KEY}, timeout=60, **options
        )

    def get(self, path: str, **options: Any) -> Any:
        answer = self.request("GET", path, **options)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, **options: Any) -> Any:
        answer = self.request("POST", path, **options)
        assert answer.ok, answer.text
        return answer.json()

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            answer = requests.get(f"{self.url}/readyz", timeout=10)
            if answer.ok:
                return
            time.sleep(0.05)
        raise AssertionError(answer.text)

    def new_index(
        self,
        name: str = "films",
        options: Sequence[str] = ("visual", "conversation", "text_in_video", "logo"),
    ) -> str:
        body = {"index_name": name, "engine_id": "marengo2.5", "index_options": list(options)}
        return str(self.post("/v1.1/indexes", json=body)["_id"])

    def wait_for(self, task_id: str, *, timeout_s: float = READY_S) -> dict[str, Any]:
        """Return a task once it is ready or failed."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            task: dict[str, Any] = self.get(f"/v1.1/tasks/{task_id}")
            if task["status"] in {"ready", "failed"}:
                return task
            time.sleep(0.1)
        raise AssertionError(f"{task}\n{self.log.read_text()[-4000:]}")

    def index_url(self, index_id: str, url: str, **fields: str) -> dict[str, Any]:
        """Index the video at a URL and return its ready task."""
        form = {"index_id": index_id, "language": "en", "video_url": url, **fields}
        task = self.wait_for(self.post("/v1.1/tasks", data=form)["_id"])
        assert task["status"] == "ready", task
        return task

    def search(self, index_id: str, query: str, options: Sequence[str], **more: Any) -> dict[str, Any]:
        body = {"index_id": index_id, "query": query, "search_options": list(options), **more}
        answer: dict[str, Any] = self.post("/v1.1/search", json=body)
        return answer

    def kill(self) -> None:
        """Kill the server where it stands."""
        self.process.kill()
        self.process.wait(timeout=30)

    def stop(self) -> int:
        """Ask the server to end, and return its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


@contextmanager
def live_server(data_dir: Path, **options: Any) -> Iterator[LiveServer]:
    server = LiveServer(data_dir, **options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
