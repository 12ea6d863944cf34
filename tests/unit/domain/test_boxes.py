"""Where the parts of an MP4 lie, read off its first bytes and its last."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.domain.boxes import Box, boxes, declared_duration_s, first_unread, movie_index

FTYP = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _read(content: bytes, end: int | None = None):
    known = content if end is None else content[:end]
    return lambda start, length: known[start : start + length]


def _mvhd(duration: int, *, scale: int = 1000) -> bytes:
    return _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, scale, duration) + bytes(80))


def test_the_index_is_found_at_the_front_and_behind_the_pictures() -> None:
    moov, mdat = _box(b"moov", _mvhd(5000)), _box(b"mdat", bytes(100))
    front, back = FTYP + moov + mdat, FTYP + mdat + moov
    assert movie_index(_read(front)) == Box(b"moov", 16, 24, 16 + len(moov))
    assert movie_index(_read(back)) == Box(b"moov", 124, 132, 124 + len(moov))


def test_behind_media_data_that_is_not_here_the_place_of_the_index_is_known() -> None:
    content = FTYP + struct.pack(">I4sQ", 1, b"mdat", 5 * 1024**3) + bytes(100)
    assert movie_index(_read(content)) is None
    assert first_unread(_read(content)) == 16 + 5 * 1024**3


def test_media_data_to_the_end_of_the_file_has_nothing_behind_it() -> None:
    content = FTYP + struct.pack(">I4s", 0, b"mdat") + bytes(100)
    assert movie_index(_read(content)) is None
    assert [box.end for box in boxes(_read(content))] == [16, None]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (_mvhd(5000), 5.0),
        (_mvhd(0), None),
        (_mvhd(2**32 - 1), None),
        (_mvhd(10, scale=0), None),
        (_box(b"mvhd", struct.pack(">IQQIQ", 1 << 24, 0, 0, 1000, 10_800_000) + bytes(80)), 10_800.0),
        (_box(b"mvhd", b"\0"), None),
        (_box(b"udta", b""), None),
    ],
)
def test_the_declared_duration_is_read_from_the_movie_header(header: bytes, seconds: float | None) -> None:
    content = FTYP + _box(b"moov", header)
    index = movie_index(_read(content))
    assert index is not None
    assert declared_duration_s(_read(content), index) == seconds


@given(st.binary(max_size=200))
def test_anything_is_walked_to_an_end(content: bytes) -> None:
    found = list(boxes(_read(FTYP + content)))
    assert all(box.end is None or box.end > box.start for box in found)
    movie_index(_read(FTYP + content))
