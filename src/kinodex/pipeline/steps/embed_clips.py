"""From the vectors of pictures to the vectors of clips."""

from collections.abc import Sequence

import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.domain.embeddings import EmbedWanted
from kinodex.domain.timeline import Shot, Span
from kinodex.engines.protocols import FrameVectors

SHORTEST_CLIP_S = 2.0
"""What is left over at the end and is shorter is dropped."""


def clips_of(shots: Sequence[Shot], duration_s: float, wanted: EmbedWanted) -> tuple[Span, ...]:
    """
    Return the clips of a video that are to be embedded, in time order.

    Args:
        shots: In time order, without gap or overlap.
        duration_s: Length of the video.
        wanted: How long clips are, and which stretch of the video they cover.
    """
    end_s = duration_s if wanted.end_s is None else min(wanted.end_s, duration_s)
    if wanted.minimum_shot_s is None:
        spans = _equal(wanted.start_s, end_s, wanted.clip_s)
    else:
        spans = _joined(shots, wanted.start_s, end_s, wanted.minimum_shot_s)
    return tuple(span for span in spans if span.duration_s >= min(SHORTEST_CLIP_S, end_s - wanted.start_s))


def visual_vector(vectors: FrameVectors, shown: Sequence[Span], span: Span) -> Vectors | None:
    """
    Return the vector of what is seen in a span.

    Args:
        vectors: Row *i* for picture *i*; the middle one of its views stands for it.
        shown: How long each picture stands for what is on screen.
        span: Pictures weigh as much as the time they share with it.

    Returns:
        ``float32``, shape ``(d,)``, length 1; ``None`` where no picture stands.
    """
    shares = [max(0.0, min(span.end_s, each.end_s) - max(span.start_s, each.start_s)) for each in shown]
    weights = np.array(shares, dtype=np.float32)
    if not weights.any():
        return None
    mean = weights @ vectors.meaning[:, vectors.meaning.shape[1] // 2]
    length = float(np.linalg.norm(mean))
    return None if length == 0 else (mean / length).astype(np.float32)


def _equal(start_s: float, end_s: float, clip_s: float) -> list[Span]:
    count = int(np.ceil(max(0.0, end_s - start_s) / clip_s - 1e-9))
    starts = [start_s + clip_s * place for place in range(count)]
    return [Span(each, min(each + clip_s, end_s)) for each in starts]


def _joined(shots: Sequence[Shot], start_s: float, end_s: float, minimum_s: float) -> list[Span]:
    spans: list[Span] = []
    begun_s: float | None = None
    for shot in shots:
        first_s, last_s = max(shot.span.start_s, start_s), min(shot.span.end_s, end_s)
        if last_s <= first_s:
            continue
        begun_s = first_s if begun_s is None else begun_s
        if last_s - begun_s >= minimum_s:
            spans.append(Span(begun_s, last_s))
            begun_s = None
    if begun_s is not None:  # what is left belongs to the clip before it
        before = spans.pop().start_s if spans else begun_s
        spans.append(Span(before, end_s))
    return spans
