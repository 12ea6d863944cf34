"""One download: tries, redirects, and going on in the middle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kinodex.domain.errors import BadResponse, FetchFailed, FetchIncomplete, FileEmpty, TooManyRedirects
from kinodex.domain.request_headers import RequestHeaders
from kinodex.sources.admission import admit_redirect
from kinodex.sources.allowlist import AllowList
from kinodex.sources.disposition import filename_of
from kinodex.sources.exchange import READ_BYTES, Exchange, Request
from kinodex.sources.heads import Head
from kinodex.sources.notes import Note
from kinodex.sources.part import PartFile
from kinodex.sources.proxies import Proxy
from kinodex.sources.pulse import Pulse
from kinodex.sources.ranges import range_fields, strong_validator, total_if_rest
from kinodex.sources.receiving import Receiver
from kinodex.sources.resolving import LookUp, resolve, resolve_proxy
from kinodex.sources.retrying import TryLater, backoff_s, is_worth_retrying, refuse_status
from kinodex.sources.urls import WebUrl

REAL_PROGRESS_BYTES = 64 * 1024
"""A try that brought so much, and can be gone on from, does not use up the budget of tries."""

_OK, _PARTIAL, _RANGE_REFUSED = 200, 206, 416
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first head that is no redirect, who gave it, and the way to its body."""

    url: WebUrl
    head: Head
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Route:
    """
    The way from the first URL over redirects to an answer; walked anew with each try.

    ``headers`` are for the origin of the first URL: once a redirect has left it, they are not sent again.
    """

    first: WebUrl
    headers: RequestHeaders = field(repr=False)
    allow: AllowList
    look_up: LookUp
    ca_file: Path | None
    read_bytes: int = READ_BYTES
    proxy: Proxy | None = None

    @contextmanager
    def answer(self, fields: tuple[str, ...], *, pulse: Pulse) -> Iterator[Answer]:
        """
        Ask, and follow redirects, each admitted like the first URL; their bodies are not read.

        Raises:
            UrlRefused: A redirect leads where we do not go.
            FetchFailed: No answer.
        """
        url, own = self.first, self.headers
        for _ in range(pulse.limits.redirects + 1):
            request = self._request(url, fields, own=own, pulse=pulse)
            with Exchange(request, pulse=pulse) as exchange:
                head = exchange.read_head()
                if head.status not in _REDIRECTS:
                    yield Answer(url=url, head=head, exchange=exchange)
                    return
            url = self._redirected(head, url)
            own = own if url.origin == self.first.origin else ()
        raise TooManyRedirects(
            f"{self.first.host} leads through more than {pulse.limits.redirects} redirects."
        )

    def _request(self, url: WebUrl, fields: tuple[str, ...], *, own: RequestHeaders, pulse: Pulse) -> Request:
        if self.proxy is not None:
            addresses = resolve_proxy(self.proxy, look_up=self.look_up, pulse=pulse)
        else:
            addresses = resolve(url, allow=self.allow, look_up=self.look_up, pulse=pulse)
        return Request(
            url=url,
            addresses=addresses,
            fields=fields,
            own=own,
            ca_file=self.ca_file,
            read_bytes=self.read_bytes,
            proxy=self.proxy,
        )

    def _redirected(self, head: Head, url: WebUrl) -> WebUrl:
        location = head.one("location")
        if location is None:
            raise BadResponse(f"{url.host} redirects (HTTP status {head.status}) and does not say where.")
        return admit_redirect(location, base=url, allow=self.allow)


class Download:
    """
    Brings the whole file into its part.

    ``resumed`` counts the answers that went on in the middle.
    """

    def __init__(self, route: Route, *, part: PartFile, receiver: Receiver, pulse: Pulse, note: Note) -> None:
        self.resumed = 0
        self._route = route
        self._part = part
        self._receiver = receiver
        self._pulse = pulse
        self._note = note
        self._failures = 0
        self._best_bytes = 0

    def run(self) -> None:
        """
        Try until the file is whole or trying is of no more use.

        Raises:
            KinodexError: As ``VideoFetcher.fetch`` says.
        """
        while not self._part.is_whole:
            try:
                self._try()
            except TryLater as refusal:
                self._wait_after(refusal.failure, wait_s=refusal.after_s)
            except FetchFailed as failure:
                if not is_worth_retrying(failure):
                    raise
                self._wait_after(failure, wait_s=None)
            else:
                break
        if not self._part.size_bytes:
            raise FileEmpty

    def _try(self) -> None:
        validator = self._part.validator
        if validator is None:
            self._part.clear()
            fields: tuple[str, ...] = ()
        else:
            fields = range_fields(self._part.size_bytes, validator=validator)
        with self._route.answer(fields, pulse=self._pulse) as answer:
            self._prepare(answer, validator=validator)
            self._receiver.take(answer.exchange.body(), head=answer.head)
        if self._part.total_bytes is not None and not self._part.is_whole:
            raise FetchIncomplete(
                f"{answer.url.host} sent {self._part.size_bytes} of {self._part.total_bytes} bytes."
            )

    def _prepare(self, answer: Answer, *, validator: str | None) -> None:
        head = answer.head
        if head.status == _OK:
            self._begin(answer)
        elif validator is not None and head.status in {_PARTIAL, _RANGE_REFUSED}:
            self._go_on(answer, validator=validator)
        elif head.status == _PARTIAL:
            raise BadResponse(f"{answer.url.host} sent a part of the file; the whole was asked for.")
        else:
            refuse_status(head, host=answer.url.host, limits=self._pulse.limits)

    def _begin(self, answer: Answer) -> None:
        total_bytes = answer.head.length_bytes()
        self._part.begin(
            validator=strong_validator(answer.head),
            total_bytes=total_bytes,
            filename=filename_of(answer.head, first=self._route.first, last=answer.url),
        )
        self._receiver.check_room(total_bytes)

    def _go_on(self, answer: Answer, *, validator: str) -> None:
        """Check that the answer is the rest of the same file; if not, forget the first part and ask anew."""
        total_bytes = total_if_rest(
            answer.head,
            offset_bytes=self._part.size_bytes,
            validator=validator,
            total_bytes=self._part.total_bytes,
        )
        if total_bytes is None:
            self._part.clear()
            raise TryLater(
                FetchIncomplete(f"{answer.url.host} answered with another part than asked for."), after_s=0.0
            )
        self._part.total_bytes = total_bytes
        self._receiver.check_room(total_bytes)
        self.resumed += 1

    def _wait_after(self, failure: FetchFailed, *, wait_s: float | None) -> None:
        """
        Count a failed try and wait before the next.

        Raises:
            FetchFailed: The failure, when that was the last try or the time is over.
        """
        limits = self._pulse.limits
        self._part.sync()
        self._count_failure()
        if wait_s is None:
            wait_s = backoff_s(self._failures, limits=limits)
        if self._failures >= limits.attempts or wait_s >= self._pulse.left_s:
            raise failure
        self._note(
            "download is tried again",
            host=self._route.first.host,
            code=failure.code,
            reason=failure.message,
            here_bytes=self._part.size_bytes,
            wait_s=round(wait_s, 1),
        )
        self._pulse.wait_after(failure, wait_s)

    def _count_failure(self) -> None:
        """Count, and begin to count anew after real progress: more than ever is here and will be used."""
        here_bytes = self._part.size_bytes
        if self._part.validator is not None and here_bytes >= self._best_bytes + REAL_PROGRESS_BYTES:
            self._failures, self._best_bytes = 0, here_bytes
        self._failures += 1
