"""Segments in memory, up to a number of bytes."""

import threading
from collections import OrderedDict

from kinodex.stores.vectors.format import Segment


class SegmentCache:
    """
    The segments used last, by the checksum of their bytes: an entry can never be out of date.

    A segment larger than the whole budget is not kept. Safe to use from several threads.
    """

    def __init__(self, limit_bytes: int) -> None:
        """Hold at most so many bytes."""
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._segments: OrderedDict[str, Segment] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """How much is held."""
        return self._size_bytes

    def get(self, checksum: str) -> Segment | None:
        """Return a segment and note that it was used, or ``None``."""
        with self._lock:
            segment = self._segments.get(checksum)
            if segment is not None:
                self._segments.move_to_end(checksum)
            return segment

    def put(self, checksum: str, segment: Segment) -> None:
        """Keep a segment; the least used go until it fits."""
        with self._lock:
            if checksum in self._segments or segment.size_bytes > self._limit_bytes:
                return
            self._segments[checksum] = segment
            self._size_bytes += segment.size_bytes
            while self._size_bytes > self._limit_bytes:
                _, least_used = self._segments.popitem(last=False)
                self._size_bytes -= least_used.size_bytes
