"""The header ``Range``."""

import pytest

from kinodex.http.byte_ranges import RangeUnsatisfiable, range_of


@pytest.mark.parametrize(
    ("header", "start", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 100),
        ("bytes=10-19", 10, 10),
        ("bytes = 10 - 19", 10, 10),
        ("bytes=99-200", 99, 1),
        ("bytes=-1", 99, 1),
        ("bytes=-500", 0, 100),
    ],
)
def test_a_part_is_what_the_header_says(header: str, start: int, length: int) -> None:
    part = range_of(header, total=100)
    assert (part.start, part.length) == (start, length)
    assert part.content_range == f"bytes {start}-{start + length - 1}/100"


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=5-4", "items=0-1", "bytes=0-1,5-6", "bytes=x-"]
)
def test_what_is_no_single_part_is_answered_with_all(header: str | None) -> None:
    assert range_of(header, total=100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_part_behind_the_end_cannot_be_given(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        range_of(header, total=100)
