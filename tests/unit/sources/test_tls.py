"""Certificates: what is trusted, and what is said of those that are not."""

import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_site import LIMIT_BYTES, QUICK

from kinodex.domain.errors import TlsFailed
from kinodex.sources.curl import CurlFetcher
from kinodex.sources.trust import ca_bundle

NAME = "videos.example"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


class Authority:
    """A certificate authority of a test's own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        made = self._signed(self.name, self.key, ends=NOW + DAY, names=None)
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def certify(self, name: str, *, ends: dt.datetime = NOW + DAY) -> Path:
        """Return a file with a certificate for a name and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key, ends=ends, names=[x509.DNSName(name)])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / f"{self.file.stem}-{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        return path

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        ends: dt.datetime,
        names: list[x509.GeneralName] | None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        )
        if names is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@contextmanager
def secure_site(certificate: Path, content: bytes) -> Iterator[tuple[int, list[str | None]]]:
    """Serve content over TLS; yield the port and, as they come, the names asked for."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as secure:
                    secure.recv(65536)
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
                    secure.sendall(head.encode() + content)
            except OSError:
                return  # the downloader did not like the certificate

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1], asked
        server.shutdown()
        thread.join()


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
