import pytest

from kinodex.domain.errors import (
    ParameterInvalid,
    UrlAddressNotAllowed,
    UrlHostUnsupported,
    UrlInvalid,
    UrlPortNotAllowed,
    UrlSchemeNotAllowed,
)
from kinodex.sources.admission import admit_redirect, admit_url
from kinodex.sources.allowlist import AllowList
from kinodex.sources.urls import parse_url

NOTHING = AllowList()
PRIVATE = """
127.0.0.1 0.0.0.0 10.1.2.3 192.168.0.1 169.254.169.254 100.64.0.1 224.0.0.251 [::1] [::] [::ffff:127.0.0.1]
[64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fd00::1] localhost LOCALHOST localhost. a.localhost redis
printer.local nas.lan x.home.arpa metadata.google.internal a.onion x.corp
"""


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/v.mp4",
        "http://[2606:4700::1111]/v.mp4",
        "https://cdn.example.com/v.mp4",
        "http://example.com:8080/v.mp4",
        "http://example.com:1024/v.mp4",
        "http://example.com:9000/v.mp4",
        "http://example.com:65535/v.mp4",
        "http://locale.example.com/",
        "http://my.notlocal/",
    ],
)
def test_a_public_place_is_admitted(url: str) -> None:
    assert admit_url(url, allow=NOTHING).full == url


@pytest.mark.parametrize(
    "host",
    PRIVATE.split(),
)
def test_a_private_place_is_refused(host: str) -> None:
    with pytest.raises(UrlAddressNotAllowed):
        admit_url(f"http://{host}:8080/v.mp4", allow=NOTHING)


@pytest.mark.parametrize(
    "port", [0, 1, 22, 25, 79, 81, 442, 444, 1023, 2049, 6000, 6379, 6667, 9200, 10080, 11211]
)
def test_a_port_of_something_else_is_refused(port: int) -> None:
    with pytest.raises(UrlPortNotAllowed, match=str(port)):
        admit_url(f"http://example.com:{port}/", allow=NOTHING)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=x",
        "https://youtube.com/shorts/x",
        "https://m.youtube.com/watch?v=x",
        "https://music.youtube.com/watch?v=x",
        "https://youtu.be/x",
        "https://YouTu.be./x",
        "https://vimeo.com/123",
        "https://player.vimeo.com/video/123",
        "https://www.tiktok.com/@a/video/1",
        "https://x.com/a/status/1",
    ],
)
def test_a_page_around_a_video_is_told_apart(url: str) -> None:
    with pytest.raises(UrlHostUnsupported, match="direct link"):
        admit_url(url, allow=NOTHING)


@pytest.mark.parametrize(
    "url",
    [
        "https://player.vimeo.com/external/1.hd.mp4?s=a",
        "https://cdn.vimeo.com/1.mp4",
        "https://notyoutube.com/v.mp4",
        "https://youtube.com.example.org/v.mp4",
        "https://video.twimg.com/v.mp4",
    ],
)
def test_a_file_server_with_a_similar_name_is_admitted(url: str) -> None:
    assert admit_url(url, allow=NOTHING)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9000/v"),
        ("[::1]:9000", "http://[0:0::1]:9000/v"),
        ("localhost:80", "http://LocalHost/v"),
        ("redis:6379", "http://redis:6379/v"),
        ("nas.lan:22", "http://nas.lan:22/v"),
    ],
)
def test_a_listed_pair_is_admitted(entry: str, url: str) -> None:
    assert admit_url(url, allow=AllowList.of([entry]))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/", "http://127.0.0.2:9000/", "http://localhost:9000/"]
)
def test_nothing_beside_the_listed_pair_is_admitted(url: str) -> None:
    with pytest.raises(UrlAddressNotAllowed):
        admit_url(url, allow=AllowList.of(["127.0.0.1:9000"]))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "[::ffff:169.254.169.254]"]
)
def test_metadata_is_refused_even_if_listed(host: str) -> None:
    with pytest.raises(UrlAddressNotAllowed):
        admit_url(f"http://{host}/latest", allow=AllowList.of([f"{host}:80"]))


@pytest.mark.parametrize(
    "entry", ["", "127.0.0.1", ":80", "a b:80", "http://a:80", "a:80:80", "::1:80", "0x7f.1:80"]
)
def test_an_entry_that_is_no_pair_is_refused(entry: str) -> None:
    with pytest.raises(ParameterInvalid, match="fetch_allow"):
        AllowList.of([entry])


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("http://b.example/x", "http://b.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("/x/y?z", "https://a.example:8443/x/y?z"),
        ("y.mp4", "https://a.example:8443/dir/y.mp4"),
        ("../y.mp4", "https://a.example:8443/y.mp4"),
        ("?page=2", "https://a.example:8443/dir/file?page=2"),
        ("", "https://a.example:8443/dir/file?q=1"),
        ("#part", "https://a.example:8443/dir/file?q=1"),
        (" /sp ace ", "https://a.example:8443/sp%20ace"),
        ("a:b@c", None),
        ("http:y", None),
        ("http://[::1", None),
        ("/\\evil.example/", None),
        ("\\\\evil.example\\x", None),
        ("https:/evil.example/", None),
    ],
)
def test_a_redirect_is_read_as_the_standard_says(location: str, leads_to: str | None) -> None:
    base = parse_url("https://a.example:8443/dir/file?q=1")
    if leads_to is None:
        with pytest.raises((UrlInvalid, UrlSchemeNotAllowed)):
            admit_redirect(location, base=base, allow=NOTHING)
    else:
        assert admit_redirect(location, base=base, allow=NOTHING).full == leads_to
