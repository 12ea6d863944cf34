"""Trying again and going on in the middle, against a site that breaks off, stalls and changes."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_site import QUICK, Downloader, Site, Visit, made_video

from kinodex.domain.errors import (
    BadResponse,
    ConnectionFailed,
    FetchIncomplete,
    FetchTimedOut,
    FetchTooSlow,
    HttpStatusRefused,
    RateLimitedBySource,
)

OLD_DATE = "Tue, 01 Jul 2025 00:00:00 GMT"

# --- going on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_broken_download_goes_on_in_the_middle(
    site: Site, download: Downloader, video: bytes, is_reset: bool
) -> None:
    def breaking(visit: Visit) -> None:
        visit.range(video, stop=len(video) // 2 if visit.number == 1 else None)
        if is_reset and visit.number == 1:
            site.closing.wait(0.1)
            visit.reset()

    fetched = download(site.on("/v", breaking))

    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert site.visits[1].fields["range"] == f"bytes={len(video) // 2}-"
    assert site.visits[1].fields["if-range"] == '"v1"'
    assert site.sent_bytes < len(video) + 5000


def test_real_progress_does_not_use_up_the_tries(site: Site, download: Downloader) -> None:
    video = made_video(10 * 70_000)

    fetched = download(site.on("/v", lambda visit: visit.range(video, stop=70_000)))

    assert download.holds(fetched, video)
    assert fetched.resumed == 9 > QUICK.attempts


def test_little_progress_does(site: Site, download: Downloader, video: bytes) -> None:
    with pytest.raises(FetchIncomplete):
        download(site.on("/v", lambda visit: visit.range(video, stop=1000)))
    assert len(site.visits) == QUICK.attempts


def test_progress_that_is_lost_again_does(site: Site, download: Downloader, video: bytes) -> None:
    def fickle(visit: Visit) -> None:
        visit.range(video, etag=f'"{visit.number}"', stop=len(video) // 2)

    with pytest.raises(FetchIncomplete):
        download(site.on("/v", fickle))
    assert len(site.visits) <= QUICK.attempts + 1


def test_a_file_with_only_a_date_is_gone_on_from_if_the_date_is_sure(
    site: Site, download: Downloader, video: bytes
) -> None:
    dates = (f"Last-Modified: {OLD_DATE}", "Date: Wed, 02 Jul 2025 00:00:00 GMT")

    def dated(visit: Visit) -> None:
        if visit.number == 1:
            visit.head(200, f"Content-Length: {len(video)}", *dates)
            visit.send(video[:200_000])
        else:
            assert visit.fields["if-range"] == OLD_DATE
            part = f"Content-Range: bytes 200000-{len(video) - 1}/{len(video)}"
            visit.answer(video[200_000:], part, *dates, status=206)

    fetched = download(site.on("/v", dated))

    assert download.holds(fetched, video)
    assert fetched.resumed == 1


def test_a_stalled_download_goes_on_in_the_middle(site: Site, download: Downloader, video: bytes) -> None:
    def stalling(visit: Visit) -> None:
        visit.range(video, stop=200_000 if visit.number == 1 else None)
        if visit.number == 1:
            visit.stall()

    fetched = download(site.on("/v", stalling))

    assert download.holds(fetched, video)
    assert fetched.resumed == 1


# --- never two files in one ----------------------------------------------------------------------


@pytest.mark.parametrize("etag", ['W/"v1"', "", "v1"])
def test_without_a_strong_validator_all_is_fetched_anew(
    site: Site, download: Downloader, video: bytes, other_video: bytes, etag: str
) -> None:
    def changing(visit: Visit) -> None:
        content = video if visit.number == 1 else other_video
        visit.head(200, f"Content-Length: {len(content)}", *([f"ETag: {etag}"] if etag else []))
        visit.send(content[: 200_000 if visit.number == 1 else None])

    fetched = download(site.on("/v", changing))

    assert download.holds(fetched, other_video)
    assert "range" not in site.visits[1].fields
    assert fetched.resumed == 0


def test_a_file_that_changed_is_fetched_anew(
    site: Site, download: Downloader, video: bytes, other_video: bytes
) -> None:
    def changing(visit: Visit) -> None:
        if visit.number == 1:
            visit.range(video, stop=200_000)
        else:
            visit.range(other_video, etag='"v2"')

    fetched = download(site.on("/v", changing))

    assert download.holds(fetched, other_video)
    assert len(site.visits) == 2


def test_a_host_that_ignores_ranges_is_not_appended(site: Site, download: Downloader, video: bytes) -> None:
    def ignoring(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {len(video)}", 'ETag: "v1"')
        visit.send(video[: 200_000 if visit.number == 1 else None])

    assert download.holds(download(site.on("/v", ignoring)), video)


RUDE = {
    "another file": ('"v2"', "bytes 200000-399999/400000", 206),
    "no validator": ("", "bytes 200000-399999/400000", 206),
    "another start": ('"v1"', "bytes 199000-399999/400000", 206),
    "another length": ('"v1"', "bytes 200000-399999/400001", 206),
    "another end": ('"v1"', "bytes 200000-399998/400000", 206),
    "no range": ('"v1"', "", 206),
    "refused": ('"v1"', "bytes */400000", 416),
}


@pytest.mark.parametrize(("etag", "part", "status"), RUDE.values(), ids=RUDE.keys())
def test_a_part_that_is_not_the_rest_is_not_appended(
    site: Site, download: Downloader, video: bytes, other_video: bytes, etag: str, part: str, status: int
) -> None:
    def rude(visit: Visit) -> None:
        if visit.number == 1:
            visit.range(video, stop=200_000)
        elif visit.offset is not None:
            fields = [f"ETag: {etag}"] * bool(etag) + [f"Content-Range: {part}"] * bool(part)
            visit.answer(other_video[200_000:], *fields, status=status)
        else:
            visit.answer(other_video)

    assert download.holds(download(site.on("/v", rude)), other_video)


# --- trying again --------------------------------------------------------------------------------


def test_a_broken_connection_is_tried_again(site: Site, download: Downloader, video: bytes) -> None:
    def resetting(visit: Visit) -> None:
        visit.reset() if visit.number == 1 else visit.answer(video)

    assert download.holds(download(site.on("/v", resetting)), video)


def test_a_connection_that_always_breaks_is_given_up(site: Site, download: Downloader) -> None:
    with pytest.raises(ConnectionFailed):
        download(site.on("/v", Visit.reset))
    assert len(site.visits) == QUICK.attempts


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_failing_host_is_tried_again_and_given_up(site: Site, download: Downloader, status: int) -> None:
    with pytest.raises(HttpStatusRefused):
        download(site.on("/v", lambda visit: visit.answer(b"", status=status)))
    assert len(site.visits) == QUICK.attempts


def test_a_host_that_recovers_is_waited_for(site: Site, download: Downloader, video: bytes) -> None:
    def recovering(visit: Visit) -> None:
        if visit.number < QUICK.attempts:
            visit.answer(b"", status=500)
        else:
            visit.answer(video)

    assert download.holds(download(site.on("/v", recovering)), video)


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_a_host_asks_for_is_kept(
    site: Site, download: Downloader, video: bytes, status: int
) -> None:
    at: list[float] = []

    def busy(visit: Visit) -> None:
        at.append(time.monotonic())
        if visit.number == 1:
            visit.answer(b"", "Retry-After: 1", status=status)
        else:
            visit.answer(video)

    assert download.holds(download(site.on("/v", busy)), video)
    assert at[1] - at[0] >= 0.95


def test_a_host_that_asks_for_a_day_is_given_up_at_once(site: Site, download: Downloader) -> None:
    with pytest.raises(RateLimitedBySource, match="86400 s"):
        download(site.on("/v", lambda visit: visit.answer(b"", "Retry-After: 86400", status=429)))
    assert len(site.visits) == 1


def test_too_many_requests_for_ever_is_told_as_such(site: Site, download: Downloader) -> None:
    with pytest.raises(RateLimitedBySource):
        download(site.on("/v", lambda visit: visit.answer(b"", status=429)))
    assert len(site.visits) == QUICK.attempts


ONCE = replace(QUICK, attempts=1)


@pytest.mark.parametrize("missing", [1, 1000])
def test_a_length_that_promises_too_much_is_noticed(
    site: Site, download: Downloader, video: bytes, missing: int
) -> None:
    def lying(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {len(video) + missing}")
        visit.send(video)

    with pytest.raises(FetchIncomplete):
        download(site.on("/v", lying), limits=ONCE)
    assert not download.left()


def test_chunks_that_break_off_are_noticed(site: Site, download: Downloader, video: bytes) -> None:
    def cut(visit: Visit) -> None:
        visit.head(200, "Transfer-Encoding: chunked")
        visit.send(b"%x\r\n%s\r\n" % (len(video), video))

    with pytest.raises(FetchIncomplete):
        download(site.on("/v", cut), limits=ONCE)


@pytest.mark.parametrize(("sent_bytes", "failure"), [(10_000, FetchIncomplete), (200_001, BadResponse)])
def test_a_rest_of_another_length_than_declared_is_noticed(
    site: Site, download: Downloader, video: bytes, sent_bytes: int, failure: type[Exception]
) -> None:
    def lying(visit: Visit) -> None:
        if visit.offset is None:
            visit.range(video, stop=200_000)
        else:
            part = f"Content-Range: bytes {visit.offset}-{len(video) - 1}/{len(video)}"
            visit.head(206, 'ETag: "v1"', part)
            visit.send(bytes(sent_bytes))

    with pytest.raises(failure):
        download(site.on("/v", lying), limits=replace(QUICK, attempts=2))
    assert len(site.visits) == 2


# --- clocks --------------------------------------------------------------------------------------


def test_a_host_that_never_answers_is_not_waited_for(site: Site, download: Downloader) -> None:
    with pytest.raises(FetchTimedOut, match="did not answer"):
        download(site.on("/v", Visit.stall), limits=ONCE)


def test_a_head_that_drips_is_not_waited_for(site: Site, download: Downloader) -> None:
    def dripping(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\nA: ")
        while not site.closing.wait(0.05):
            visit.send(b"a")

    with pytest.raises(FetchTimedOut, match="did not answer"):
        download(site.on("/v", dripping), limits=ONCE)


def test_silence_in_the_body_is_not_waited_for(site: Site, download: Downloader, video: bytes) -> None:
    def silent(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {len(video)}")
        visit.send(video[:200_000])
        visit.stall()

    with pytest.raises(FetchTimedOut, match="sent nothing"):
        download(site.on("/v", silent), limits=ONCE)


def test_a_body_that_drips_is_not_waited_for(site: Site, download: Downloader, video: bytes) -> None:
    def dripping(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {len(video)}")
        for byte in video:
            visit.send(bytes([byte]))
            if site.closing.wait(0.05):
                return

    with pytest.raises(FetchTooSlow, match="800 are expected"):
        download(site.on("/v", dripping), limits=ONCE)


# --- over the death of the process ---------------------------------------------------------------

KILLED = """
import sys
from pathlib import Path
from hostile_site import LIMIT_BYTES, QUICK
from kinodex.sources.curl import CurlFetcher
url, target, allow = sys.argv[1:]
CurlFetcher(allow=[allow], free_space_bytes=0, limits=QUICK).fetch(
    url, Path(target), limit_bytes=LIMIT_BYTES, progress=lambda so_far: print(so_far.size_bytes, flush=True)
)
"""


def killed_when_half_is_here(url: str, download: Downloader, half_bytes: int) -> None:
    arguments = [url, str(download.target), f"127.0.0.1:{download.site.port}"]
    support = str(Path(__file__).parents[2] / "support")
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": support},
    )
    assert child.stdout is not None
    with child.stdout as told:
        next(line for line in told if int(line) >= half_bytes)
        child.send_signal(signal.SIGKILL)
    assert child.wait(10) == -signal.SIGKILL


def test_a_killed_download_goes_on_where_it_stopped(site: Site, download: Downloader) -> None:
    video = made_video(1_500_000)
    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    killed_when_half_is_here(url, download, len(video) // 2)
    assert download.left() >= {"source.part", "source.part.json"}

    before_bytes = site.sent_bytes
    fetched = download(url)

    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert site.sent_bytes - before_bytes < len(video) * 0.6


def test_a_killed_download_of_a_file_that_changed_begins_anew(site: Site, download: Downloader) -> None:
    video, other = made_video(1_500_000), made_video(1_500_000, seed=1)
    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    killed_when_half_is_here(url, download, len(video) // 2)
    site.on("/v", lambda visit: visit.range(other, etag='"v2"'))

    fetched = download(url)

    assert download.holds(fetched, other)
    assert fetched.resumed == 0


def test_a_file_that_was_whole_when_the_process_died_is_not_fetched_again(
    site: Site, download: Downloader, video: bytes
) -> None:
    url = site.on("/v", lambda visit: visit.range(video, stop=len(video) - 1))
    with pytest.raises(FetchIncomplete):
        download(url, limits=ONCE)
    part = download.target.with_name("source.part")
    part.write_bytes(video)
    record = download.target.with_name("source.part.json")
    record.write_text(record.read_text().replace(str(len(video) - 1), str(len(video))))
    asked = len(site.visits)

    fetched = download(url)

    assert fetched.sha256 == hashlib.sha256(video).hexdigest()
    assert fetched.filename == "v"
    assert len(site.visits) == asked
