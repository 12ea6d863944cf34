"""
How good one ranked answer is.

A hit *finds* a true moment if both lie in one video and share at least half of the shorter of the two
(overlap coefficient, Szymkiewicz 1934 and Simpson 1943): whether the right place was found is one question,
how well its bounds fit another, which the metrics with IoU in their name answer. A true moment is found once,
by the first hit that does so; later hits of the same moment are worth nothing, so that ten hits of one shot
cannot look like ten finds.
"""

import math
from collections.abc import Mapping, Sequence

from kinodex.domain.timeline import Span
from kinodex.evaluation.judged import Place
from kinodex.evaluation.runs import Hit

LEAST_SHARED = 0.5
FAIR_FIT, CLOSE_FIT = 0.5, 0.7

METRICS = ("recall@1", "recall@5", "recall@10", "ndcg@10", "mrr", "r1@0.5", "r1@0.7", "miou")
"""What is computed of every answer to a query that has one, in the order of reports."""


def shared_s(first: Span, second: Span) -> float:
    """Return how many seconds two stretches have in common."""
    return max(0.0, min(first.end_s, second.end_s) - max(first.start_s, second.start_s))


def iou(first: Span, second: Span) -> float:
    """Return the intersection over the union of two stretches, in [0, 1] (Jaccard 1912)."""
    common_s = shared_s(first, second)
    union_s = first.duration_s + second.duration_s - common_s
    return common_s / union_s if union_s > 0 else 0.0


def finds(hit: Hit, place: Place) -> bool:
    """Return whether a hit finds a true moment."""
    shorter_s = min(hit.span.duration_s, place.span.duration_s)
    if hit.video != place.video or shorter_s <= 0:
        return False
    return shared_s(hit.span, place.span) >= LEAST_SHARED * shorter_s


def grades_of(hits: Sequence[Hit], relevant: Sequence[Place]) -> list[int]:
    """
    Return for each hit the grade of the true moment it is the first to find, else 0.

    Of several it finds, the one with the highest grade counts, of equals the one that fits best.
    """
    left = list(relevant)
    grades = []
    for hit in hits:
        found = [place for place in left if finds(hit, place)]
        if not found:
            grades.append(0)
            continue
        best = max(found, key=lambda place: (place.grade, iou(hit.span, place.span)))
        left.remove(best)
        grades.append(best.grade)
    return grades


def recall_at(grades: Sequence[int], relevant_count: int, *, cut: int) -> float:
    """Return the share of the true moments that the first hits find (Manning et al. 2008, section 8.3)."""
    return sum(grade > 0 for grade in grades[:cut]) / relevant_count


def ndcg_at(grades: Sequence[int], ideal: Sequence[int], *, cut: int) -> float:
    """
    Return the discounted cumulative gain of the first hits as a share of the best one possible.

    Järvelin and Kekäläinen 2002, with gains of ``2 ** grade - 1`` (Burges et al. 2005).

    Args:
        grades: Of the hits, in their order.
        ideal: Of all true moments, at least one.
        cut: How many hits count.
    """
    return _gain(grades[:cut]) / _gain(sorted(ideal, reverse=True)[:cut])


def reciprocal_rank(grades: Sequence[int]) -> float:
    """Return one over the rank of the first hit that finds anything, 0 for none (Voorhees 1999)."""
    return next((1.0 / rank for rank, grade in enumerate(grades, start=1) if grade > 0), 0.0)


def first_iou(hits: Sequence[Hit], relevant: Sequence[Place]) -> float:
    """
    Return how well the first hit fits the true moment it fits best; 0 where it is in another video.

    At 0.5 and 0.7 this is the R1@IoU of moment retrieval, its mean over queries the mIoU (Gao et al. 2017,
    "TALL: temporal activity localization via language query").
    """
    if not hits:
        return 0.0
    first = hits[0]
    return max((iou(first.span, place.span) for place in relevant if place.video == first.video), default=0.0)


def scores_of(hits: Sequence[Hit], relevant: Sequence[Place]) -> Mapping[str, float]:
    """Return every metric of an answer, each in [0, 1]; there is at least one true moment."""
    grades = grades_of(hits, relevant)
    fit = first_iou(hits, relevant)
    return {
        "recall@1": recall_at(grades, len(relevant), cut=1),
        "recall@5": recall_at(grades, len(relevant), cut=5),
        "recall@10": recall_at(grades, len(relevant), cut=10),
        "ndcg@10": ndcg_at(grades, [place.grade for place in relevant], cut=10),
        "mrr": reciprocal_rank(grades),
        "r1@0.5": float(fit >= FAIR_FIT),
        "r1@0.7": float(fit >= CLOSE_FIT),
        "miou": fit,
    }


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
