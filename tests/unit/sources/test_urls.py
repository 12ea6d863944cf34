import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.domain.errors import (
    KinodexError,
    UrlCredentialsNotAllowed,
    UrlInvalid,
    UrlRefused,
    UrlSchemeNotAllowed,
)
from kinodex.sources.urls import LONGEST_URL, parse_url

TAKEN = {
    "http://example.com": "http://example.com/",
    "HTTPS://Example.COM/A/b.MP4": "https://example.com/A/b.MP4",
    "  http://example.com/a \n": "http://example.com/a",
    "http://example.com:80/": "http://example.com/",
    "https://example.com:443/": "https://example.com/",
    "http://example.com:443/": "http://example.com:443/",
    "http://example.com:8080/v?x=1&y=%2F#part": "http://example.com:8080/v?x=1&y=%2F",
    "http://example.com?a=b": "http://example.com/?a=b",
    "http://example.com/?": "http://example.com/?",
    "http://example.com#x": "http://example.com/",
    "http://example.com./a": "http://example.com/a",
    "http://a_b.example.com/": "http://a_b.example.com/",
    "http://r3---sn-x.example.com/": "http://r3---sn-x.example.com/",
    "http://xn--bcher-kva.example/": "http://xn--bcher-kva.example/",
    "http://b\u00fccher.example/": "http://xn--bcher-kva.example/",
    "http://fa\u00df.example/": "http://xn--fa-hia.example/",
    "http://\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\u3002com/": "http://example.com/",
    "http://\uff18.8.8.8/": "http://8.8.8.8/",
    "http://8.8.8.8/v.mp4": "http://8.8.8.8/v.mp4",
    "http://1.2.3.4.example/": "http://1.2.3.4.example/",
    "http://[2606:4700:0:0::1111]/": "http://[2606:4700::1111]/",
    "http://[::FFFF:8.8.8.8]:8080/": "http://[::ffff:808:808]:8080/",
    "http://example.com/my video.mp4": "http://example.com/my%20video.mp4",
    "http://example.com/\u6620\u753b.mp4": "http://example.com/%E6%98%A0%E7%94%BB.mp4",
    'http://example.com/a"<>`{}^b': "http://example.com/a%22%3C%3E%60%7B%7D%5Eb",
    "http://example.com/?q= \"<>'{}`|\\": "http://example.com/?q=%20%22%3C%3E%27{}`|\\",
    "http://example.com/100%/%zz/%2e%2E%2f": "http://example.com/100%/%zz/%2e%2E%2f",
    "http://example.com/a/./b/../c": "http://example.com/a/c",
    "http://example.com/../../x": "http://example.com/x",
    "http://example.com/a/%2E%2e/b/%2e": "http://example.com/b/",
    "http://example.com/a/..": "http://example.com/",
    "http://example.com//a//b/": "http://example.com//a//b/",
    "http://example.com/a?x=/../y": "http://example.com/a?x=/../y",
    "http://example.com/@user:pw@": "http://example.com/@user:pw@",
    "http://example.com/%0d%0aX:%201": "http://example.com/%0d%0aX:%201",
}

