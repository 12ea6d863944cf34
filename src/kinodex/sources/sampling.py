"""Reading a little of a video: under the same guards as a download, with nothing on the disk."""

import re
from collections.abc import Collection
from pathlib import Path

from kinodex.domain.errors import BadResponse, FetchFailed, FileEmpty
from kinodex.domain.request_headers import RequestHeaders
from kinodex.domain.sniff import SNIFFED_BYTES
from kinodex.sources.admission import admit_url
from kinodex.sources.allowlist import AllowList
from kinodex.sources.disposition import filename_of
from kinodex.sources.download import Answer, Route
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import FetchedSoFar, Sample
from kinodex.sources.proxies import parse_proxy
from kinodex.sources.pulse import Pulse
from kinodex.sources.ranges import strong_validator
from kinodex.sources.receiving import refuse_by_beginning
from kinodex.sources.resolving import LookUp, look_up
from kinodex.sources.retrying import TryLater, backoff_s, is_worth_retrying, refuse_status
from kinodex.sources.trust import ca_bundle

READ_BYTES = 16 * 1024
"""Small, so that little more than wanted comes from a source that gives no parts."""

_OK, _PARTIAL, _RANGE_REFUSED = 200, 206, 416
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


class CurlSampler:
    """
    A ``SourceSampler`` for http and https. Holds no state; safe to share between threads.

    Args:
        allow: Pairs like ``127.0.0.1:9000`` that may be reached although not public.
        limits: Clocks and budgets.
        look_up: Turns names into addresses.
        ca_file: Trusted certificate authorities; the system's without it.
        proxy: URL of the proxy that requests go through, if one is used.

    Raises:
        ParameterInvalid: An entry of ``allow`` is no pair of host and port, or ``proxy`` no proxy.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        limits: FetchLimits | None = None,
        look_up: LookUp = look_up,
        ca_file: Path | None = None,
        proxy: str | None = None,
    ) -> None:
        self._allow = AllowList.of(allow)
        self._limits = limits or FetchLimits()
        self._look_up = look_up
        self._ca_file = ca_file or ca_bundle()
        self._proxy = None if proxy is None else parse_proxy(proxy)

    def sample(self, url: str, *, start: int, length: int, headers: RequestHeaders = ()) -> Sample:
        """Read at most ``length`` bytes from an offset; see ``SourceSampler.sample``."""
        first = admit_url(url, allow=self._allow)
        pulse = Pulse(_unheeded, self._limits, Path())
        route = Route(
            first,
            headers=headers,
            allow=self._allow,
            look_up=self._look_up,
            ca_file=self._ca_file,
            read_bytes=READ_BYTES,
            proxy=self._proxy,
        )
        failures = 0
        while True:
            try:
                return self._try(route, pulse, start=start, length=length)
            except (TryLater, FetchFailed) as error:
                failures += 1
                self._wait_after(error, failures, pulse)

    def _try(self, route: Route, pulse: Pulse, *, start: int, length: int) -> Sample:
        fields = (f"Range: bytes={start}-{start + length - 1}",)
        with route.answer(fields, pulse=pulse) as answer:
            offset, total_bytes = self._extent(answer, start=start)
            content = _taken(answer, length) if offset == start else b""
            if start == 0:
                if not content:
                    raise FileEmpty
                if len(content) >= min(SNIFFED_BYTES, total_bytes or SNIFFED_BYTES):
                    refuse_by_beginning(content[:SNIFFED_BYTES], answer.head, kind="video")
            return Sample(
                content=content,
                start=offset,
                total_bytes=total_bytes,
                validator=strong_validator(answer.head),
                filename=filename_of(answer.head, first=route.first, last=answer.url),
            )

    def _extent(self, answer: Answer, *, start: int) -> tuple[int, int | None]:
        """Return where the body of an answer lies in the file, and the length of the file."""
        head, host = answer.head, answer.url.host
        if head.status == _OK:
            return 0, head.length_bytes()
        if head.status == _PARTIAL:
            match = _CONTENT_RANGE.fullmatch(head.one("content-range") or "")
            if match is None or int(match[1]) != start:
                raise BadResponse(f"{host} answered with another part than asked for.")
            return start, None if match[3] == "*" else int(match[3])
        if head.status == _RANGE_REFUSED and start == 0:
            raise FileEmpty
        refuse_status(head, host=host, limits=self._limits)
        raise AssertionError("a refused status raises")

    def _wait_after(self, error: TryLater | FetchFailed, failures: int, pulse: Pulse) -> None:
        """
        Wait before the next try.

        Raises:
            FetchFailed: That was the last, or another would do no better.
        """
        failure = error.failure if isinstance(error, TryLater) else error
        wait_s = error.after_s if isinstance(error, TryLater) else None
        if wait_s is None:
            wait_s = backoff_s(failures, limits=self._limits)
        is_hopeless = isinstance(error, FetchFailed) and not is_worth_retrying(error)
        if is_hopeless or failures >= self._limits.attempts or wait_s >= pulse.left_s:
            raise failure
        pulse.wait_after(failure, wait_s)


def _taken(answer: Answer, length: int) -> bytes:
    """Return the beginning of a body; the rest is not read."""
    content = bytearray()
    for chunk in answer.exchange.body():
        content += chunk
        if len(content) >= length:
            break
    return bytes(content[:length])


def _unheeded(_so_far: FetchedSoFar) -> None:
    """Nobody waits for the progress of a sample."""
