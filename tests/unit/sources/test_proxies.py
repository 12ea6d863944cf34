"""The one proxy an operator may name: it and nobody else finds the host."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from certificates import Authority
from hostile_site import LIMIT_BYTES, QUICK, Downloader, Site
from secure_site import secure_site
from way_out import way_out

from kinodex.domain.errors import (
    ConnectionFailed,
    HttpStatusRefused,
    ParameterInvalid,
    ProxyRefused,
    UrlAddressNotAllowed,
)
from kinodex.sources.curl import CurlFetcher
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import Fetched
from kinodex.sources.proxies import parse_proxy
from kinodex.sources.sampling import CurlSampler

ONCE = FetchLimits(connect_s=2.0, head_s=2.0, idle_s=2.0, total_s=15.0, attempts=1)


def nobody(_host: str, _port: int) -> Sequence[str]:
    raise AssertionError("a name was resolved here")


def through(proxy: str, url: str, target: Path, *, ca_file: Path | None = None) -> Fetched:
    fetcher = CurlFetcher(proxy=proxy, free_space_bytes=0, limits=ONCE, look_up=nobody, ca_file=ca_file)
    own = (("Authorization", "Bearer s3cret"),)
    return fetcher.fetch(url, target, limit_bytes=LIMIT_BYTES, progress=lambda _so_far: None, headers=own)


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_the_proxy_finds_the_host(site: Site, download: Downloader, video: bytes, scheme: str) -> None:
    site.serve(video)
    with way_out(site.port) as proxy:
        fetched = through(
            f"{scheme}://127.0.0.1:{proxy.port}", "http://videos.example/clip.mp4", download.target
        )

    assert download.holds(fetched, video)
    assert proxy.asked in (["videos.example"], ["videos.example:80"])
    assert site.visits[0].fields["host"] == "videos.example"
    assert site.visits[0].fields["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_tls_goes_through_the_proxy_and_ends_at_the_host(tmp_path: Path, video: bytes, scheme: str) -> None:
    authority = Authority(tmp_path, "authority")
    with (
        secure_site(authority.certify("videos.example"), video) as (port, names),
        way_out(port) as proxy,
    ):
        fetched = through(
            f"{scheme}://127.0.0.1:{proxy.port}",
            "https://videos.example/clip.mp4",
            tmp_path / "v",
            ca_file=authority.file,
        )

    assert fetched.path.read_bytes() == video
    assert (proxy.asked, names) == (["videos.example:443"], ["videos.example"])
    assert b"s3cret" not in b"".join(proxy.heads)


@pytest.mark.parametrize("proxy_scheme", ["http", "socks5h"])
def test_a_proxy_that_refuses_is_told_of(tmp_path: Path, proxy_scheme: str) -> None:
    with way_out(0, refuses=True) as proxy, pytest.raises(ProxyRefused, match=r"videos\.example"):
        through(f"{proxy_scheme}://127.0.0.1:{proxy.port}", "https://videos.example/v", tmp_path / "v")


def test_a_proxy_that_refuses_a_plain_request_answers_it(tmp_path: Path) -> None:
    with way_out(0, refuses=True) as proxy, pytest.raises(HttpStatusRefused, match="403"):
        through(f"http://127.0.0.1:{proxy.port}", "http://videos.example/v", tmp_path / "v")


def test_without_its_proxy_nothing_is_fetched(site: Site, tmp_path: Path) -> None:
    with way_out(site.port) as gone:
        pass
    with pytest.raises(ConnectionFailed):
        through(f"http://127.0.0.1:{gone.port}", "http://videos.example/v", tmp_path / "v")
    assert not site.visits


@pytest.mark.parametrize("url", ["http://127.0.0.1/v", "http://169.254.169.254/v", "http://intranet/v"])
def test_addresses_that_need_no_resolving_are_refused_all_the_same(tmp_path: Path, url: str) -> None:
    with way_out(0) as proxy, pytest.raises(UrlAddressNotAllowed):
        through(f"http://127.0.0.1:{proxy.port}", url, tmp_path / "v")
    assert not proxy.asked


def test_samples_go_through_the_proxy_too(site: Site, video: bytes) -> None:
    site.serve(video)
    with way_out(site.port) as proxy:
        sampler = CurlSampler(proxy=f"http://127.0.0.1:{proxy.port}", limits=ONCE, look_up=nobody)
        assert sampler.sample("http://videos.example/clip.mp4", start=0, length=20).content == video[:20]


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy"])
def test_proxies_of_the_environment_are_ignored(
    site: Site, download: Downloader, video: bytes, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with way_out(site.port) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert download.holds(download(site.serve(video), limits=QUICK), video)
    assert not proxy.asked


def test_a_proxy_may_ask_for_a_user_and_a_password() -> None:
    proxy = parse_proxy("socks5h://us%40er:p%3Ass@[::1]:1080")

    assert (proxy.scheme, proxy.host, proxy.port) == ("socks5h", "::1", 1080)
    assert (proxy.user, proxy.password) == ("us@er", "p:ss")
    assert proxy.url == "socks5h://[::1]:1080"
    assert "p:ss" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        *("", "proxy.lan:3128", "https://s3cret@proxy.lan:3128", "socks5://s3cret.lan:1080"),
        *("http://proxy.lan", "http://u:s3cret@:80", "http://u:s3cret@h:0", "http://u:s3cret@h:70000"),
        *("http://u:s3cret@h:80/path", "http://u:s3cret@a b:80", "http://u:s3cret@1.2.3:80"),
    ],
)
def test_what_is_no_proxy_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        parse_proxy(text)
    assert "s3cret" not in caught.value.message
