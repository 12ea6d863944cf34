"""
One request and its answer, through libcurl: the only file that talks to it.

Driven by hand (``CurlMulti``) instead of ``perform()``: callbacks only collect, everything is judged between
two turns in plain code, so that an exception is an exception and every clock is ours. libcurl hands over
16 KiB at a time; no line of Python runs for these, only for all that came in a turn.
"""

import io
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pycurl

from kinodex import __version__
from kinodex.domain.errors import BadResponse, FetchTimedOut, ProxyRefused
from kinodex.domain.request_headers import RequestHeaders
from kinodex.sources.addresses import IpAddress, read_address, unmapped
from kinodex.sources.body_clock import BodyClock
from kinodex.sources.curl_failures import failure_of
from kinodex.sources.heads import Head, HeadReader
from kinodex.sources.proxies import Proxy
from kinodex.sources.pulse import SLICE_S, Pulse
from kinodex.sources.urls import WebUrl

READ_BYTES = 128 * 1024
"""libcurl reads at most about ten times as much in one turn; it is all that is held in memory."""

_USUAL = {"Accept": "*/*", "User-Agent": f"kinodex/{__version__}"}
"""What the user's own headers may replace."""

# libcurl's numbers for what pycurl has no names.
_SUPPRESS_CONNECT_HEADERS = 265  # CURLOPT_SUPPRESS_CONNECT_HEADERS
_PROXY_FAILED = 97  # CURLE_PROXY
_FIRST_NOT_SUCCESS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What is asked of whom; the connection is made to one of ``addresses`` and no other.

    ``fields`` are whole header lines of ours, ``own`` names and values of the user's: they may be secret.
    ``read_bytes`` are read from the connection at once. With a ``body`` it is a POST, else a GET.
    With a ``proxy`` the addresses are those of the proxy, which finds the host itself.
    """

    url: WebUrl
    addresses: tuple[IpAddress, ...]
    fields: tuple[str, ...] = ()
    own: RequestHeaders = field(default=(), repr=False)
    ca_file: Path | None = None
    read_bytes: int = READ_BYTES
    body: bytes | None = None
    proxy: Proxy | None = None


class Exchange:
    """One request. A context manager: leaving it drops the connection, whatever the host still sends."""

    def __init__(self, request: Request, *, pulse: Pulse) -> None:
        self._request = request
        self._pulse = pulse
        self._lines: deque[bytes] = deque()
        self._came = io.BytesIO()
        self._reader = HeadReader()
        self._connected_at: float | None = None
        self._is_over = False
        self._sockets: list[socket.socket] = []
        self._multi = pycurl.CurlMulti()
        self._curl = self._prepared(request)
        self._multi.add_handle(self._curl)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._multi.remove_handle(self._curl)
        self._curl.close()
        self._multi.close()
        for opened in self._sockets:
            opened.close()

    def read_head(self) -> Head:
        """
        Return the final head of the answer.

        Raises:
            FetchFailed: None came, or none that can be used.
        """
        while True:
            self._turn()
            while self._lines:
                self._reader.take(self._lines.popleft())
            if self._reader.head is not None:
                return self._reader.head
            self._raise_if_broken()
            self._check_head_clock()
            self._wait()

    def body(self) -> Iterator[memoryview]:
        """
        Yield the body as it comes, in pieces of no particular size, each valid until the next is asked for.

        Raises:
            FetchIncomplete: It broke off before its declared end.
            FetchTimedOut: Silence.
            FetchTooSlow: Below the minimum rate.
            BadResponse: Its chunks cannot be read.
        """
        clock = BodyClock(self._pulse, self._request.url.host)
        while True:
            size_bytes = self._came.tell()
            if size_bytes:
                clock.count(size_bytes)
                with self._came.getbuffer() as room, room[:size_bytes] as piece:
                    yield piece
                self._came.seek(0)
            self._raise_if_broken()
            if self._is_over:
                return
            self._wait()
            self._turn()
            self._lines.clear()  # trailers
            if not self._came.tell():
                clock.check()

    def _turn(self) -> None:
        self._pulse.beat()
        self._multi.perform()

    def _wait(self) -> None:
        if not self._is_over:
            self._multi.select(SLICE_S)

    def _raise_if_broken(self) -> None:
        _, finished, failed = self._multi.info_read()
        self._is_over = self._is_over or bool(finished)
        for curl, code, reason in failed:
            if self._request.proxy is not None and self._reader.head is None:
                self._raise_if_proxy_refused(curl, code)
            raise failure_of(
                code,
                os_errno=curl.getinfo(pycurl.OS_ERRNO),
                reason=reason,
                host=self._request.url.host,
                has_head=self._reader.head is not None,
            )
        if self._is_over and self._reader.head is None:
            raise BadResponse(f"{self._request.url.host} ended without an answer.")

    def _raise_if_proxy_refused(self, curl: Any, code: int) -> None:
        status = curl.getinfo(pycurl.HTTP_CONNECTCODE)
        if code == _PROXY_FAILED or status >= _FIRST_NOT_SUCCESS:
            raise ProxyRefused(self._request.url.host, status=status or None)

    def _check_head_clock(self) -> None:
        limit_s = self._pulse.limits.head_s
        if self._connected_at is not None and self._pulse.clock() - self._connected_at > limit_s:
            raise FetchTimedOut(f"{self._request.url.host} did not answer within {limit_s:g} s.")

    def _prepared(self, request: Request) -> Any:
        curl = pycurl.Curl()
        for option, value in self._options(request).items():
            curl.setopt(option, value)
        return curl

    def _options(self, request: Request) -> dict[int, Any]:
        options: dict[int, Any] = {
            pycurl.URL: request.url.full,
            pycurl.PATH_AS_IS: 1,
            pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
            pycurl.HTTPHEADER: _header_lines(request),
            pycurl.HTTP_CONTENT_DECODING: 0,
            pycurl.FOLLOWLOCATION: 0,
            **_proxy_options(request.proxy),
            pycurl.NOSIGNAL: 1,
            pycurl.FORBID_REUSE: 1,
            pycurl.BUFFERSIZE: request.read_bytes,
            pycurl.CONNECTTIMEOUT_MS: max(1, round(self._pulse.limits.connect_s * 1000)),
            pycurl.SSL_VERIFYPEER: 1,
            pycurl.SSL_VERIFYHOST: 2,
            pycurl.OPENSOCKETFUNCTION: self._open_socket,
            pycurl.PREREQFUNCTION: self._connected,
            pycurl.HEADERFUNCTION: self._lines.append,
            pycurl.WRITEFUNCTION: self._came.write,
        }
        end = request.proxy or request.url
        if end.address is None:
            options[pycurl.RESOLVE] = [_pin(end, request.addresses)]
        if request.body is not None:
            options |= {pycurl.POST: 1, pycurl.POSTFIELDS: request.body}
        if request.ca_file is not None:
            options[pycurl.CAINFO] = str(request.ca_file)
        return options

    def _open_socket(self, _purpose: int, peer: Any) -> Any:
        """Open a socket to a checked address; whatever led to another one, nothing is sent there."""
        if not self._is_checked(peer.addr[0]):
            return pycurl.SOCKET_BAD
        try:
            opened = socket.socket(peer.family, peer.socktype, peer.protocol)
        except OSError:
            return pycurl.SOCKET_BAD
        if self._request.read_bytes < READ_BYTES:  # what is not wanted should not come as far as here
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._request.read_bytes)
        self._sockets.append(opened)  # pycurl works on a duplicate; ours is closed at the end
        return opened

    def _connected(self, peer: str, _local: str, _port: int, _local_port: int) -> int:
        """Note the connection, and check the peer once more before the request goes out."""
        self._connected_at = self._pulse.clock()
        return int(pycurl.PREREQFUNC_OK if self._is_checked(peer) else pycurl.PREREQFUNC_ABORT)

    def _is_checked(self, text: str) -> bool:
        address = read_address(text)
        return address is not None and unmapped(address) in map(unmapped, self._request.addresses)


def _header_lines(request: Request) -> list[str]:
    own = {name.lower() for name, _ in request.own}
    usual = [f"{name}: {value}" for name, value in _USUAL.items() if name.lower() not in own]
    theirs = [f"{name}: {value}" for name, value in request.own]
    return [*usual, *theirs, "Accept-Encoding: identity", *request.fields]


def _proxy_options(proxy: Proxy | None) -> dict[int, Any]:
    """Return what names the proxy, or rules out any: libcurl would look at the environment."""
    if proxy is None:
        return {pycurl.PROXY: "", pycurl.NOPROXY: "*"}
    options: dict[int, Any] = {
        pycurl.PROXY: proxy.url,
        pycurl.NOPROXY: "",
        pycurl.HEADEROPT: pycurl.HEADER_SEPARATE,
        _SUPPRESS_CONNECT_HEADERS: 1,
    }
    if proxy.user is not None:
        options |= {pycurl.PROXYUSERNAME: proxy.user, pycurl.PROXYPASSWORD: proxy.password or ""}
    return options


def _pin(url: WebUrl | Proxy, addresses: Sequence[IpAddress]) -> str:
    spelled = ",".join(f"[{address}]" if address.version == 6 else str(address) for address in addresses)  # noqa: PLR2004  IPv6
    return f"{url.host}:{url.port}:{spelled}"
