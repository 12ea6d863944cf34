"""Where the parts of an MP4 or QuickTime file lie: boxes, as ISO/IEC 14496-12 section 4.2 describes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

ReadAt = Callable[[int, int], bytes]
"""Returns the bytes at an offset, at most so many; fewer where no more are known."""

_HEAD_BYTES, _LONG_HEAD_BYTES = 8, 16
_IS_LONG, _TO_THE_END = 1, 0
_MOST_BOXES = 10_000
_MVHD_BYTES = 32


@dataclass(frozen=True, slots=True)
class Box:
    """
    One box.

    ``kind`` is its four letters, ``start`` the offset of its first byte, ``end`` that behind its last;
    ``inside`` is where its content begins. ``end`` is ``None`` for a box that goes on to the end of the file.
    """

    kind: bytes
    start: int
    inside: int
    end: int | None


def boxes(read_at: ReadAt, *, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes from an offset on, as far as their heads can be read and make sense."""
    for _ in range(_MOST_BOXES):
        if end is not None and start >= end:
            return
        box = _box(read_at(start, _LONG_HEAD_BYTES), start)
        if box is None:
            return
        yield box
        if box.end is None:
            return
        start = box.end


def movie_index(read_at: ReadAt) -> Box | None:
    """
    Return the box that says where each picture lies, ``moov``, even if its content cannot be read.

    Returns:
        ``None`` where it is not known: the heads of the boxes before it cannot be read.
    """
    for box in boxes(read_at):
        if box.kind == b"moov":
            return box
    return None


def first_unread(read_at: ReadAt) -> int:
    """Return the offset of the first box whose head cannot be read: after long media data, the index."""
    place = 0
    for box in boxes(read_at):
        place = box.end if box.end is not None else box.start
    return place


def declared_duration_s(read_at: ReadAt, index: Box) -> float | None:
    """Return the duration the movie header declares, in seconds; ``None`` where it declares none."""
    for box in boxes(read_at, start=index.inside, end=index.end):
        if box.kind == b"mvhd":
            return _movie_header(read_at(box.inside, _MVHD_BYTES))
    return None


def _box(head: bytes, start: int) -> Box | None:
    if len(head) < _HEAD_BYTES or not all(0x20 <= letter < 0x7F or letter == 0xA9 for letter in head[4:8]):  # noqa: PLR2004  printable, and the copyright sign of QuickTime
        return None
    size, kind, inside = int.from_bytes(head[:4]), head[4:8], start + _HEAD_BYTES
    if size == _TO_THE_END:
        return Box(kind, start, inside, None)
    if size == _IS_LONG:
        if len(head) < _LONG_HEAD_BYTES:
            return None
        size, inside = int.from_bytes(head[8:16]), start + _LONG_HEAD_BYTES
    return Box(kind, start, inside, start + size) if start + size >= inside else None


def _movie_header(content: bytes) -> float | None:
    if len(content) < _MVHD_BYTES:
        return None
    # Version 1 has times of 8 bytes, version 0 of 4: creation, change, time scale, duration.
    scale_at, width = (20, 8) if content[0] == 1 else (12, 4)
    scale = int.from_bytes(content[scale_at : scale_at + 4])
    duration = int.from_bytes(content[scale_at + 4 : scale_at + 4 + width])
    is_unknown = duration in {0, 2 ** (8 * width) - 1}
    return None if is_unknown or not scale else duration / scale
