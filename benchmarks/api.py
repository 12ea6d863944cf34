"""
How many requests a second the API answers, beside a bare route that answers the same bytes.

    python benchmarks/api.py [--rounds 7] [--seconds 2] [--connections 8] [--copies 5] [--json]

Two servers run as processes of their own on loopback: ours (``kinodex serve`` with its default engines, the
sample clip indexed for real, and copies of the video beside it) and a FastAPI application on the same uvicorn
with one route, which reads the body and returns what ours returned, as a ``JSONResponse``. One client asks
both in turn over connections that stay open; what is timed is from the first byte sent to the last received.

A search is measured twice. The target is for a query that comes again with the same body, as the bare route
answers one body, too: nothing has changed meanwhile, so its answer is remembered. Beside it stand queries
that nobody asked before, which are embedded, looked for and explained; there is no target for these.

Each ratio is ours to the bare route, in the same round; the median of all rounds is printed. Requests a
second of the processor (user and system time of the server process, of all its threads) say more than those
of the clock where other work shares the machine: its load stands beside them. Linux only.
"""

import argparse
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count, repeat
from pathlib import Path
from typing import Any

import httpx2

from kinodex import sample

KEY = "benchmark-0123456789"
QUERY = "a lighthouse by the sea"
MOST_A_MINUTE = 10**9
"""Requests are counted, as they are for everybody, but none is refused."""
TICKS = os.sysconf("SC_CLK_TCK")
TASK, AGAIN, NEW = "GET /v1.3/tasks/{id}", "POST /v1.3/search, again", "POST /v1.3/search, ever new"
TARGETS = {TASK: 0.5, AGAIN: 0.3, NEW: 0.0}
BARE = """
import json, sys
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app, answers = FastAPI(), json.loads(sys.stdin.readline())

@app.get("/v1.3/tasks/{task_id}")
async def get_task(task_id: str) -> JSONResponse:
    return JSONResponse(answers["task"])

@app.post("/v1.3/search")
async def search(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse(answers["search"])

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


@dataclass(frozen=True)
class Run:
    """What one server did in one round."""

    per_second: float
    per_cpu_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Comparison:
    """Ours beside the bare route: medians of all rounds."""

    name: str
    target: float
    ours: Run
    bare: Run
    ratio: float
    ratio_cpu: float
    ratios: tuple[float, ...]

    def lines(self) -> Iterator[str]:
        """Yield what a person reads."""
        verdict = "reached" if self.ratio >= self.target else "MISSED"
        goal = f"target {self.target:g}: {verdict}" if self.target else "no target"
        yield f"{self.name}: {self.ratio:.3f} of a bare route ({goal})"
        for who, run in (("ours", self.ours), ("bare", self.bare)):
            yield (
                f"  {who}  {run.per_second:7.0f}/s  {run.per_cpu_second:7.0f}/s of its processor"
                f"  p50 {run.p50_ms:6.2f} ms  p99 {run.p99_ms:6.2f} ms"
            )
        spread = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        yield f"  ratio of processor seconds {self.ratio_cpu:.2f}; of the clock over the rounds {spread}"


@dataclass
class _Connection:
    """One connection that stays open, with one request on its way."""

    stream: socket.socket
    began: float = 0.0
    got: bytes = b""

    def send(self, request: bytes) -> None:
        self.began, self.got = time.perf_counter(), b""
        self.stream.sendall(request)

    def is_answered(self) -> bool:
        """Take what came; return whether the answer is complete."""
        self.got += self.stream.recv(1 << 20)
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {self.got[:300]!r}")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        return len(body) >= length


def ask(port: int, pid: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Run:
    """Ask one server for a while and return how it did."""
    selector = selectors.DefaultSelector()
    open_ones = [
        _Connection(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(connections)
    ]
    times: list[float] = []
    cpu, began = _cpu_s(pid), time.perf_counter()
    for each in open_ones:
        selector.register(each.stream, selectors.EVENT_READ, each)
        each.send(next(requests))
    while (at := time.perf_counter()) - began < seconds:
        for key, _ in selector.select(timeout=30):
            connection: _Connection = key.data
            if connection.is_answered():
                times.append(time.perf_counter() - connection.began)
                connection.send(next(requests))
    used = _cpu_s(pid) - cpu
    for each in open_ones:
        each.stream.close()
    times.sort()
    return Run(
        per_second=len(times) / (at - began),
        per_cpu_second=len(times) / max(used, 1 / TICKS),
        p50_ms=1000 * times[len(times) // 2],
        p99_ms=1000 * times[int(len(times) * 0.99)],
    )


def compare(
    name: str, requests: Iterator[bytes], servers: tuple[tuple[int, int], tuple[int, int]], **how: Any
) -> Comparison:
    """Ask both servers in turn, each round in the other order."""
    rounds = how.pop("rounds")
    ours: list[Run] = []
    bare: list[Run] = []
    for port, pid in servers:
        ask(port, pid, requests, **{**how, "seconds": 0.5})
    for number in range(rounds):
        turn = [(servers[0], ours), (servers[1], bare)]
        for (port, pid), runs in turn if number % 2 else reversed(turn):
            runs.append(ask(port, pid, requests, **how))
    ratios = [one.per_second / other.per_second for one, other in zip(ours, bare, strict=True)]
    cpu = [one.per_cpu_second / other.per_cpu_second for one, other in zip(ours, bare, strict=True)]
    return Comparison(
        name=name,
        target=TARGETS[name],
        ours=_middle(ours),
        bare=_middle(bare),
        ratio=statistics.median(ratios),
        ratio_cpu=statistics.median(cpu),
        ratios=tuple(ratios),
    )


def _middle(runs: list[Run]) -> Run:
    return Run(**{name: statistics.median(asdict(run)[name] for run in runs) for name in asdict(runs[0])})


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def served(command: list[str], *, line: str = "", folder: Path) -> Iterator[int]:
    """Run a server on a free port and give its process id."""
    environment = {
        **os.environ,
        "KINODEX_DATA_DIR": str(folder),
        "KINODEX_API_KEY": KEY,
        "KINODEX_LOG_LEVEL": "warning",
        "KINODEX_REQUESTS_PER_MINUTE": str(MOST_A_MINUTE),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, **pipes) as server:
        if server.stdin is not None:
            server.stdin.write(line.encode() + b"\n")
            server.stdin.flush()
        try:
            yield server.pid
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            if httpx2.get(url, headers={"x-api-key": KEY}).status_code < 500:  # noqa: PLR2004  it answers
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"no answer of {url}")


def _index(client: httpx2.Client, copies: int) -> tuple[str, str]:
    """Index the sample clip some times; return the ids of the index and of the last task."""
    model = {"model_name": "marengo3.0", "model_options": ["visual", "audio"]}
    index_id = client.post("/indexes", json={"index_name": "benchmark", "models": [model]}).json()["_id"]
    task_id = ""
    for _ in range(copies):
        with sample.path().open("rb") as clip:
            answer = client.post("/tasks", data={"index_id": index_id}, files={"video_file": clip})
        task_id = answer.json()["_id"]
    while True:
        counts = client.get("/tasks/status", params={"index_id": index_id}).json()
        if counts["failed"]:
            raise SystemExit(f"a task failed: {client.get(f'/tasks/{task_id}').text}")
        if counts["ready"] == copies:
            return index_id, task_id
        time.sleep(0.5)


def _request(method: str, path: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {KEY}\r\n"
    if content:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


def _texts() -> Iterator[str]:
    return (f"{QUERY} number {number}" for number in count())


def measure(folder: Path, *, copies: int, **how: Any) -> list[Comparison]:
    """Start both servers, and compare them."""
    port, bare_port = _free_port(), _free_port()
    own = [sys.executable, "-m", "kinodex", "serve", "--port", str(port)]
    with served(own, folder=folder) as pid:
        _wait(f"http://127.0.0.1:{port}/readyz")
        client = httpx2.Client(
            base_url=f"http://127.0.0.1:{port}/v1.3", headers={"x-api-key": KEY}, timeout=120
        )
        index_id, task_id = _index(client, copies)
        body = {
            "index_id": index_id,
            "query_text": QUERY,
            "search_options": ["visual", "audio"],
        }
        answers = {"task": client.get(f"/tasks/{task_id}").json()}
        answers["search"] = client.post("/search", json=body).json()
        if not answers["search"]["data"]:
            raise SystemExit("the search finds nothing: there is nothing to measure")
        requests = {
            TASK: repeat(_request("GET", f"/v1.3/tasks/{task_id}")),
            AGAIN: repeat(_request("POST", "/v1.3/search", body)),
            NEW: (_request("POST", "/v1.3/search", {**body, "query_text": text}) for text in _texts()),
        }
        bare = [sys.executable, "-c", BARE, str(bare_port)]
        with served(bare, line=json.dumps(answers), folder=folder) as bare_pid:
            _wait(f"http://127.0.0.1:{bare_port}/v1.3/tasks/x")
            servers = ((port, pid), (bare_port, bare_pid))
            return [compare(name, each, servers, **how) for name, each in requests.items()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0].strip())
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round for each server")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--copies", type=int, default=5, help="videos in the index")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(
            Path(folder),
            copies=given.copies,
            rounds=given.rounds,
            seconds=given.seconds,
            connections=given.connections,
        )
    load = os.getloadavg()[0]
    if given.json:
        print(
            json.dumps({"load": load, "cpus": os.cpu_count(), "results": [asdict(each) for each in results]})
        )
        return
    print(f"{os.cpu_count()} processors, load {load:.1f}, {given.connections} connections")
    for result in results:
        print(*result.lines(), sep="\n")


if __name__ == "__main__":
    main()
