"""
The bytes of a vector segment.

``KXV1``, the length of the header as 4 bytes little endian, the header as JSON, then end to end: vectors
as ``float16``, spans as ``float32``, instants as ``float32``, numbers as ``int32``, all little endian.
"""

from dataclasses import dataclass
from math import prod

import msgspec
import numpy as np

from kinodex.domain.arrays import AnyArray, Vectors
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.stores.protocols import VectorRows
from kinodex.stores.vectors.codes import Codes

MAGIC = b"KXV1"
_LENGTH_BYTES = 4


class Header(msgspec.Struct, frozen=True):
    """What the arrays are; ``space`` is the id of a space."""

    space: str
    modality: Modality
    rows: int
    dimensions: int


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A segment in memory, its rows sorted by number.

    ``vectors`` are ``float16`` of length 1 but for rounding; ``codes`` are the same with a byte a
    dimension; ``starts`` holds the first row of each number.
    """

    vectors: AnyArray
    codes: Codes
    spans: AnyArray
    at_s: AnyArray
    numbers: AnyArray
    starts: AnyArray

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, nearly."""
        arrays = (self.vectors, self.spans, self.at_s, self.numbers, self.starts)
        return self.codes.size_bytes + sum(array.nbytes for array in arrays)


def pack(rows: VectorRows, *, space: Space, modality: Modality) -> bytes:
    """
    Return rows as the bytes of a segment; the same rows give the same bytes.

    Raises:
        ValueError: The arrays do not go together, or not with the space.
    """
    count = len(rows.vectors)
    arrays = (rows.vectors, rows.spans, rows.at_s, rows.numbers)
    shapes = _shapes(count, space.dimensions)
    if tuple(array.shape for array in arrays) != shapes:
        raise ValueError(f"shapes {[array.shape for array in arrays]} where {list(shapes)} are due")
    if not np.isfinite(rows.vectors).all():
        raise ValueError("a vector holds something that is no number")
    header = msgspec.json.encode(Header(space.id, modality, count, space.dimensions))
    parts = [np.ascontiguousarray(array, dtype) for array, dtype in zip(arrays, _DTYPES, strict=True)]
    length = len(header).to_bytes(_LENGTH_BYTES, "little")
    return b"".join([MAGIC, length, header, *(part.tobytes() for part in parts)])


def unpack(content: bytes, *, space: str) -> Segment:
    """
    Return the segment that ``pack`` made, ready to be searched.

    Raises:
        ValueError: These are not the bytes of a segment of this space.
    """
    start = len(MAGIC) + _LENGTH_BYTES
    end = start + int.from_bytes(content[len(MAGIC) : start], "little")
    if not content.startswith(MAGIC):
        raise ValueError("not a vector segment")
    header = msgspec.json.decode(content[start:end], type=Header)
    if header.space != space:
        raise ValueError(f"a segment of the space {header.space} where {space} is due")
    arrays = []
    for dtype, shape in zip(_DTYPES, _shapes(header.rows, header.dimensions), strict=True):
        arrays.append(np.frombuffer(content, dtype, count=prod(shape), offset=end).reshape(shape))
        end += arrays[-1].nbytes
    return _sorted(*arrays)


_DTYPES = ("<f2", "<f4", "<f4", "<i4")


def _shapes(rows: int, dimensions: int) -> tuple[tuple[int, ...], ...]:
    return ((rows, dimensions), (rows, 2), (rows,), (rows,))


def _sorted(vectors: AnyArray, spans: AnyArray, at_s: AnyArray, numbers: AnyArray) -> Segment:
    order = np.argsort(numbers, kind="stable")
    ascending = numbers[order]
    ordered = vectors[order]
    return Segment(
        vectors=ordered,
        codes=Codes.of(unit(ordered)),
        spans=spans[order],
        at_s=at_s[order],
        numbers=ascending,
        starts=np.flatnonzero(np.diff(ascending, prepend=ascending[:1] - 1)),
    )


def unit(rounded: AnyArray) -> Vectors:
    """Return vectors as ``float32``, without what rounding to 16 bits did to the lengths; zeros stay."""
    vectors: Vectors = rounded.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors
