"""Certificates: what is trusted, and what is said of those that are not."""

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from certificates import DAY, NOW, Authority
from hostile_site import LIMIT_BYTES, QUICK
from secure_site import secure_site

from kinodex.domain.errors import TlsFailed
from kinodex.sources.curl import CurlFetcher
from kinodex.sources.trust import ca_bundle

NAME = "videos.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


def download(port: int, target: Path, *, trust: Path) -> bytes:
    fetcher = CurlFetcher(
        allow=[f"{NAME}:{port}"],
        free_space_bytes=0,
        limits=QUICK,
        look_up=lambda _host, _port: ["127.0.0.1"],
        ca_file=trust,
    )
    url = f"https://{NAME}:{port}/v.mp4"
    return fetcher.fetch(
        url, target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None
    ).path.read_bytes()


def test_a_good_certificate_is_taken_for_the_name_and_not_the_address(
    authority: Authority, tmp_path: Path, video: bytes
) -> None:
    with secure_site(authority.certify(NAME), video) as (port, asked):
        assert download(port, tmp_path / "v", trust=authority.file) == video
    assert asked == [NAME]


def test_a_certificate_for_another_name_is_refused(authority: Authority, tmp_path: Path) -> None:
    with (
        secure_site(authority.certify("other.example"), b"x") as (port, _),
        pytest.raises(TlsFailed, match="another name"),
    ):
        download(port, tmp_path / "v", trust=authority.file)


def test_an_expired_certificate_is_refused(authority: Authority, tmp_path: Path) -> None:
    with (
        secure_site(authority.certify(NAME, ends=NOW - DAY), b"x") as (port, _),
        pytest.raises(TlsFailed, match="expired"),
    ):
        download(port, tmp_path / "v", trust=authority.file)


def test_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "unknown")
    with (
        secure_site(other.certify(NAME), b"x") as (port, _),
        pytest.raises(TlsFailed, match="authority is not trusted"),
    ):
        download(port, tmp_path / "v", trust=authority.file)


def test_plain_http_behind_https_is_a_failed_agreement(site_port: int, tmp_path: Path) -> None:
    with pytest.raises(TlsFailed, match="secure connection"):
        download(site_port, tmp_path / "v", trust=Path(str(ca_bundle())))


@pytest.fixture
def site_port() -> Iterator[int]:
    class Plain(StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(100)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Plain) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_this_machine_has_trusted_authorities() -> None:
    bundle = ca_bundle()
    assert bundle is not None
    assert b"BEGIN CERTIFICATE" in bundle.read_bytes()
