"""A webhook receiver on loopback that does what a test tells it, and what it takes to tell it of events."""

import contextlib
import hashlib
import hmac
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hostile_site import PIECE_BYTES, listening

from kinodex.domain.clock import now
from kinodex.domain.events import Event
from kinodex.domain.webhooks import WAITS_S, Attempt, Delivery, Webhook
from kinodex.sources.limits import FetchLimits
from kinodex.sources.posting import CurlPoster
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.events import Events, new_event_id
from kinodex.usecases.webhooks import Webhooks

PATIENT = FetchLimits(connect_s=5.0, head_s=10.0, total_s=20.0, progress_every_s=0.05)
QUICK = FetchLimits(connect_s=2.0, head_s=1.0, idle_s=0.2, total_s=5.0, progress_every_s=0.05)


@dataclass
class Told:
    """One request of ours, read to its end, and the means to answer it."""

    connection: socket.socket
    line: str
    fields: dict[str, str]
    body: bytes
    closing: threading.Event

    @property
    def event(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def answer(self, status: int, *fields: str, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close", *fields]
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def flood(self, data: bytes) -> None:
        while not self.closing.is_set():
            self.connection.sendall(data)

    def drip(self, data: bytes, *, pause_s: float) -> None:
        for start in range(len(data)):
            self.connection.sendall(data[start : start + 1])
            if self.closing.wait(pause_s):
                return

    def stall(self) -> None:
        self.closing.wait(20)


Behaviour = Callable[[Told], None]


def taken(told: Told) -> None:
    told.answer(204)


@dataclass
class Receiver:
    """Behaves by path, in turn; the last behaviour stays. ``told`` is what arrived, by path."""

    port: int = 0
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    told: dict[str, list[Told]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str, *behaviours: Behaviour) -> str:
        """Behave so at a path; return its URL."""
        self.behaviours[path] = list(behaviours or (taken,))
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Told]:
        return self.told.get(path, [])

    def welcome(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            told = self._read(connection)
            if told is None:
                return
            path = told.line.split()[1]
            arrived = self.told.setdefault(path, [])
            arrived.append(told)
            behaviours = self.behaviours.get(path, [taken])
            behaviours[min(len(arrived), len(behaviours)) - 1](told)

    def _read(self, connection: socket.socket) -> Told | None:
        raw = b""
        while b"\r\n\r\n" not in raw:
            piece = connection.recv(PIECE_BYTES)
            if not piece:
                return None
            raw += piece
        head, _, body = raw.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        while len(body) < int(fields.get("content-length", "0")):
            body += connection.recv(PIECE_BYTES)
        return Told(connection, line, fields, body, self.closing)


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    with listening(receiver.welcome) as receiver.port:
        yield receiver
        receiver.closing.set()


@dataclass
class Clock:
    """The time of day, as a test sets it."""

    present: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.present

    def advance(self, seconds: float) -> None:
        self.present += timedelta(seconds=seconds)


class Teller:
    """The product's own parts, from the event to the wire, with a clock and a schedule of a test's."""

    def __init__(
        self,
        records: SqlRecords,
        *,
        allow: Sequence[str] = (),
        waits_s: Sequence[float] = WAITS_S,
        limits: FetchLimits = QUICK,
        **poster: Any,
    ) -> None:
        self.records = records
        self.clock = Clock()
        self.poster = CurlPoster(allow=allow, limits=limits, **poster)
        self.webhooks = Webhooks(records=records, poster=self.poster, clock=self.clock)
        self.events = Events(records=records)
        self.deliveries = Deliveries(
            records=records,
            poster=self.poster,
            kept_for=timedelta(days=30),
            is_alone=True,
            waits_s=waits_s,
            clock=self.clock,
        )

    def happen(self, type_: str = "index.task.ready", **data: Any) -> Event:
        """Let something happen."""
        event = Event(id=new_event_id(), type=type_, created_at=self.clock(), data=data)
        with self.records.write() as transaction:
            transaction.outbox.add(event)
        return event

    def round(self) -> int:
        """Make all attempts that are due; return how many."""
        claimed = self.deliveries.claim(most=16, most_failing=8)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda each: self.deliveries.attempt(each, is_stopping=lambda: False), claimed))
        return len(claimed)

    def listed(self, webhook: Webhook) -> Sequence[Delivery]:
        return self.webhooks.deliveries(webhook.id, status=None, offset=0, limit=50).items

    def only(self, webhook: Webhook) -> tuple[Delivery, Sequence[Attempt]]:
        """The one delivery of a webhook, and its attempts."""
        (delivery,) = self.listed(webhook)
        return self.webhooks.delivery(webhook.id, delivery.number)


@contextlib.contextmanager
def fresh_records(template: Path, folder: Path) -> Iterator[SqlRecords]:
    records = SqlRecords(f"sqlite:///{shutil.copyfile(template, folder / 'kinodex.db')}")
    yield records
    records.close()


def platform_accepts(fields: dict[str, str], body: bytes, secret: str, *, tolerance_s: float = 300.0) -> bool:
    """
    Verify as receivers of the platform do, written from its documentation and not from our code.

    They split the header into two parts and know of no third.
    """
    (t_name, t), (v_name, v1) = (part.split("=", 1) for part in fields["tl-signature"].split(","))
    if (t_name, v_name) != ("t", "v1") or abs(time.time() - int(t)) > tolerance_s:
        return False
    expected = hmac.new(secret.encode("utf-8"), t.encode() + b"." + body, hashlib.sha256)
    return hmac.compare_digest(expected.hexdigest(), v1)


def http_date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}"
