"""
How fast a download is beside the ``curl`` program.

    python benchmarks/fetch.py [--mib 1024] [--rounds 5] [--folder FOLDER] [--json]

A static server in a process of its own serves one file on loopback; both fetch it in turn. Ours does its
whole work: a process, checks, SHA-256, part file with its record, sync to the disk, rename. ``curl -o`` only
writes: it leaves its file unsynced and unhashed, so what is then missing is added and told apart, the sync
and after it ``sha256`` over the file.

Each ratio is that of curl to ours in the same round, the median of all rounds; above 1 ours is better. On a
machine with other work the ratios of processor seconds (user and system, all threads) say more than those of
the clock; ours holds the hashing, which goes on beside the writing, on another core where there is one.

Under ``floor`` stands what no download that hashes and syncs can be below on this machine: how fast one core
hashes, how fast the disk takes large blocks and syncs them, and the processor seconds of the server, which
shares the cores. Linux only.
"""

import argparse
import hashlib
import json
import mmap
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kinodex.sources.config import FetchConfig
from kinodex.sources.separate import SeparateFetcher

MIB = 1024 * 1024
LOOK_EVERY_S = 0.05
HEAD = b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00isom"
"""A file that begins like an MP4 is let through; nothing decodes it."""


@dataclass(frozen=True)
class Used:
    """Seconds on the clock and of processors, and peak resident memory, over one file."""

    clock_s: float
    cpu_s: float
    peak_mib: float = 0.0

    def and_then(self, other: "Used") -> "Used":
        """Return both, one after the other."""
        peak_mib = max(self.peak_mib, other.peak_mib)
        return Used(self.clock_s + other.clock_s, self.cpu_s + other.cpu_s, peak_mib)


@dataclass(frozen=True)
class Round:
    """Ours, and curl as it ends, when its file is synced, and when that is hashed too."""

    ours: Used
    curl: Used
    curl_synced: Used
    curl_synced_hashed: Used
    floor: "Floor"


@dataclass(frozen=True)
class Floor:
    """Seconds for one core to hash the file, for the disk to take it, and of the server to serve it."""

    hash_s: float
    disk_s: float
    server_cpu_s: float