INVALID = [
    "",
    "   ",
    "example.com/v.mp4",
    "example.com:8080/v.mp4",
    "//example.com/v.mp4",
    "/v.mp4",
    "http:",
    "http:/",
    "http://",
    "http:///v.mp4",
    "http:example.com",
    "http:/example.com",
    "http:\\\\example.com",
    "http://?q",
    "http://#f",
    "http://:80/",
    "http://exa mple.com/",
    "http://example.com:/",
    "http://example.com:x/",
    "http://example.com:-1/",
    "http://example.com:+80/",
    "http://example.com:080/",
    "http://example.com:65536/",
    "http://example.com:99999999999/",
    "http://example.com:\uff18\uff10/",
    "http://example.com:80:80/",
    "http://exam%70le.com/",
    "http://%31%32%37.0.0.1/",
    "http://example.com\\@evil.com/",
    "http://example.com\\.evil.com/",
    "http://example.com/a\\b",
    "http://exam\tple.com/",
    "http://example.com/a\nb",
    "http://example.com/a\x00b",
    "http://example.com/a\x7fb",
    "http://example.com/\ud800",
    "http://.example.com/",
    "http://example..com/",
    "http://example.com../",
    "http://./",
    "http://-a.com/",
    "http://a-.com/",
    "http://a!b.com/",
    "http://a,b.com/",
    "http://a|b.com/",
    "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 130 + "com/",
    "http://xn--a.com/",
    "http://xn--.com/",
    "http://\u2603\u200d.example/",
    "http://a\uff0fb.com/",
    "http://\u2100.com/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.01/",
    "http://127.0.0.0x1/",
    "http://256.0.0.1/",
    "http://1.2.3.4.5/",
    "http://1.2.3.4..",
    "http://a.1/",
    "http://a.0x/",
    "http://\uff10\uff58\uff17\uff46.1/",
    "http://[::1/",
    "http://::1]/",
    "http://[]/",
    "http://[1.2.3.4]/",
    "http://[::1]x/",
    "http://[::1]:/",
    "http://[::1%25lo]/",
    "http://[::1%lo]/",
    "http://[::g]/",
    "http://[1::2::3]/",
    "http://[12345::]/",
    "http://[::1.2.3]/",
    "http://[v1.a]/",
    "http://a[::1]/",
    "http://a]b/",
]


@pytest.mark.parametrize(("text", "canonical"), TAKEN.items())
def test_is_taken_in_its_canonical_form(text: str, canonical: str) -> None:
    assert parse_url(text).full == canonical


@pytest.mark.parametrize("text", INVALID)
def test_is_refused_and_not_repaired(text: str) -> None:
    with pytest.raises(UrlInvalid):
        parse_url(text)


@pytest.mark.parametrize(
    "text",
    ["file:///etc/passwd", "ftp://a.com/", "data:video/mp4,x", "javascript:alert(1)", "gopher://a:70/_x"],
)
def test_other_schemes_are_refused(text: str) -> None:
    with pytest.raises(UrlSchemeNotAllowed):
        parse_url(text)


@pytest.mark.parametrize(
    "text",
    ["http://u@a.com/", "http://u:p@a.com/", "http://@a.com/", "http://a.com:80@b.com/", "https://%41@b.c/"],
)
def test_credentials_are_refused(text: str) -> None:
    with pytest.raises(UrlCredentialsNotAllowed):
        parse_url(text)


def test_the_longest_url_is_taken_and_a_longer_one_refused() -> None:
    base = "http://example.com/"
    parse_url(base + "a" * (LONGEST_URL - len(base)))
    with pytest.raises(UrlInvalid, match="8192"):
        parse_url(base + "a" * (LONGEST_URL - len(base) + 1))


def test_neither_its_text_nor_a_refusal_shows_the_query() -> None:
    assert "s3cret" not in repr(parse_url("http://example.com/a?token=s3cret"))
    with pytest.raises(KinodexError) as refusal:
        parse_url("http://exa mple.com/a?token=s3cret")
    assert "s3cret" not in refusal.value.message


PIECES = """
http:// https:// // / \\ @ : ? # % %2e .. . [ ] ::1 127.0.0.1 0x7f 1 65535 a example.com xn-- é 。 １ ℀ & =
"""  # noqa: RUF001  these are meant
ANYTHING = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from([*PIECES.split(), " ", "\t"]), max_size=9).map("".join)
)


@pytest.mark.parametrize("cases", [100, pytest.param(500, marks=pytest.mark.slow)])
def test_what_is_taken_is_already_canonical(cases: int) -> None:
    @settings(max_examples=cases, deadline=None)
    @given(ANYTHING, st.sampled_from(["", "http://", "https://a.b/"]))
    def is_canonical(text: str, prefix: str) -> None:
        try:
            url = parse_url(prefix + text)
        except UrlRefused:
            return
        assert parse_url(url.full) == url
        assert url.full.isascii()
        assert url.host == url.host.lower()
        assert not set(url.full) & set(' \t\r\n"<>')

    is_canonical()
