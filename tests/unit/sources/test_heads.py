import pytest

from kinodex.domain.errors import BadResponse
from kinodex.sources.heads import LARGEST_HEAD_BYTES, MOST_FIELDS, MOST_INFORMATIONAL, Head, HeadReader


def read(text: bytes) -> Head | None:
    reader = HeadReader()
    for line in text.splitlines(keepends=True):
        reader.take(line)
    return reader.head


def with_fields(*fields: tuple[str, str]) -> Head:
    return Head(200, fields)


def test_a_head_is_status_and_fields() -> None:
    head = read(b"HTTP/1.1 200 OK\r\nContent-Type:  video/mp4 \r\nX: \xe6\x98\xa0\r\nX: \xff\r\n\r\n")

    assert head == Head(200, (("content-type", "video/mp4"), ("x", "\u6620"), ("x", "\u00ff")))


def test_a_head_is_not_there_before_its_end() -> None:
    assert read(b"HTTP/1.1 200 OK\r\nA: b\r\n") is None


def test_informational_heads_are_skipped_and_trailers_ignored() -> None:
    head = read(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200\r\nC: d\r\n\r\nnot a field\r\n")

    assert head == Head(200, (("c", "d"),))


@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0\r\n",
        b"HTTP/1.1 2OO OK\r\n",
        b"HTTP/1.1 600 Odd\r\n",
        b"HTTP/1.1 099 Odd\r\n",
        b"HTTP/1.1 20\r\n",
        b"HTTP/2 200\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x00\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * (MOST_INFORMATIONAL + 1),
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MOST_FIELDS + 1),
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * LARGEST_HEAD_BYTES + b"\r\n",
    ],
)
def test_an_improper_head_is_refused(text: bytes) -> None:
    with pytest.raises(BadResponse):
        read(text)


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ((), None),
        ((("content-length", "0"),), 0),
        ((("content-length", "12"), ("content-length", "12")), 12),
        ((("transfer-encoding", "Chunked"),), None),
    ],
)
def test_a_length_is_read(fields: tuple[tuple[str, str], ...], length: int | None) -> None:
    assert with_fields(*fields).length_bytes() == length


@pytest.mark.parametrize(
    "fields",
    [
        (("content-length", "-1"),),
        (("content-length", "12abc"),),
        (("content-length", ""),),
        (("content-length", "+1"),),
        (("content-length", "9" * 19),),
        (("content-length", "1, 2"),),
        (("content-length", "1"), ("content-length", "2")),
        (("content-length", "1"), ("transfer-encoding", "chunked")),
        (("transfer-encoding", "gzip, chunked"),),
        (("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")),
        (("transfer-encoding", "identity"),),
    ],
)
def test_a_length_that_can_be_read_in_two_ways_is_refused(fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadResponse):
        with_fields(*fields).length_bytes()


def test_a_field_that_makes_sense_once_may_not_contradict_itself() -> None:
    assert with_fields(("etag", '"a"'), ("etag", '"a"')).one("etag") == '"a"'
    with pytest.raises(BadResponse, match="etag"):
        with_fields(("etag", '"a"'), ("etag", '"b"')).one("etag")
