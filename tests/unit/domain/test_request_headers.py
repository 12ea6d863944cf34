import pytest

from kinodex.domain.errors import ParameterInvalid
from kinodex.domain.request_headers import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_BYTES,
    MOST_HEADERS,
    check_request_headers,
)
from kinodex.domain.tasks import VideoSource

FINE = [
    {"Authorization": "Bearer abc.def"},
    {"Cookie": 'a=1; b="x y"', "Referer": "https://example.com/?q=1"},
    {"x-api-key": "k", "User-Agent": "mine/1", "Accept": "video/*"},
    {"A!#$%&'*+.^_`|~9-": "tab\there"},
    {"A" * LONGEST_NAME: "v"},
    {"A": "v" * LONGEST_VALUE},
    {f"A{number}": "v" for number in range(MOST_HEADERS)},
    {},
]


@pytest.mark.parametrize("given", FINE, ids=range(len(FINE)))
def test_headers_are_kept_as_they_are(given: dict[str, object]) -> None:
    assert dict(check_request_headers(given)) == given


OURS = [
    *("Host", "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "Content-Length"),
    *("Content-Type", "Transfer-Encoding", "TE", "Trailer", "Connection", "Keep-Alive", "Upgrade"),
    *("Accept-Encoding", "Expect", "Via", "Proxy-Authorization", "Proxy-Connection", "hOST"),
]


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_to_say_is_refused(name: str) -> None:
    with pytest.raises(ParameterInvalid, match=f"the header {name} cannot be set"):
        check_request_headers({name: "s3cret"})


BAD = {
    "line end in value": {"A": "s3cret\r\nHost: evil"},
    "line feed": {"A": "s3cret\nB: c"},
    "NUL": {"A": "s3cret\0"},
    "delete": {"A": "s3cret\x7f"},
    "blank before": {"A": " s3cret"},
    "blank after": {"A": "s3cret "},
    "empty": {"A": ""},
    "not ASCII": {"A": "s3crét"},
    "number": {"A": 3},
    "null": {"A": None},
    "list": {"A": ["s3cret"]},
    "no name": {"": "s3cret"},
    "colon in name": {"A:": "s3cret"},
    "blank in name": {"A b": "s3cret"},
    "line end in name": {"A\r\nB": "s3cret"},
    "name beyond ASCII": {"Ä": "s3cret"},
    "long name": {"A" * (LONGEST_NAME + 1): "s3cret"},
    "long value": {"A": "s3cret" + "v" * LONGEST_VALUE},
    "twice": {"A": "s3cret", "a": "s3cret"},
    "too many": {f"A{number}": "s3cret" for number in range(MOST_HEADERS + 1)},
    "too much": {f"A{number}": "s3cret" + "v" * (LONGEST_VALUE - 6) for number in range(3)},
}


@pytest.mark.parametrize("given", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_sent_is_refused_and_not_repeated(given: dict[str, object]) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        check_request_headers(given)
    assert "s3cret" not in caught.value.message
    assert MOST_BYTES < 3 * LONGEST_VALUE


@pytest.mark.parametrize(
    ("source", "url", "is_incomplete"),
    [
        (VideoSource(url="https://h.example/a.mp4"), "https://h.example/a.mp4", False),
        (VideoSource(url="https://h.example/a.mp4?k=1"), "https://h.example/a.mp4", True),
        (VideoSource(url="https://h.example/a.mp4#t?1"), "https://h.example/a.mp4", False),
        (VideoSource(url="https://h.example/a", headers=(("A", "b"),)), "https://h.example/a", True),
        (VideoSource(url="s3://bucket/what?.mp4"), "s3://bucket/what?.mp4", False),
        (VideoSource(upload_blob="b"), None, False),
    ],
)
def test_a_source_forgets_its_secrets_and_knows_that_it_did(
    source: VideoSource, url: str | None, is_incomplete: bool
) -> None:
    kept = source.without_secrets()

    assert (kept.url, kept.headers, kept.is_incomplete) == (url, (), is_incomplete)
    assert kept.without_secrets() == kept
    assert "k=1" not in repr(source)
