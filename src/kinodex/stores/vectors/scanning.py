"""
The nearest rows of some segments: a look at the codes of all, then at the vectors of those that may be it.

The look at the codes errs by a little that is known (``codes.doubt``). So everything is compared by its
vectors, kept with 16 bits a dimension, whose code comes within twice that of the last one wanted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kinodex.domain.arrays import AnyArray, Vectors
from kinodex.stores.vectors.codes import Codes, doubt, write_products
from kinodex.stores.vectors.format import Segment

MOST_TIMES, MOST_BEYOND = 8, 1000
"""Of what is within doubt, at most so many times the rows wanted are compared, and so many more."""


@dataclass(frozen=True, slots=True)
class NearRow:
    """A row: of which segment, which of its rows, and its cosine with the nearest of the queries."""

    segment: int
    row: int
    similarity: float


def nearest(segments: Sequence[Segment], queries: Vectors, *, count: int) -> Iterator[NearRow]:
    """
    Yield rows, the nearest first, among them the best rows of the ``count`` nearest numbers.

    Rows of one number may come more than once, the best of them first.

    Args:
        segments: Each with one row at least, all of one space.
        queries: ``float32`` of shape ``(m, dimensions)`` and length 1.
        count: So many numbers of segments are wanted.
    """
    asked = Codes.of(queries)
    ends = np.cumsum([len(segment.numbers) for segment in segments])
    rough = _rough(segments, asked, ends=ends)
    margin = 2 * doubt(asked, max(segment.codes.rounding for segment in segments))
    rows = _promising(rough, _starts(segments, ends), count=count, margin=margin)
    places = np.searchsorted(ends, rows, side="right")
    locals_ = rows - np.concatenate(([0], ends[:-1]))[places]
    similarities = _compared(segments, places, locals_, queries)
    numbers = np.empty(len(rows), dtype=np.int64)
    for place, part in _parts(places):
        numbers[part] = segments[place].numbers[locals_[part]]
    for each in np.lexsort((numbers, places, -similarities)):
        yield NearRow(int(places[each]), int(locals_[each]), float(similarities[each]))


def _rough(segments: Sequence[Segment], asked: Codes, *, ends: AnyArray) -> AnyArray:
    """Return for each row of all segments nearly the similarity to the nearest query."""
    products = np.empty((1, int(ends[-1])), dtype=np.float32)
    scales = np.concatenate([segment.codes.scales for segment in segments])
    best: AnyArray | None = None
    for number, scale in enumerate(asked.scales):
        query, start = asked.values[number : number + 1], 0
        for segment, end in zip(segments, ends.tolist(), strict=True):
            write_products(query, segment.codes.values, products[:, start:end])
            start = end
        similarities = products[0] * (scales * scale)
        best = similarities if best is None else np.maximum(best, similarities)
    return np.zeros(0, np.float32) if best is None else best


def _starts(segments: Sequence[Segment], ends: AnyArray) -> AnyArray | None:
    """Return the first row of each number over all segments, ``None`` where each row has its own."""
    if sum(len(segment.starts) for segment in segments) == int(ends[-1]):
        return None
    before = [0, *ends[:-1].tolist()]
    return np.concatenate([each.starts + start for each, start in zip(segments, before, strict=True)])


def _promising(rough: AnyArray, starts: AnyArray | None, *, count: int, margin: float) -> AnyArray:
    """Return the rows to be compared by their vectors, ascending; all of a number or none."""
    best = rough if starts is None else np.maximum.reduceat(rough, starts)
    chosen = np.arange(len(best))
    if len(best) > count:
        last = np.partition(best, len(best) - count)[len(best) - count]
        chosen = np.flatnonzero(best >= last - margin)
        most = MOST_TIMES * count + MOST_BEYOND
        if len(chosen) > most:
            chosen = np.sort(chosen[np.argpartition(-best[chosen], most - 1)[:most]])
    if starts is None:
        return chosen
    lengths = np.diff(starts, append=len(rough))[chosen]
    firsts = np.repeat(starts[chosen] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return firsts + np.arange(len(firsts))


def _compared(segments: Sequence[Segment], places: AnyArray, rows: AnyArray, queries: Vectors) -> AnyArray:
    """Return the cosines of rows with the nearest of the queries."""
    vectors = np.empty((len(rows), queries.shape[1]), dtype=np.float32)
    for place, part in _parts(places):
        vectors[part] = segments[place].vectors[rows[part]]
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    similarities: AnyArray = (vectors @ queries.T).max(axis=1)
    np.divide(similarities, lengths, out=similarities, where=lengths > 0)
    np.clip(similarities, -1.0, 1.0, out=similarities)
    return similarities


def _parts(places: AnyArray) -> Iterator[tuple[int, slice]]:
    """Yield for each segment that occurs in an ascending list where it does."""
    bounds = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), len(places)]
    for start, end in pairwise(bounds):
        if end > start:
            yield int(places[start]), slice(start, end)
