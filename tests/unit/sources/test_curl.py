"""What a download brings and what it refuses, against a site on loopback."""

import gzip
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_site import LIMIT_BYTES, QUICK, Downloader, Site, Visit, listening
from structlog.testing import capture_logs

from kinodex.domain.errors import (
    BadResponse,
    ConnectionFailed,
    DnsFailed,
    EncodingUnsupported,
    FetchTimedOut,
    FileEmpty,
    FileTooLarge,
    HttpStatusRefused,
    KinodexError,
    NotAVideo,
    StorageFull,
    TooManyRedirects,
    UrlAddressNotAllowed,
    UrlCredentialsNotAllowed,
    UrlHostUnsupported,
    UrlInvalid,
    UrlPortNotAllowed,
    UrlRefused,
    UrlSchemeNotAllowed,
)
from kinodex.sources.curl import CurlFetcher
from kinodex.sources.protocols import FetchedSoFar

# --- what comes ----------------------------------------------------------------------------------


def test_a_plain_file_comes_whole_with_one_plain_get(site: Site, download: Downloader, video: bytes) -> None:
    fetched = download(site.serve(video, 'ETag: "a"'))

    assert download.holds(fetched, video)
    assert (fetched.filename, fetched.resumed) == ("clip.mp4", 0)
    [visit] = site.visits
    assert visit.method == "GET"
    assert visit.fields["accept-encoding"] == "identity"
    assert not {"range", "if-range", "cookie", "authorization", "referer"} & set(visit.fields)


def test_chunks_come_whole_and_trailers_are_ignored(site: Site, download: Downloader, video: bytes) -> None:
    def chunked(visit: Visit) -> None:
        visit.head(200, "Transfer-Encoding: chunked")
        for start in range(0, len(video), 50_000):
            piece = video[start : start + 50_000]
            visit.send(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece))
        visit.send(b"0\r\nX-Trailer: t\r\n\r\n")

    assert download.holds(download(site.on("/v", chunked)), video)


def test_a_body_that_ends_with_the_connection_comes_whole(
    site: Site, download: Downloader, video: bytes
) -> None:
    url = site.on("/v", lambda visit: visit.send(b"HTTP/1.0 200 OK\r\n\r\n" + video))

    assert download.holds(download(url), video)


@pytest.mark.parametrize(
    "field", ["Content-Type: text/html", "Content-Encoding: gzip", "Content-Encoding: br"]
)
def test_the_bytes_are_believed_more_than_the_labels(
    site: Site, download: Downloader, video: bytes, field: str
) -> None:
    assert download.holds(download(site.serve(video, field)), video)


def test_a_host_may_be_slow_to_begin(site: Site, download: Downloader, video: bytes) -> None:
    def slow(visit: Visit) -> None:
        site.closing.wait(QUICK.head_s / 2)
        visit.answer(video)

    assert download.holds(download(site.on("/v", slow)), video)


def test_the_query_is_sent_and_told_to_nobody(site: Site, download: Downloader, video: bytes) -> None:
    def signed(visit: Visit) -> None:
        if visit.number == 1:
            visit.answer(b"", status=503)
        else:
            visit.answer(video if visit.target.endswith("?token=s3cret%2F") else b"")

    with capture_logs() as logs:
        fetched = download(site.on("/clip.mp4", signed) + "?token=s3cret%2F#part")

    assert download.holds(fetched, video)
    assert logs
    assert "s3cret" not in str(logs) + str(fetched)


def test_progress_ends_at_the_whole_length(site: Site, download: Downloader, video: bytes) -> None:
    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.02))
    download(url)

    assert len(download.progress) > 3
    assert download.progress == sorted(download.progress, key=lambda told: told[0])
    assert download.progress[-1][1] == len(video)


def test_what_progress_raises_ends_the_download(site: Site, download: Downloader, video: bytes) -> None:
    class Withdrawn(Exception):
        pass

    def withdraw(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes:
            raise Withdrawn

    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.02))
    with pytest.raises(Withdrawn):
        download.fetcher().fetch(url, download.target, limit_bytes=LIMIT_BYTES, progress=withdraw)

    assert site.sent_bytes < len(video)
    assert download(url).resumed == 1


