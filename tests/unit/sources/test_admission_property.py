"""What is admitted means the same to the URL standard, whatever was typed: same host, same port."""

import ada_url
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinodex.domain.errors import UrlRefused
from kinodex.sources.addresses import is_metadata, is_public, read_address
from kinodex.sources.admission import admit_redirect, admit_url
from kinodex.sources.allowlist import AllowList
from kinodex.sources.urls import DEFAULT_PORTS, WebUrl, parse_url

NOTHING = AllowList()
BASE = parse_url("https://videos.example/films/a.mp4?x=1")

SCHEMES = ["http:", "https:", "HTTP:", "hTTps:", "ftp:", "file:", "s3:", "ws:", "javascript:", ""]
SLASHES = ["//", "//", "//", "/", "///", "\\\\", "/\\", "", "//\t", " //"]
USERS = ["", "", "", "", "u@", "u:p@", "@", "videos.example@", "127.0.0.1:80@", "%40"]
NAMES = [
    *("videos.example", "VIDEOS.Example.", "xn--bcher-kva.example", "b\u00fccher.example", "a_b.example"),
    *("-a.example", "a..example", "8.8.8.8", "1.1.1.1.", "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1"),
    *("2130706433", "4294967295", "1.2.3.4.5", "0x", "a.0x1", "169.254.169.254", "192.0.0.192"),
    *("[2606:4700::1111]", "[::1]", "[::ffff:8.8.8.8]", "[::ffff:7f00:1]", "[fe80::1%25lo]"),
    *("[64:ff9b::1]", "[::1", "::1]", "8.8.8.8%2f", "x%00y", "localhost", "metadata.google.internal"),
    *("\uff11\uff12\uff17.0.0.1", "\u2460.example", "\u2100.example", "a\uff0fb.example"),
    *("\u017f.example", "\u00df.example", "\u3002example"),
]
PORTS = ["", "", "", ":", ":80", ":443", ":8080", ":0080", ":65535", ":65536", ":1", ":-1", ":8o", ":\u0668"]
PATHS = [
    *("/", "/a.mp4", "?q=1", "#f", "/a/../b", "\\a", "/%2e%2e/", "/a?b#c@d", "/\u00e9", "/a\tb"),
    *("@c", ":80", "/:80@d.example/", ";x", ",y"),
]

GLUED = st.tuples(*(st.sampled_from(part) for part in (SCHEMES, SLASHES, USERS, NAMES, PORTS, PATHS))).map(
    "".join
)
TORN = st.tuples(GLUED, st.integers(0, 60), st.text(max_size=3)).map(
    lambda torn: torn[0][: torn[1]] + torn[2] + torn[0][torn[1] :]
)
TYPED = st.one_of(GLUED, TORN, st.text(max_size=60).map(lambda text: f"http://{text}"))
LOCATIONS = st.one_of(
    TYPED, st.tuples(*(st.sampled_from(part) for part in (SLASHES, NAMES, PORTS, PATHS))).map("".join)
)


def means_the_same(url: WebUrl, meant: str) -> bool:
    """Whether the WHATWG parser reads the same host and port from a text."""
    standard = ada_url.URL(meant)
    host = standard.hostname.removeprefix("[").removesuffix("]").removesuffix(".")
    port = int(standard.port or DEFAULT_PORTS[standard.protocol.removesuffix(":")])
    return (standard.protocol, host, port) == (f"{url.scheme}:", url.host, url.port)


def leads_nowhere_private(url: WebUrl) -> bool:
    address = read_address(url.host)
    return address is None or (is_public(address) and not is_metadata(address))


@pytest.mark.parametrize("cases", [150, pytest.param(1500, marks=pytest.mark.slow)])
def test_what_is_admitted_leads_where_a_browser_would_go(cases: int) -> None:
    @settings(max_examples=cases)
    @given(TYPED)
    @example("http://videos.example:80@127.0.0.1/")
    @example("http://127.0.0.1\\@videos.example/")
    @example("http://ⓛocalhost/")
    @example("https://8.8.8.8.:8443/a b")
    def leads_there(text: str) -> None:
        try:
            url = admit_url(text, allow=NOTHING)
        except UrlRefused:
            return
        assert means_the_same(url, text)
        assert means_the_same(url, url.full)
        assert leads_nowhere_private(url)

    leads_there()


@pytest.mark.parametrize("cases", [100, pytest.param(700, marks=pytest.mark.slow)])
def test_a_redirect_that_is_admitted_leads_where_a_browser_would_go(cases: int) -> None:
    @settings(max_examples=cases)
    @given(LOCATIONS)
    @example("//127.0.0.1/")
    @example("/\\127.0.0.1/")
    @example("\\\\8.8.8.8/")
    @example("//8.8.8.8")
    def leads_there(location: str) -> None:
        try:
            url = admit_redirect(location, base=BASE, allow=NOTHING)
        except UrlRefused:
            return
        standard = ada_url.URL(location, base=BASE.full)
        assert means_the_same(url, standard.href)
        assert leads_nowhere_private(url)

    leads_there()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("port", ["", ":8080"])
def test_each_host_is_refused_or_means_the_same(name: str, port: str) -> None:
    text = f"http://{name}{port}/a.mp4"
    try:
        url = admit_url(text, allow=NOTHING)
    except UrlRefused:
        return
    assert means_the_same(url, text)
