"""A site that serves videos on loopback: with ranges, slowly if asked to, counting its bytes."""

import http.server
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CHUNK_BYTES = 32 * 1024


@dataclass
class Origin:
    """
    What is served and what was asked for.

    ``pause_s`` is waited after each chunk of 32 KiB; without ``gives_parts`` ranges are not heeded.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    pause_s: float = 0.0
    gives_parts: bool = True
    address: str = ""
    bytes_sent: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    headers: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, name: str, content: bytes | Path) -> str:
        """Serve content under a name; return its URL."""
        self.files[f"/{name}"] = content.read_bytes() if isinstance(content, Path) else content
        return f"http://{self.address}/{name}"


def _handler(origin: Origin) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            origin.requests.append((self.path, wanted))
            origin.headers.append((self.path, dict(self.headers)))
            content = origin.files.get(self.path.partition("?")[0])
            if content is None:
                self.send_error(404)
                return
            start, end = _span(wanted, len(content)) if origin.gives_parts else (0, len(content))
            is_part = (start, end) != (0, len(content))
            self.send_response(206 if is_part else 200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("ETag", f'"{hash(content) & 0xFFFFFFFF:08x}"')
            self.send_header("Accept-Ranges", "bytes")
            if is_part:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
            self.send_header("Content-Length", str(end - start))
            self.end_headers()
            self._send(content[start:end])

        def _send(self, content: bytes) -> None:
            for start in range(0, len(content), CHUNK_BYTES):
                chunk = content[start : start + CHUNK_BYTES]
                try:
                    self.wfile.write(chunk)
                except OSError:
                    self.close_connection = True
                    return
                origin.bytes_sent += len(chunk)
                if origin.pause_s:
                    time.sleep(origin.pause_s)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _span(wanted: str | None, length: int) -> tuple[int, int]:
    """Return the first byte a range asks for and the one behind its last; all without one that can be."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if not match or int(match[1]) >= length:
        return 0, length
    return int(match[1]), min(length, int(match[2]) + 1 if match[2] else length)


class _Site(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left: tests read the stderr of this process."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serve_origin() -> Iterator[Origin]:
    origin = Origin()
    server = _Site(("127.0.0.1", 0), _handler(origin))
    server.daemon_threads = True
    origin.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
