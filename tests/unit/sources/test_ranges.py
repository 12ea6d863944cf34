import pytest

from kinodex.sources.heads import Head
from kinodex.sources.ranges import strong_validator, total_if_rest

OLD = "Tue, 01 Jul 2025 00:00:00 GMT"
LATER = "Tue, 01 Jul 2025 00:01:00 GMT"
TOO_SOON = "Tue, 01 Jul 2025 00:00:59 GMT"


@pytest.mark.parametrize(
    ("fields", "validator"),
    [
        ({"etag": '"a"'}, '"a"'),
        ({"etag": '"a"', "last-modified": OLD, "date": LATER}, '"a"'),
        ({"last-modified": OLD, "date": LATER}, OLD),
        ({"etag": 'W/"a"', "last-modified": OLD, "date": LATER}, None),
        ({"etag": "a"}, None),
        ({"etag": '"a\r\nX: y"'}, None),
        ({"etag": '"\u00e9"'}, None),
        ({"last-modified": OLD}, None),
        ({"last-modified": OLD, "date": TOO_SOON}, None),
        ({"last-modified": "yesterday", "date": LATER}, None),
        ({"last-modified": "Tue, 99 Jul 2025 00:00:00 GMT", "date": LATER}, None),
        ({}, None),
    ],
)
def test_only_what_stands_for_these_very_bytes_is_a_validator(
    fields: dict[str, str], validator: str | None
) -> None:
    assert strong_validator(Head(200, tuple(fields.items()))) == validator


def rest(content_range: str, **fields: str) -> int | None:
    head = Head(206, (("etag", '"a"'), ("content-range", content_range), *fields.items()))
    return total_if_rest(head, offset_bytes=10, validator='"a"', total_bytes=100)


def test_exactly_the_rest_is_taken() -> None:
    assert rest("bytes 10-99/100") == 100
    assert rest("bytes 10-99/100", **{"content-length": "90"}) == 100


@pytest.mark.parametrize(
    "content_range",
    [
        "bytes 9-99/100",
        "bytes 11-99/100",
        "bytes 10-98/100",
        "bytes 10-99/101",
        "bytes 10-100/101",
        "bytes 10-99/*",
        "bytes */100",
        "10-99",
        "",
    ],
)
def test_another_part_is_not(content_range: str) -> None:
    assert rest(content_range) is None


def test_a_part_of_another_length_is_not() -> None:
    assert rest("bytes 10-99/100", **{"content-length": "89"}) is None


@pytest.mark.parametrize("fields", [(), (("etag", '"b"'),), (("last-modified", OLD),)])
def test_a_part_of_another_file_is_not(fields: tuple[tuple[str, str], ...]) -> None:
    head = Head(206, (("content-range", "bytes 10-99/100"), *fields))
    assert total_if_rest(head, offset_bytes=10, validator='"a"', total_bytes=None) is None
