"""Downloading in a process of its own: what crosses over, what ends it, and what it leaves."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_site import LIMIT_BYTES, QUICK, Downloader, Site, Visit, made_video
from structlog.testing import capture_logs

from kinodex.domain.errors import (
    DownloadLost,
    FileTooLarge,
    HttpStatusRefused,
    KinodexError,
    NotAVideo,
    ParameterInvalid,
    UrlAddressNotAllowed,
)
from kinodex.sources.config import FetchConfig
from kinodex.sources.protocols import Fetched, FetchedSoFar, FetchProgress
from kinodex.sources.separate import MOST_CHILDREN, SeparateFetcher

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def children() -> list[int]:
    """Process ids of our downloading children."""
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for task in tasks for pid in task.read_text().split()]
    return [pid for pid in pids if b"kinodex.sources.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def separately(
    site: Site, url: str, target: Path, *, progress: FetchProgress, limit_bytes: int = LIMIT_BYTES
) -> Fetched:
    config = FetchConfig(
        allow=(f"127.0.0.1:{site.port}",), free_space_bytes=0, limits=replace(QUICK, connect_s=5.0)
    )
    return SeparateFetcher(config).fetch(url, target, limit_bytes=limit_bytes, progress=progress)


def ignore(_so_far: FetchedSoFar) -> None:
    """Take no notice."""


def test_a_file_comes_whole_and_the_log_comes_along(site: Site, download: Downloader, video: bytes) -> None:
    def fails_first(visit: Visit) -> None:
        visit.range(video) if visit.number > 1 else visit.answer(b"", status=503)

    with capture_logs() as logs:
        fetched = separately(
            site, site.on("/clip.mp4", fails_first) + "?s3cret", download.target, progress=ignore
        )

    assert download.holds(fetched, video)
    assert fetched.filename == "clip.mp4"
    [line] = logs
    assert (line["event"], line["log_level"]) == ("download is tried again", "info")
    assert line["code"] == HttpStatusRefused.code
    assert "s3cret" not in str(logs)


def test_a_wait_before_another_try_says_why_and_for_how_long(
    site: Site, download: Downloader, video: bytes
) -> None:
    def busy_first(visit: Visit) -> None:
        visit.range(video) if visit.number > 1 else visit.answer(b"", "Retry-After: 1", status=503)

    told: list[FetchedSoFar] = []
    separately(site, site.on("/v", busy_first), download.target, progress=told.append)

    waits = {so_far.waits_for for so_far in told}
    assert waits == {None, "retry of fetch in 1 s: the host answered with HTTP status 503"}
    assert told[-1].waits_for is None


def test_progress_tells_of_a_file_whose_head_can_be_read(
    site: Site, download: Downloader, video: bytes
) -> None:
    heads: list[tuple[bytes, int | None]] = []

    def look(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes:
            with so_far.path.open("rb") as file:
                heads.append((file.read(so_far.size_bytes), so_far.total_bytes))

    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    separately(site, url, download.target, progress=look)

    assert len(heads) > 1
    assert all(video.startswith(head) and total == len(video) for head, total in heads)


@pytest.mark.parametrize(
    ("behaviour", "kind", "facts"),
    [
        (lambda visit: visit.answer(b"", status=404), HttpStatusRefused, {"status"}),
        (lambda visit: visit.answer(b"<!doctype html>" * 99), NotAVideo, {"found"}),
        (lambda visit: visit.answer(made_video(LIMIT_BYTES + 1)), FileTooLarge, set()),
        (lambda visit: visit.redirect("http://127.0.0.1:8080/"), UrlAddressNotAllowed, {"host"}),
    ],
    ids=["status", "page", "size", "redirect"],
)
def test_an_error_comes_through_as_it_was_raised(
    site: Site,
    download: Downloader,
    behaviour: object,
    kind: type[KinodexError],
    facts: set[str],
) -> None:
    url = site.on("/v", behaviour)  # type: ignore[arg-type]
    with pytest.raises(KinodexError) as there:
        separately(site, url, download.target, progress=ignore)
    with pytest.raises(KinodexError) as here:
        download(url)

    assert type(there.value) is type(here.value) is kind
    assert there.value.message == here.value.message
    assert vars(there.value) == vars(here.value)
    assert set(vars(there.value)) == facts
    assert not download.left()


@only_linux
def test_what_progress_raises_ends_the_child_and_comes_through(site: Site, download: Downloader) -> None:
    video = made_video(1_500_000)

    def withdraw(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes > len(video) // 2:
            raise InterruptedError

    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    with pytest.raises(InterruptedError):
        separately(site, url, download.target, progress=withdraw)

    assert not children()
    before_bytes = site.sent_bytes
    assert before_bytes < len(video)
    fetched = separately(site, url, download.target, progress=ignore)
    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert site.sent_bytes - before_bytes < len(video) * 0.6


def test_a_withdrawn_download_leaves_nothing_that_nobody_can_go_on_from(
    site: Site, download: Downloader, video: bytes
) -> None:
    def without_validator(visit: Visit) -> None:
        visit.head(200, f"Content-Length: {len(video)}")
        visit.send(video, pause_s=0.02)

    def withdraw(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        separately(site, site.on("/v", without_validator), download.target, progress=withdraw)

    assert not download.left()


@only_linux
def test_another_child_goes_on_where_one_was_killed(site: Site, download: Downloader) -> None:
    video = made_video(3_000_000)
    killed: list[int] = []

    def kill_once(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes > len(video) // 4 and not killed:
            killed.extend(children())
            os.kill(killed[0], signal.SIGKILL)

    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    fetched = separately(site, url, download.target, progress=kill_once)

    assert len(killed) == 1
    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert site.sent_bytes < len(video) * 1.4


@only_linux
def test_a_download_whose_process_dies_again_and_again_fails(site: Site, download: Downloader) -> None:
    killed: list[int] = []

    def kill(_so_far: FetchedSoFar) -> None:
        for pid in children():
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(DownloadLost, match="signal 9"):
        separately(site, site.on("/v", Visit.stall), download.target, progress=kill)

    assert len(set(killed)) == MOST_CHILDREN
    assert not children()


PARENT = """
import os, signal, sys, time
from pathlib import Path
from hostile_site import LIMIT_BYTES, QUICK
from test_separate import children
from kinodex.sources.config import FetchConfig
from kinodex.sources.separate import SeparateFetcher
url, target, allow, half_bytes = sys.argv[1:]
def stop(so_far):
    if so_far.size_bytes > int(half_bytes):
        print(*children(), flush=True)
        time.sleep(60)
