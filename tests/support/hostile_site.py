"""A site on loopback that does what a test tells it, and the downloader pointed at it."""

import contextlib
import hashlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kinodex.domain.request_headers import RequestHeaders
from kinodex.sources.curl import CurlFetcher
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import Fetched, Kind

QUICK = FetchLimits(
    connect_s=2.0,
    head_s=1.0,
    idle_s=0.8,
    minimum_bytes_per_s=1000,
    rate_window_s=0.8,
    total_s=15.0,
    attempts=3,
    backoff_s=0.02,
    longest_retry_after_s=2.0,
    sync_every_s=0.02,
    progress_every_s=0.05,
)
LIMIT_BYTES = 8 * 1024**2
PIECE_BYTES = 16 * 1024


def made_video(size_bytes: int = 400_000, *, seed: int = 0) -> bytes:
    """Bytes that begin like an MP4; nothing here decodes them."""
    head = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")
    return head + random.Random(seed).randbytes(size_bytes - len(head))


@dataclass
class Visit:
    """One request, and the means to answer it."""

    site: "Site"
    connection: socket.socket
    method: str
    target: str
    fields: dict[str, str]
    number: int

    @property
    def offset(self) -> int | None:
        wanted = self.fields.get("range", "")
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else None

    def send(self, data: bytes, *, pause_s: float = 0.0) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            self.connection.sendall(piece)
            self.site.sent_bytes += len(piece)
            if pause_s and self.site.closing.wait(pause_s):
                return

    def head(self, status: int | str, *fields: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", "Connection: close", *fields]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def answer(self, body: bytes, *fields: str, status: int = 200) -> None:
        self.head(status, f"Content-Length: {len(body)}", *fields)
        self.send(body)

    def range(
        self, content: bytes, *, etag: str = '"v1"', stop: int | None = None, pause_s: float = 0.0
    ) -> None:
        """Answer like a good server with ranges; with ``stop`` break off after so many bytes."""
        offset = self.offset if self.fields.get("if-range") == etag else None
        total = len(content)
        if offset is None:
            self.head(200, f"Content-Length: {total}", f"ETag: {etag}")
        else:
            part = f"Content-Range: bytes {offset}-{total - 1}/{total}"
            self.head(206, f"Content-Length: {total - offset}", f"ETag: {etag}", part)
        rest = content[offset or 0 :]
        self.send(rest if stop is None else rest[:stop], pause_s=pause_s)

    def redirect(self, to: str, *, status: int = 302) -> None:
        self.head(status, f"Location: {to}", "Content-Length: 0")

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def stall(self) -> None:
        self.site.closing.wait(20)

    def flood(self, data: bytes) -> None:
        while not self.site.closing.is_set():
            self.send(data)


Behaviour = Callable[[Visit], None]


@dataclass
class Site:
    """Behaviours by path, and everything that was asked and sent."""

    port: int = 0
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    sent_bytes: int = 0
    trap_port: int = 0
    trapped: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str, behaviour: Behaviour) -> str:
        """Behave so at a path; return its URL."""
        self.behaviours[path] = behaviour
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, content: bytes, *fields: str) -> str:
        return self.on("/clip.mp4", lambda visit: visit.answer(content, *fields))

    def welcome(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            raw = b""
            while b"\r\n\r\n" not in raw:
                piece = connection.recv(65536)
                if not piece:
                    return
                raw += piece
            first, *lines = raw.decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
            method, target, _ = first.split(" ")
            path = target.partition("?")[0]
            number = 1 + sum(visit.target.partition("?")[0] == path for visit in self.visits)
            visit = Visit(self, connection, method, target, fields, number)
            self.visits.append(visit)
            self.behaviours.get(path, lambda visit: visit.answer(b"", status=404))(visit)

    def trap(self, connection: socket.socket) -> None:
        self.trapped += 1
        connection.close()


@contextlib.contextmanager
def listening(welcome: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=welcome, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(5)


@dataclass
class Downloader:
    """The downloader with quick clocks, allowed to reach the site and nothing else on loopback."""

    site: Site
    target: Path
    progress: list[tuple[int, int | None]] = field(default_factory=list)

    def fetcher(self, *, limits: FetchLimits = QUICK, reserve_bytes: int = 0) -> CurlFetcher:
        return CurlFetcher(
            allow=[f"127.0.0.1:{self.site.port}"], free_space_bytes=reserve_bytes, limits=limits
        )

    def __call__(
        self,
        url: str,
        *,
        limits: FetchLimits = QUICK,
        limit_bytes: int = LIMIT_BYTES,
        kind: Kind = "video",
        reserve_bytes: int = 0,
        headers: RequestHeaders = (),
    ) -> Fetched:
        return self.fetcher(limits=limits, reserve_bytes=reserve_bytes).fetch(
            url,
            self.target,
            limit_bytes=limit_bytes,
            progress=lambda so_far: self.progress.append((so_far.size_bytes, so_far.total_bytes)),
            kind=kind,
            headers=headers,
        )

    def left(self) -> set[str]:
        """What lies in the folder."""
        return {path.name for path in self.target.parent.iterdir()}

    def holds(self, fetched: Fetched, content: bytes) -> bool:
        return (
            self.left() == {self.target.name}
            and self.target.read_bytes() == content
            and fetched.path == self.target
            and fetched.size_bytes == len(content)
            and fetched.sha256 == hashlib.sha256(content).hexdigest()
        )
