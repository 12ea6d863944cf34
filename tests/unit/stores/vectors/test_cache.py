"""Segments in memory, up to a number of bytes."""

import numpy as np

from kinodex.stores.vectors.cache import SegmentCache
from kinodex.stores.vectors.codes import Codes
from kinodex.stores.vectors.format import Segment


def a_segment(rows: int) -> Segment:
    floats = np.zeros(rows, dtype=np.float32)
    return Segment(
        vectors=np.zeros((rows, 20), dtype=np.float16),
        codes=Codes.of(np.zeros((rows, 20), dtype=np.float32)),
        spans=np.zeros((rows, 2), dtype=np.float32),
        at_s=floats,
        numbers=np.zeros(rows, dtype=np.int32),
        starts=np.zeros(rows, dtype=np.int64),
    )


TEN = a_segment(10).size_bytes


def test_the_least_used_goes_first() -> None:
    cache = SegmentCache(2 * TEN)
    cache.put("a", a_segment(10))
    cache.put("b", a_segment(10))
    assert cache.get("a") is not None

    cache.put("c", a_segment(10))

    assert [name for name in "abc" if cache.get(name) is not None] == ["a", "c"]
    assert cache.size_bytes == 2 * TEN


def test_a_segment_put_twice_counts_once() -> None:
    cache = SegmentCache(2 * TEN)
    for _ in range(5):
        cache.put("a", a_segment(10))

    assert cache.size_bytes == TEN


def test_a_segment_larger_than_everything_is_not_kept() -> None:
    cache = SegmentCache(2 * TEN)
    cache.put("a", a_segment(10))

    cache.put("b", a_segment(30))

    assert cache.get("b") is None
    assert cache.get("a") is not None
