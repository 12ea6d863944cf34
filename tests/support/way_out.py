"""A proxy on loopback that leads every host to one port, whatever its name."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hostile_site import listening

SOCKS = 5


@dataclass
class WayOut:
    """
    Speaks HTTP (absolute targets and CONNECT) and SOCKS 5; ``asked`` is the hosts as they were named.

    With ``refuses`` it makes no connection.
    """

    leads_to: int
    port: int = 0
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    def welcome(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            first = connection.recv(1)
            if first == bytes([SOCKS]):
                self._socks(connection)
            elif first:
                self._http(connection, first)

    def _http(self, connection: socket.socket, head: bytes) -> None:
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        self.heads.append(head)
        method, target, _ = head.split(b" ", 2)
        if self.refuses:
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.leads_to)) as onward:
            if method == b"CONNECT":
                self.asked.append(target.decode())
                connection.sendall(b"HTTP/1.1 200 Connected\r\nX-Proxy: head\r\n\r\n")
            else:
                match = re.match(rb"http://([^/]+)(.*)", target)
                assert match is not None
                self.asked.append(match[1].decode())
                onward.sendall(head.replace(target, match[2], 1))
            _pump_both(connection, onward)

    def _socks(self, connection: socket.socket) -> None:
        connection.recv(connection.recv(1)[0])
        connection.sendall(bytes([SOCKS, 0]))
        _version, _command, _, kind = connection.recv(4)
        length = connection.recv(1)[0] if kind == 3 else 4
        name = connection.recv(length)
        port = int.from_bytes(connection.recv(2), "big")
        self.asked.append(f"{name.decode() if kind == 3 else socket.inet_ntoa(name)}:{port}")
        connection.sendall(bytes([SOCKS, 2 if self.refuses else 0, 0, 1, 127, 0, 0, 1, 0, 80]))
        if not self.refuses:
            with socket.create_connection(("127.0.0.1", self.leads_to)) as onward:
                _pump_both(connection, onward)


@contextmanager
def way_out(leads_to: int, *, refuses: bool = False) -> Iterator[WayOut]:
    proxy = WayOut(leads_to, refuses=refuses)
    with listening(proxy.welcome) as proxy.port:
        yield proxy


def _pump_both(here: socket.socket, there: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(there, here), daemon=True)
    back.start()
    _pump(here, there)
    back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