def test_a_silent_host_can_be_withdrawn_from(site: Site, download: Downloader) -> None:
    class Withdrawn(Exception):
        pass

    def withdraw(_so_far: FetchedSoFar) -> None:
        if site.visits:
            raise Withdrawn

    with pytest.raises(Withdrawn):
        download.fetcher().fetch(
            site.on("/v", Visit.stall), download.target, limit_bytes=LIMIT_BYTES, progress=withdraw
        )


def test_downloads_side_by_side_do_not_mix(site: Site, tmp_path: Path) -> None:
    contents = {
        f"/{name}": bytes([0, 0, 0, 20]) + b"ftyp" + bytes([65 + name]) * 300_000 for name in range(6)
    }
    fetcher = CurlFetcher(allow=[f"127.0.0.1:{site.port}"], free_space_bytes=0, limits=QUICK)
    digests: dict[str, bytes] = {}

    def fetch(path: str) -> None:
        target = tmp_path / path[1:]
        url = f"http://127.0.0.1:{site.port}{path}"
        fetcher.fetch(url, target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None)
        digests[path] = target.read_bytes()

    for path, content in contents.items():
        site.on(path, lambda visit, content=content: visit.range(content))
    threads = [threading.Thread(target=fetch, args=(path,)) for path in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert digests == contents


def test_a_transcript_may_be_a_text(site: Site, download: Downloader) -> None:
    text = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"

    assert download.holds(download(site.serve(text), kind="text"), text)


# --- headers of the user's own -------------------------------------------------------------------

OWN = (("Authorization", "Bearer s3cret"), ("X-Key", "k"), ("User-Agent", "mine/1"))


def test_headers_are_sent_with_every_request_and_replace_ours(
    site: Site, download: Downloader, video: bytes
) -> None:
    def breaking(visit: Visit) -> None:
        if visit.number > 2:
            visit.redirect("/moved")
        else:
            visit.range(video, stop=None if visit.number > 1 else len(video) // 2)

    site.on("/moved", breaking)
    with capture_logs() as logs:
        fetched = download(site.on("/v", lambda visit: visit.redirect("/moved")), headers=OWN)

    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert len(site.visits) == 4
    for visit in site.visits:
        assert {name.lower(): value for name, value in OWN}.items() <= visit.fields.items()
    assert "s3cret" not in str(logs) + str(fetched)


def test_headers_are_not_sent_to_another_origin_nor_on_the_way_back(
    site: Site, download: Downloader, video: bytes
) -> None:
    other = Site()
    with listening(other.welcome) as other.port:
        home = f"http://127.0.0.1:{site.port}"
        away = other.on("/away", lambda visit: visit.redirect(f"{home}/clip.mp4"))
        site.on("/v", lambda visit: visit.redirect(away))
        site.serve(video)
        fetcher = CurlFetcher(
            allow=[f"127.0.0.1:{site.port}", f"127.0.0.1:{other.port}"], free_space_bytes=0, limits=QUICK
        )
        fetcher.fetch(
            f"{home}/v",
            download.target,
            limit_bytes=LIMIT_BYTES,
            progress=lambda _so_far: None,
            headers=OWN,
        )

    assert "authorization" in site.visits[0].fields
    for visit in (other.visits[0], site.visits[1]):
        assert not {"authorization", "x-key"} & set(visit.fields)
        assert visit.fields["user-agent"].startswith("kinodex/")


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, download: Downloader, video: bytes, status: int) -> None:
    site.serve(video)
    url = site.on("/a/b", lambda visit: visit.redirect("../clip.mp4", status=status))

    fetched = download(url)

    assert download.holds(fetched, video)
    assert fetched.filename == "clip.mp4"
    assert [visit.method for visit in site.visits] == ["GET", "GET"]


def test_the_body_of_a_redirect_is_not_read(site: Site, download: Downloader, video: bytes) -> None:
    def endless(visit: Visit) -> None:
        visit.head(302, "Location: /clip.mp4")
        visit.flood(b"x" * 65536)

    site.serve(video)

    assert download.holds(download(site.on("/v", endless)), video)
    assert site.sent_bytes < len(video) + 16 * 1024**2


def test_a_chain_has_an_end(site: Site, download: Downloader, video: bytes) -> None:
    def hop(visit: Visit) -> None:
        left = int(visit.target.rpartition("=")[2])
        visit.redirect(f"/hop?left={left - 1}") if left else visit.answer(video)

    url = site.on("/hop", hop)

    assert download.holds(download(f"{url}?left={QUICK.redirects}"), video)
    with pytest.raises(TooManyRedirects):
        download(f"{url}?left={QUICK.redirects + 1}")
    with pytest.raises(TooManyRedirects):
        download(site.on("/loop", lambda visit: visit.redirect("/loop")))


TRAPS = {
    "http://127.0.0.1:TRAP/": UrlAddressNotAllowed,
    "http://127.0.0.2:TRAP/": UrlAddressNotAllowed,
    "//127.0.0.1:TRAP/": UrlAddressNotAllowed,
    "http://localhost:TRAP/": UrlAddressNotAllowed,
    "http://a.localhost.:TRAP/": UrlAddressNotAllowed,
    "http://0.0.0.0:TRAP/": UrlAddressNotAllowed,
    "http://[::1]:TRAP/": UrlAddressNotAllowed,
    "http://[::ffff:127.0.0.1]:TRAP/": UrlAddressNotAllowed,
    "http://[::127.0.0.1]:TRAP/": UrlAddressNotAllowed,
    "http://[64:ff9b::7f00:1]:TRAP/": UrlAddressNotAllowed,
    "http://[2002:7f00:1::]:TRAP/": UrlAddressNotAllowed,
    "http://169.254.169.254/latest/meta-data/": UrlAddressNotAllowed,
    "http://[fd00:ec2::254]/latest/meta-data/": UrlAddressNotAllowed,
    "http://metadata.google.internal/": UrlAddressNotAllowed,
    "http://192.168.0.1:TRAP/": UrlAddressNotAllowed,
    "http://8.8.8.8:25/": UrlPortNotAllowed,
    "http://2130706433:TRAP/": UrlInvalid,
    "http://0x7f.1:TRAP/": UrlInvalid,
    "http://127.1:TRAP/": UrlInvalid,
    "http://%31%32%37.0.0.1:TRAP/": UrlInvalid,
    "http://127.0.0.1:TRAP\\@good.example/": UrlInvalid,
    "/\\127.0.0.1:TRAP/": UrlInvalid,
    "http://[::1": UrlInvalid,
    "http://good.example@127.0.0.1:TRAP/": UrlCredentialsNotAllowed,
    "http://127.0.0.1:SITE@127.0.0.1:TRAP/": UrlCredentialsNotAllowed,
    "file:///etc/passwd": UrlSchemeNotAllowed,
    "ftp://127.0.0.1:TRAP/": UrlSchemeNotAllowed,
    "data:video/mp4;base64,AAAA": UrlSchemeNotAllowed,
    "https://www.youtube.com/watch?v=1": UrlHostUnsupported,
}


@pytest.mark.parametrize(("to", "refusal"), TRAPS.items())
def test_a_redirect_goes_nowhere_a_user_may_not_go(
    site: Site, download: Downloader, to: str, refusal: type[UrlRefused]
) -> None:
    to = to.replace("TRAP", str(site.trap_port)).replace("SITE", str(site.port))
    with pytest.raises(refusal):
        download(site.on("/v", lambda visit: visit.redirect(to)))

    assert site.trapped == 0
    assert len(site.visits) == 1
    assert not download.left()


def test_a_redirect_without_a_place_is_a_bad_answer(site: Site, download: Downloader) -> None:
    with pytest.raises(BadResponse):
        download(site.on("/v", lambda visit: visit.answer(b"", status=302)))


def test_a_line_break_in_a_redirect_stays_encoded(site: Site, download: Downloader) -> None:
    with pytest.raises(HttpStatusRefused):
        download(site.on("/v", lambda visit: visit.redirect("/x%0d%0aX-Injected:%201")))
    assert "x-injected" not in site.visits[-1].fields


# --- addresses -----------------------------------------------------------------------------------


def test_the_connection_goes_to_the_address_that_was_checked(
    site: Site, download: Downloader, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{site.trap_port}")
    asked: list[str] = []

    def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    site.serve(video)
    fetcher = CurlFetcher(
        allow=[f"videos.example:{site.port}"], free_space_bytes=0, limits=QUICK, look_up=look_up
    )
    url = f"http://videos.example:{site.port}/clip.mp4"
    fetcher.fetch(url, download.target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None)

    assert asked == ["videos.example"]
    assert site.visits[0].fields["host"] == f"videos.example:{site.port}"
    assert site.trapped == 0


def test_a_name_that_changes_its_mind_reaches_nothing(site: Site, download: Downloader) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    fetcher = CurlFetcher(
        allow=[f"127.0.0.1:{site.port}"],
        free_space_bytes=0,
        limits=QUICK,
        look_up=lambda _h, _p: next(answers),
    )
    url = f"http://rebound.example:{site.port}/v"
    site.on("/v", lambda visit: visit.answer(b"", status=503))

    with pytest.raises(UrlAddressNotAllowed, match=r"rebound\.example") as refusal:
        fetcher.fetch(url, download.target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None)
    assert "10.0.0.1" not in refusal.value.message
    assert len(site.visits) == 1


def test_a_name_that_is_not_there_is_asked_for_once(download: Downloader) -> None:
    fetcher = CurlFetcher(free_space_bytes=0, limits=QUICK)
    with pytest.raises(DnsFailed):
        fetcher.fetch(
            "http://nothing-here.invalid/v.mp4",
            download.target,
            limit_bytes=LIMIT_BYTES,
            progress=lambda _so_far: None,
        )


def test_nobody_listening_is_a_failed_connection_without_its_address(
    site: Site, download: Downloader
) -> None:
    fetcher = CurlFetcher(
        allow=["gone.example:9"], free_space_bytes=0, limits=QUICK, look_up=lambda _h, _p: ["127.0.0.1"]
    )
    with pytest.raises(ConnectionFailed) as failure:
        fetcher.fetch(
            "http://gone.example:9/v.mp4?s3cret",
            download.target,
            limit_bytes=LIMIT_BYTES,
            progress=lambda _so_far: None,
        )
    assert "gone.example" in failure.value.message
    assert "127.0.0.1" not in failure.value.message
    assert "s3cret" not in failure.value.message


# --- what is refused -----------------------------------------------------------------------------


def refusal_of(download: Downloader, url: str, **changes: int) -> tuple[KinodexError, set[str]]:
    with pytest.raises(KinodexError) as refusal:
        download(url, **changes)
    return refusal.value, download.left()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<!doctype html><title>Sign in</title>", "an HTML page (a login or share page?)"),
        (b'{"error":"expired"}', "a JSON document"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/seg.ts\n", "an HLS playlist (m3u8), not the video itself"),
        (b"PK\x03\x04" + bytes(5000), "a ZIP archive"),
        (bytes(5000), "nothing but zero bytes"),
        (b"\0", "nothing but zero bytes"),
    ],
)
def test_something_else_is_named(site: Site, download: Downloader, content: bytes, found: str) -> None:
    error, left = refusal_of(download, site.serve(content, "Content-Type: video/mp4", 'ETag: "a"'))

    assert isinstance(error, NotAVideo)
    assert error.found == found
    assert not left


def test_the_rest_of_something_else_is_not_fetched(site: Site, download: Downloader) -> None:
    def page(visit: Visit) -> None:
        visit.head(200)
        visit.send(b"<html>")
        visit.flood(b" " * 65536)

    error, left = refusal_of(download, site.on("/v", page))

    assert isinstance(error, NotAVideo)
    assert site.sent_bytes < 16 * 1024**2
    assert not left


def test_an_empty_file_is_told_as_such(site: Site, download: Downloader) -> None:
    error, left = refusal_of(download, site.serve(b"", 'ETag: "a"'))

    assert isinstance(error, FileEmpty)
    assert not left


def test_a_file_declared_too_large_is_not_begun(site: Site, download: Downloader) -> None:
    def huge(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {1 << 40}", 'ETag: "a"')
        visit.flood(bytes(65536))

    error, left = refusal_of(download, site.on("/v", huge))

    assert isinstance(error, FileTooLarge)
    assert str(1 << 40) in error.message
    assert not left


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(
    site: Site, download: Downloader, video: bytes
) -> None:
    url = site.serve(video)

    assert download.holds(download(url, limit_bytes=len(video)), video)
    assert isinstance(refusal_of(download, url, limit_bytes=len(video) - 1)[0], FileTooLarge)


def test_a_file_without_end_is_cut_at_the_limit(site: Site, download: Downloader, video: bytes) -> None:
    def endless(visit: Visit) -> None:
        visit.head(200)
        visit.send(video)
        visit.flood(bytes(65536))

    error, left = refusal_of(download, site.on("/v", endless), limit_bytes=2_000_000)

    assert isinstance(error, FileTooLarge)
    assert site.sent_bytes < 24 * 1024**2
    assert not left


def test_a_file_that_does_not_fit_beside_the_reserve_is_not_begun(
    site: Site, download: Downloader, video: bytes
) -> None:
    error, left = refusal_of(download, site.serve(video), reserve_bytes=1 << 60)

    assert isinstance(error, StorageFull)
    assert not left


@pytest.mark.parametrize("kind", ["video", "text"])
def test_a_compressed_file_is_refused_unopened(site: Site, download: Downloader, kind: str) -> None:
    bomb = gzip.compress(bytes(4 * 1024**2), 9) * 50

    with pytest.raises(EncodingUnsupported):
        download(site.serve(bomb, "Content-Encoding: gzip"), kind=kind)  # type: ignore[arg-type]
    assert not download.left()


def test_a_compressed_file_without_a_label_is_an_archive(
    site: Site, download: Downloader, video: bytes
) -> None:
    error, _ = refusal_of(download, site.serve(gzip.compress(video, 1)))

    assert isinstance(error, NotAVideo)
    assert "gzip" in error.found


@pytest.mark.parametrize("status", [204, 304, 400, 401, 403, 404, 410, 451])
def test_a_refusal_is_asked_for_once(site: Site, download: Downloader, status: int) -> None:
    def refuse(visit: Visit) -> None:
        visit.head(status)
        if status == 404:
            visit.flood(b"x" * 65536)

    error, _ = refusal_of(download, site.on("/v", refuse))

    assert isinstance(error, HttpStatusRefused)
    assert error.status == status
    assert len(site.visits) == 1


BAD_ANSWERS = {
    "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "http 0.9": b"\x00\x00\x00\x14ftypisom" + bytes(5000),
    "letters": b"HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n",
    "600": b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "unasked part": b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nab",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
    "garbage length": b"HTTP/1.1 200 OK\r\nContent-Length: 12abc\r\n\r\nabc",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "length and chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    ),
    "packed chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "huge chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n",
    "many fields": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000 + b"\r\n",
    "long field": b"HTTP/1.1 200 OK\r\nA: " + b"a" * 1024**2 + b"\r\n\r\n",
    "many heads": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
}


@pytest.mark.parametrize("raw", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_an_improper_answer_is_asked_for_once(site: Site, download: Downloader, raw: bytes) -> None:
    error, left = refusal_of(download, site.on("/v", lambda visit: visit.send(raw)))

    assert isinstance(error, BadResponse)
    assert len(site.visits) == 1
    assert not left


def test_the_total_time_has_an_end(site: Site, download: Downloader, video: bytes) -> None:
    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.1))
    with pytest.raises(FetchTimedOut, match=r"0\.5 s"):
        download(url, limits=replace(QUICK, total_s=0.5))
    assert len(site.visits) == 1
