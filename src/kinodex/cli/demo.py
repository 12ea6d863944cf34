"""``kinodex demo``: the whole product on a sample clip, in one go."""

import functools
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from kinodex import sample
from kinodex.cli.client import Client, find_key
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.indexing import EVERYTHING, watch
from kinodex.cli.options import DataDir, settings_with
from kinodex.cli.output import clock, out, reasons
from kinodex.settings import FIRST_KEY_FILE, Settings

START_S = 60.0
SHOWN_MOMENTS = 2


def demo(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="End after the searches instead of serving on.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the server; 0 takes a free one.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Serve a sample clip, index it from its URL, and find what is said, written and seen in it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server goes with us
    settings = settings_with(context, data_dir=data_dir, port=port or _free_port())
    with _clip_server() as clip_url, _server(settings, allow=clip_url) as server:
        address = f"http://{settings.host}:{settings.port}"
        with Client(address, find_key(settings)) as client:
            index_id = _index_clip(client, clip_url)
            for question in sample.QUESTIONS:
                _ask(client, index_id, question)
        if once:
            return
        out.print(f"\nKinodex serves on at {address}")
        if sys.stdout.isatty():  # a link that signs in goes to a terminal only, never to a log
            with Client(address, find_key(settings)) as client:
                link = client.post("/v1.3/sign-in-links", {})["url"]
            out.print(f"Look at it: {link} (signs in once, within ten minutes)", markup=False, soft_wrap=True)
        out.print(f"The API key is in {settings.data_dir.absolute() / FIRST_KEY_FILE}", markup=False)
        out.print("Stop with Ctrl-C.")
        _wait(server)


def _index_clip(client: Client, clip_url: str) -> str:
    name = f"demo {time.strftime('%Y-%m-%d %H:%M:%S')} {time.time_ns() % 10**6}"
    body = {"index_name": name, "engine_id": "marengo2.5", "index_options": list(EVERYTHING)}
    index_id = client.post("/v1.1/indexes", body)["_id"]
    out.print(f"Index {index_id} made; sending {clip_url} to POST /v1.1/tasks")
    began = time.monotonic()
    form = {"index_id": index_id, "language": "en", "video_url": clip_url}
    task = watch(client, client.post_form("/v1.1/tasks", form)["_id"])
    if task["status"] != "ready":
        raise CommandFailed(Status.TASK_FAILED, f"The sample could not be indexed: {task.get('error')}")
    seconds, length_s = time.monotonic() - began, task["metadata"]["duration"]
    out.print(
        f"{length_s:.1f} s of video were ready after {seconds:.1f} s ({length_s / seconds:.1f} x real time)"
    )
    return str(index_id)


def _ask(client: Client, index_id: str, question: sample.Question) -> None:
    body = {
        "index_id": index_id,
        "query": question.text,
        "search_options": [question.option],
        "page_limit": 5,
    }
    answer: dict[str, Any] = client.post("/v1.1/search", body)
    out.print(f"\n[bold]{question.kind}[/bold]: “{question.text}”")
    if not answer["data"]:
        raise CommandFailed(Status.FAULT, f"Nothing was found for “{question.text}”.")
    for moment in answer["data"][:SHOWN_MOMENTS]:
        span = f"{clock(moment['start'])} - {clock(moment['end'])}"
        out.print(f"  {span}  score {moment['score']:.1f} ({moment['confidence']})", markup=False)
        for reason in reasons(moment)[:2]:
            out.print(f"      {reason}", markup=False)


@contextmanager
def _clip_server() -> Iterator[str]:
    """Serve the folder of the sample clip on loopback, as a site somewhere would."""
    clip = sample.path()
    handler = functools.partial(_QuietHandler, directory=str(clip.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{clip.name}"
    finally:
        server.shutdown()
        server.server_close()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base class
        """Say nothing: the demo's output is for people."""


@contextmanager
def _server(settings: Settings, *, allow: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``kinodex serve`` as its own process; it may fetch from the clip's address."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    pairs = (*settings.fetch_allow, allow.split("/")[2])
    command = [sys.executable, "-m", "kinodex", "serve", "--port", str(settings.port)]
    environment = {
        **os.environ,
        "KINODEX_FETCH_ALLOW": ",".join(pairs),
        "KINODEX_DATA_DIR": str(settings.data_dir.absolute()),
    }
    log_path = settings.data_dir / "serve.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_ready(process, f"http://{settings.host}:{settings.port}/readyz", log_path)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_ready(process: "subprocess.Popen[bytes]", url: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_S
    reason = "no answer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CommandFailed(Status.FAULT, f"The server ended at once; its log is {log_path}.")
        try:
            answer = httpx2.get(url, trust_env=False, timeout=5)
        except httpx2.HTTPError as error:
            reason = type(error).__name__
        else:
            if answer.is_success:
                return
            reason = answer.text
        time.sleep(0.1)
    raise CommandFailed(Status.FAULT, f"The server was not ready within {START_S:.0f} s: {reason}")


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait()
    except KeyboardInterrupt:
        out.print("Stopping.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
