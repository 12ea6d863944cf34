"""
Whether the memory of indexing stays flat while videos get longer.

    python benchmarks/ingest_growth.py [--minutes 1 120] [--video FILE] [--quick-engines] [--json]

For each length it joins the sample clip to itself by stream copy, starts a fresh server, indexes the film
and prints the peaks of the server and of its decoding children, and by how many percent the last length
needs more than the first. ``--quick-engines`` leaves out the models, whose work takes most of the time:
what remains is the pass over the media and everything that is kept of it. Linux only: memory is read
from ``/proc``. A page that other processes of the machine map as well counts in part only, so nothing else
should run from the same environment meanwhile.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import av
import httpx2
from av.stream import Stream

from kinodex import sample

MIB = 1024 * 1024
SAMPLE_EVERY_S = 0.1
GAP_S = 0.1
"""Between two rounds of the clip: sound begins a little before its pictures."""
KEY = "ingest-growth-0123456789"
QUICK = """
from kinodex.bootstrap import engines
from kinodex.cli import main
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
quick = EngineSet(
    sentences=FakeSentences(), visual=FakeVisual(), speech=FakeSpeech(()), screen_text=FakeScreenText(())
)
engines.build_executor = lambda _settings: Executor(quick)
main()
"""


@dataclass
class Peaks:
    """Peaks in bytes; ``together`` is the proportional share (PSS) of the server and its children."""

    server_rss: int = 0
    server_pss: int = 0
    children_rss: int = 0
    together_pss: int = 0
    series: list[tuple[float, int, int]] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Measured:
    """One film in one fresh server; memory in MiB."""

    minutes: float
    indexed_in_s: float
    at_rest_mib: float
    server_rss_mib: float
    server_pss_mib: float
    children_rss_mib: float
    together_pss_mib: float


def join(clip: Path, target: Path, *, seconds: float) -> None:
    """Write a clip over and over into a film of a length, packet by packet, nothing encoded anew."""
    with av.open(str(target), "w") as film:
        copies: dict[int, Stream] = {}
        offset_s = 0.0
        while offset_s < seconds:
            with av.open(str(clip)) as source:
                if not copies:
                    copies = {one.index: film.add_stream_from_template(one) for one in source.streams}
                end_s = _append(source, film, copies, offset_s=offset_s, until_s=seconds)
            offset_s = end_s + GAP_S


def _append(source: Any, film: Any, copies: dict[int, Stream], *, offset_s: float, until_s: float) -> float:
    end_s = offset_s
    for packet in source.demux():
        if packet.dts is None:
            continue
        shift = round(offset_s / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
        at_s = float(packet.dts * packet.time_base)
        end_s = max(end_s, at_s + float(packet.duration * packet.time_base))
        if at_s < until_s:
            packet.stream = copies[packet.stream.index]
            film.mux(packet)
    return end_s


def memory(process: int) -> tuple[int, int]:
    """Return the resident and the proportional memory of a process in bytes; nothing once it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines[1:] if line.endswith(" kB")}
    return sizes.get("Rss", 0), sizes.get("Pss", 0)


def children_of(process: int) -> list[int]:
    """
    Return the children of all threads of a process.

    One that is about to run its program still shows the memory of its parent, and is left out.
    """
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [child for child in found if _program(child) != _program(process)]


