"""
Sending a few bytes to an address of a user's, with the same care downloads take.

The URL is admitted, its name looked up once, every answer checked and the connection made to one of these;
redirects are not followed, and little of the answer is read.
"""

import re
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from kinodex.domain.errors import (
    FetchFailed,
    UrlAddressNotAllowed,
    WebhookUrlNotSecure,
)
from kinodex.sources.admission import admit_url
from kinodex.sources.allowlist import AllowList
from kinodex.sources.exchange import Exchange, Request
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import Posted
from kinodex.sources.pulse import Pulse
from kinodex.sources.resolving import LookUp, look_up, resolve
from kinodex.sources.retrying import read_retry_after_s
from kinodex.sources.trust import ca_bundle
from kinodex.sources.urls import WebUrl

SETTING = "webhook_allow"
ANSWER_BYTES = 4096
"""So much of an answer is read; what follows is dropped with the connection."""
CLOCKS = FetchLimits(connect_s=5.0, head_s=10.0, idle_s=2.0, total_s=30.0, progress_every_s=0.2)
"""Five seconds to be connected, ten to answer; what else is sent is waited for a little only."""
ANSWER_S = 2.0

_FIXED = ("Content-Type: application/json", "Expect:")
_NOT_PLAIN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class CurlPoster:
    """
    A ``Poster`` for https, and for http to allow-listed receivers. Safe to share between threads.

    Args:
        allow: Pairs like ``127.0.0.1:9000`` that may be reached although not public, and without TLS.
        limits: Clocks.
        look_up: Turns names into addresses.
        ca_file: Trusted certificate authorities; the system's without it.

    Raises:
        ParameterInvalid: An entry of ``allow`` is no pair of host and port.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        limits: FetchLimits = CLOCKS,
        look_up: LookUp = look_up,
        ca_file: Path | None = None,
    ) -> None:
        self._allow = AllowList.of(allow, setting=SETTING)
        self._limits = limits
        self._look_up = look_up
        self._ca_file = ca_file or ca_bundle()

    def admit(self, url: str) -> None:
        """Check a URL without touching the network; see ``Poster.admit``."""
        self._admitted(url)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], check: Callable[[], None]) -> Posted:
        """Send a body; see ``Poster.post``."""
        pulse = Pulse(lambda _so_far: check(), self._limits, Path())
        target = self._admitted(url)
        try:
            request = Request(
                url=target,
                addresses=resolve(target, allow=self._allow, look_up=self._look_up, pulse=pulse),
                fields=(*_FIXED, *(f"{name}: {value}" for name, value in headers.items())),
                ca_file=self._ca_file,
                body=body,
            )
            with Exchange(request, pulse=pulse) as exchange:
                head = exchange.read_head()
                return Posted(
                    http_status=head.status,
                    answer=_shown(_beginning(exchange)),
                    retry_after_s=read_retry_after_s(head.one("retry-after"), at=head.one("date")),
                )
        except UrlAddressNotAllowed as error:
            raise _not_allowed(error) from error

    def _admitted(self, text: str) -> WebUrl:
        try:
            url = admit_url(text, allow=self._allow)
        except UrlAddressNotAllowed as error:
            raise _not_allowed(error) from error
        if url.scheme != "https" and not self._allow.covers(url.host, url.port):
            raise WebhookUrlNotSecure(url.host, url.port)
        return url


def _not_allowed(error: UrlAddressNotAllowed) -> UrlAddressNotAllowed:
    return UrlAddressNotAllowed(error.host, setting="KINODEX_WEBHOOK_ALLOW")


def _beginning(exchange: Exchange) -> bytes:
    """Return the first bytes of a body, fewer if it breaks off or dawdles: the status has been said."""
    beginning = bytearray()
    ends_at = time.monotonic() + ANSWER_S
    try:
        for chunk in exchange.body():
            beginning += chunk
            if len(beginning) >= ANSWER_BYTES or time.monotonic() > ends_at:
                break
    except FetchFailed:
        return bytes(beginning[:ANSWER_BYTES])
    return bytes(beginning[:ANSWER_BYTES])


def _shown(raw: bytes) -> str:
    """Return text that is safe to print: no control characters, nothing that turns the direction."""
    return _NOT_PLAIN.sub(" ", raw.decode("utf-8", "replace")).strip()