config = FetchConfig(allow=(allow,), free_space_bytes=0, limits=QUICK)
SeparateFetcher(config).fetch(url, Path(target), limit_bytes=LIMIT_BYTES, progress=stop)
"""


@only_linux
def test_a_killed_server_takes_its_child_along_and_the_next_one_goes_on(
    site: Site, download: Downloader
) -> None:
    video = made_video(3_000_000)
    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.01))
    here = Path(__file__).parent
    with subprocess.Popen(
        [
            *(sys.executable, "-c", PARENT, url, str(download.target)),
            *(f"127.0.0.1:{site.port}", str(len(video) // 3)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parents[1] / "support")])},
    ) as server:
        assert server.stdout is not None
        child = int(server.stdout.readline())
        server.kill()
    wait_for_the_end_of(child)
    record = download.target.with_name("source.part.json")
    assert record.exists()

    before_bytes = site.sent_bytes
    fetched = separately(site, url, download.target, progress=ignore)

    assert download.holds(fetched, video)
    assert fetched.resumed == 1
    assert site.sent_bytes - before_bytes < len(video) * 0.75


def wait_for_the_end_of(pid: int) -> None:
    for _ in range(500):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX":
            return
        os.sched_yield()
        signal.sigtimedwait([], 0.01)
    raise AssertionError("the child outlived its parent")


@only_linux
def test_a_child_shows_no_secret_and_has_little_to_use_up(
    site: Site, download: Downloader, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINODEX_API_KEY", "k3y-of-the-server")
    seen: dict[str, str] = {}

    def look(so_far: FetchedSoFar) -> None:
        if so_far.size_bytes and not seen:
            [pid] = children()
            for name in ("cmdline", "environ", "limits", "status"):
                seen[name] = Path(f"/proc/{pid}/{name}").read_text()

    url = site.on("/v", lambda visit: visit.range(video, pause_s=0.02))
    separately(site, f"{url}?s3cret", download.target, progress=look)

    assert "s3cret" not in seen["cmdline"] + seen["environ"]
    assert "k3y" not in seen["environ"]
    limits = {line[:26].strip(): line[26:].split()[0] for line in seen["limits"].splitlines()}
    assert limits["Max open files"] == "64"
    assert limits["Max core file size"] == "0"
    assert int(limits["Max file size"]) < LIMIT_BYTES * 2
    assert int(limits["Max address space"]) == 1024**3
    assert "NoNewPrivs:\t1" in seen["status"]


def test_what_cannot_be_admitted_starts_no_process(site: Site, download: Downloader) -> None:
    with pytest.raises(UrlAddressNotAllowed):
        separately(site, "http://127.0.0.1:8080/", download.target, progress=ignore)
    with pytest.raises(ParameterInvalid):
        SeparateFetcher(FetchConfig(allow=("everything",)))