def _program(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def watch(process: int, peaks: Peaks, *, stop: threading.Event) -> None:
    """Keep the peaks up to date until told to stop."""
    began = time.monotonic()
    while not stop.wait(SAMPLE_EVERY_S):
        rss, pss = memory(process)
        children = [memory(child) for child in children_of(process)]
        peaks.server_rss, peaks.server_pss = max(peaks.server_rss, rss), max(peaks.server_pss, pss)
        peaks.children_rss = max(peaks.children_rss, sum(child[0] for child in children))
        peaks.together_pss = max(peaks.together_pss, pss + sum(child[1] for child in children))
        peaks.series.append((time.monotonic() - began, rss, sum(child[0] for child in children)))


@contextmanager
def serving(folder: Path, *, quick: bool) -> Iterator[tuple[int, httpx2.Client]]:
    """Run a server with a data folder of its own; yield its process id and a client."""
    program = ["-c", QUICK] if quick else ["-m", "kinodex"]
    environment = {**os.environ, "KINODEX_API_KEY": KEY, "KINODEX_DATA_DIR": str(folder)}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, *program, "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        if server.stdout is None:
            raise RuntimeError("a server is started with a pipe")
        url = next(line.split()[-1] for line in server.stdout if line.startswith("Kinodex listens on "))
        threading.Thread(target=server.stdout.read, daemon=True).start()
        with httpx2.Client(base_url=url, headers={"x-api-key": KEY}, timeout=600, trust_env=False) as client:
            while not client.get("/readyz").is_success:
                time.sleep(0.1)
            yield server.pid, client
    finally:
        server.terminate()
        server.wait(timeout=60)


def measure(film: Path, *, minutes: float, quick: bool) -> tuple[Measured, Peaks]:
    """Index a film in a fresh server."""
    with (
        tempfile.TemporaryDirectory(prefix="kinodex-growth-") as folder,
        serving(Path(folder), quick=quick) as (process, client),
    ):
        at_rest, peaks, stop = memory(process)[0], Peaks(), threading.Event()
        watcher = threading.Thread(target=watch, args=(process, peaks), kwargs={"stop": stop})
        watcher.start()
        try:
            began = time.monotonic()
            _index(client, film)
            seconds = time.monotonic() - began
        finally:
            stop.set()
            watcher.join()
    sizes = (at_rest, peaks.server_rss, peaks.server_pss, peaks.children_rss, peaks.together_pss)
    return Measured(minutes, round(seconds, 1), *(round(size / MIB, 1) for size in sizes)), peaks


def _index(client: httpx2.Client, film: Path) -> None:
    model = {"model_name": "marengo2.7", "model_options": ["visual", "audio"]}
    index = client.post("/v1.3/indexes", json={"index_name": "growth", "models": [model]})
    index.raise_for_status()
    with film.open("rb") as content:
        sent = client.post(
            "/v1.3/tasks", data={"index_id": index.json()["_id"]}, files={"video_file": ("film.mp4", content)}
        )
    sent.raise_for_status()
    while True:
        task = client.get(f"/v1.3/tasks/{sent.json()['_id']}").json()
        if task["status"] == "failed":
            raise RuntimeError(task["error"]["message"])
        if task["status"] == "ready":
            return
        time.sleep(0.5)


def growth_percent(first: float, last: float) -> float:
    """Return by how many percent the last is larger than the first."""
    return round(100 * (last - first) / first, 1)


def show(results: list[Measured]) -> None:
    """Print the table for people."""
    print(f"{'minutes':>8} {'indexed in':>11} {'at rest':>9} {'server RSS':>11} {'server PSS':>11}", end="")
    print(f" {'children RSS':>13} {'together PSS':>13}   (peaks, MiB)")
    for one in results:
        print(f"{one.minutes:8g} {one.indexed_in_s:9.1f} s {one.at_rest_mib:9.1f}", end="")
        print(f" {one.server_rss_mib:11.1f} {one.server_pss_mib:11.1f}", end="")
        print(f" {one.children_rss_mib:13.1f} {one.together_pss_mib:13.1f}")
    for one, other in itertools.pairwise(results):
        percent = growth_percent(one.together_pss_mib, other.together_pss_mib)
        server = growth_percent(one.server_rss_mib, other.server_rss_mib)
        print(
            f"{one.minutes:g} -> {other.minutes:g} minutes: server {server:+.1f} %, together {percent:+.1f} %"
        )


def main() -> None:
    """Run the benchmark of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", nargs="+", type=float, default=[1, 120])
    parser.add_argument("--video", type=Path, help="clip to join to itself; the sample clip without it")
    parser.add_argument("--quick-engines", action="store_true", help="no models: media and stores only")
    parser.add_argument("--json", action="store_true", help="print one JSON object of named figures")
    parser.add_argument("--series", action="store_true", help="with --json: every sample, in s and bytes")
    arguments = parser.parse_args()
    results, series = [], []
    with tempfile.TemporaryDirectory(prefix="kinodex-films-") as folder:
        for minutes in arguments.minutes:
            film = Path(folder) / f"{minutes:g}.mp4"
            join(arguments.video or sample.path(), film, seconds=60 * minutes)
            measured, peaks = measure(film, minutes=minutes, quick=arguments.quick_engines)
            film.unlink()
            results.append(measured)
            series.append(peaks.series)
            if not arguments.json:
                print(f"{minutes:g} minutes indexed in {measured.indexed_in_s:g} s", file=sys.stderr)
    if not arguments.json:
        show(results)
        return
    growth = growth_percent(results[0].together_pss_mib, results[-1].together_pss_mib)
    answer = {"results": [asdict(one) for one in results], "growth_percent": growth}
    json.dump({**answer, "series": series} if arguments.series else answer, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
