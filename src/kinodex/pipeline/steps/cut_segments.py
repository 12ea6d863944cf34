"""Cut shots into the spans that are searched."""

import math
from collections.abc import Sequence
from itertools import pairwise

from kinodex.domain.timeline import Segment, Shot, Span

LONGEST_SEGMENT_S = 10.0
"""A moment longer than this is hard to look through; the API's own clips are 2-10 s."""


def cut_segments(shots: Sequence[Shot], *, longest_s: float = LONGEST_SEGMENT_S) -> tuple[Segment, ...]:
    """
    Cut each shot into equal pieces no longer than ``longest_s``; no piece crosses a cut.

    Args:
        shots: In time order, without gap or overlap.
        longest_s: Longest piece, in seconds.

    Returns:
        Segments in time order that cover the shots exactly; a shot of up to ``longest_s`` is one.
    """
    spans = [(shot.number, span) for shot in shots for span in _pieces(shot.span, longest_s)]
    return tuple(Segment(number, shot, span) for number, (shot, span) in enumerate(spans))


def _pieces(span: Span, longest_s: float) -> list[Span]:
    count = max(1, math.ceil(span.duration_s / longest_s - 1e-9))
    edges = [span.start_s + span.duration_s * place / count for place in range(count)] + [span.end_s]
    return [Span(start, end) for start, end in pairwise(edges)]