class Meter:
    """Measures a block: the clock, this thread and the children that ended."""

    def __init__(self) -> None:
        """Begin now."""
        self._clock, self._cpu = time.monotonic(), self._cpu_s()

    def read(self, *, peak_mib: float = 0.0) -> Used:
        """Return what was used so far."""
        return Used(time.monotonic() - self._clock, self._cpu_s() - self._cpu, peak_mib)

    def _cpu_s(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.thread_time() + ended.ru_utime + ended.ru_stime


class MemoryWatch(threading.Thread):
    """Keeps the highest resident memory of a child of this process, known by its command line."""

    def __init__(self, words: str) -> None:
        """Begin when started."""
        super().__init__(daemon=True)
        self.words = words
        self.peak_kib = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Look again and again; the kernel keeps the peak between two looks."""
        while not self.over.wait(LOOK_EVERY_S):
            for task in Path("/proc/self/task").glob("*/children"):
                for pid in _read(task).split():
                    if self.words in _read(Path(f"/proc/{pid}/cmdline")):
                        self.peak_kib = max(self.peak_kib, _peak_kib(pid))

    def peak_mib(self) -> float:
        """End, and return the peak."""
        self.over.set()
        self.join()
        return self.peak_kib / 1024


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""


def _peak_kib(pid: str) -> int:
    lines = [line for line in _read(Path(f"/proc/{pid}/status")).splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) if lines else 0


def serve(path: Path) -> None:
    """Answer every request with the file, straight from the page cache."""
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        connection, _ = listener.accept()
        with connection, path.open("rb") as file:
            connection.recv(65536)
            head = f'HTTP/1.1 200 OK\r\nContent-Length: {path.stat().st_size}\r\nETag: "one"\r\n'
            connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
            connection.sendfile(file)


@contextmanager
def served(path: Path) -> Iterator[tuple[int, int]]:
    """Serve a file in another process; give the port and the process."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", str(path)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield int(server.stdout.readline()) if server.stdout is not None else 0, server.pid
        finally:
            server.kill()


def make_file(path: Path, size_bytes: int) -> None:
    """Write a file that begins like a video."""
    piece = os.urandom(MIB)
    with path.open("wb") as file:
        file.write(HEAD)
        while file.tell() < size_bytes:
            file.write(piece[: size_bytes - file.tell()])


def processor_s(process: int) -> float:
    """Return the processor seconds a process has used, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hashing_s(size_bytes: int) -> float:
    """Return the processor seconds of SHA-256 over so many bytes in memory."""
    piece, digest, began = bytes(4 * MIB), hashlib.sha256(), time.thread_time()
    for _ in range(size_bytes // len(piece)):
        digest.update(piece)
    return time.thread_time() - began


def disk_s(target: Path, size_bytes: int) -> float:
    """Return the seconds until so many bytes are on the disk, past the page cache, a block at a time."""
    room = mmap.mmap(-1, 4 * MIB)
    room.write(os.urandom(len(room)))
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_DIRECT, 0o600)
    began = time.monotonic()
    try:
        for _ in range(size_bytes // len(room)):
            os.write(descriptor, room)
        os.fsync(descriptor)
        return time.monotonic() - began
    finally:
        os.close(descriptor)
        target.unlink()


def ours(url: str, target: Path, *, port: int) -> Used:
    """Return what one download of ours uses."""
    fetcher = SeparateFetcher(FetchConfig(allow=(f"127.0.0.1:{port}",), free_space_bytes=0))
    watch = MemoryWatch("kinodex.sources.child")
    watch.start()
    meter = Meter()
    fetcher.fetch(url, target, limit_bytes=64 * 1024 * MIB, progress=lambda _so_far: None)
    return meter.read(peak_mib=watch.peak_mib())


def curl(program: str, url: str, target: Path) -> tuple[Used, Used, Used]:
    """Return what curl uses, what it takes to sync its file, and what it takes to hash that."""
    watch = MemoryWatch(f"{program}\0-sS")
    watch.start()
    meter = Meter()
    subprocess.run([program, "-sS", "--noproxy", "*", "-o", str(target), url], check=True)
    fetched = meter.read(peak_mib=watch.peak_mib())
    with target.open("rb") as file:
        meter = Meter()
        os.fsync(file.fileno())
        synced = meter.read()
        meter = Meter()
        hashlib.file_digest(file, "sha256")
        return fetched, synced, meter.read()


def compare(folder: Path, *, size_bytes: int, rounds: int) -> list[Round]:
    """Fetch in turn; who begins changes each time, and one round before the first warms up."""
    program = shutil.which("curl")
    if program is None:
        raise SystemExit("The curl program is not installed.")
    source = folder / "source.mp4"
    make_file(source, size_bytes)
    measured = []
    with served(source) as (port, server):
        url = f"http://127.0.0.1:{port}/source.mp4"
        for number in range(rounds + 1):
            used: dict[str, tuple[Used, ...]] = {}
            served_s = processor_s(server)
            for name in ("ours", "curl")[:: 1 if number % 2 else -1]:
                target = folder / name
                os.sync()
                used[name] = (ours(url, target, port=port),) if name == "ours" else curl(program, url, target)
                if target.stat().st_size != size_bytes:
                    raise SystemExit(f"{name} did not bring the whole file")
                target.unlink()
            served_s = (processor_s(server) - served_s) / len(used)
            floor = Floor(hashing_s(size_bytes), disk_s(folder / "floor", size_bytes), served_s)
            (mine,), (fetched, synced, hashed) = used["ours"], used["curl"]
            until_synced = fetched.and_then(synced)
            measured.append(Round(mine, fetched, until_synced, until_synced.and_then(hashed), floor))
    return measured[1:]


def figures(rounds: list[Round], size_bytes: int) -> dict[str, object]:
    """Return the named figures of a run."""
    found: dict[str, object] = {"size_mib": size_bytes / MIB, "cores": len(os.sched_getaffinity(0))}
    for other in ("curl", "curl_synced", "curl_synced_hashed"):
        for unit in ("clock_s", "cpu_s"):
            ratios = [getattr(getattr(each, other), unit) / getattr(each.ours, unit) for each in rounds]
            found[f"ratio_{other}_{unit.removesuffix('_s')}"] = statistics.median(ratios)
    for name in ("ours", "curl", "curl_synced", "curl_synced_hashed"):
        each = [getattr(one, name) for one in rounds]
        found[f"{name}_mib_per_s"] = statistics.median(size_bytes / MIB / one.clock_s for one in each)
        found[f"{name}_cpu_s"] = statistics.median(one.cpu_s for one in each)
        if name in {"ours", "curl"}:
            found[f"{name}_peak_mib"] = max(one.peak_mib for one in each)
    for name in ("hash_s", "disk_s", "server_cpu_s"):
        found[f"floor_{name}"] = statistics.median(getattr(each.floor, name) for each in rounds)
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where files are written; by default a temporary one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        serve(arguments.serve)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        size_bytes = arguments.mib * MIB
        rounds = compare(Path(folder), size_bytes=size_bytes, rounds=arguments.rounds)
    found = figures(rounds, size_bytes)
    if arguments.json:
        print(json.dumps({**found, "rounds": [asdict(each) for each in rounds]}))
        return
    for name, value in found.items():
        print(f"{name:32} {value:10.2f}")


if __name__ == "__main__":
    main()
