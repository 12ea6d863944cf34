"""Metrics against examples worked by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.domain.timeline import Span
from kinodex.evaluation.judged import Place
from kinodex.evaluation.metrics import (
    METRICS,
    finds,
    first_iou,
    grades_of,
    iou,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    scores_of,
)
from kinodex.evaluation.runs import Hit


def hit(start: float, end: float, video: str = "a.mp4") -> Hit:
    return Hit(video=video, start=start, end=end, score=90.0, confidence="high")


def true(start: float, end: float, video: str = "a.mp4", grade: int = 1) -> Place:
    return Place(video=video, start=start, end=end, grade=grade)


spans = st.tuples(st.integers(0, 100), st.integers(1, 50)).map(lambda pair: Span(pair[0], sum(pair)))
hits = st.builds(
    lambda span, video: hit(span.start_s, span.end_s, video), spans, st.sampled_from(["a.mp4", "b.mp4"])
)
places = st.builds(
    lambda span, video, grade: true(span.start_s, span.end_s, video, grade),
    spans,
    st.sampled_from(["a.mp4", "b.mp4"]),
    st.integers(1, 3),
)


def test_iou_of_stretches_is_what_they_share_of_what_they_cover() -> None:
    assert iou(Span(0, 10), Span(5, 15)) == pytest.approx(5 / 15)
    assert iou(Span(0, 10), Span(0, 10)) == 1.0
    assert iou(Span(0, 10), Span(10, 20)) == 0.0


@given(spans, spans)
def test_iou_is_the_same_both_ways_and_a_share(first: Span, second: Span) -> None:
    assert iou(first, second) == iou(second, first)
    assert 0.0 <= iou(first, second) <= 1.0
    assert iou(first, first) == 1.0


def test_a_hit_finds_what_shares_half_of_the_shorter() -> None:
    assert finds(hit(0, 60), true(10, 12))
    assert finds(hit(11, 21), true(10, 12))
    assert not finds(hit(11.01, 21), true(10, 12))
    assert not finds(hit(10, 12, "b.mp4"), true(10, 12))


def test_a_true_moment_is_found_once() -> None:
    assert grades_of([hit(0, 4), hit(1, 4), hit(20, 24)], [true(0, 4), true(20, 24)]) == [1, 0, 1]


def test_of_several_moments_the_best_grade_counts_first() -> None:
    assert grades_of([hit(0, 10), hit(0, 10)], [true(0, 5), true(5, 10, grade=3)]) == [3, 1]


def test_recall_counts_true_moments_not_hits() -> None:
    grades = [0, 1, 0, 1, 0, 1]

    assert [recall_at(grades, 4, cut=cut) for cut in (1, 2, 5, 10)] == [0.0, 0.25, 0.5, 0.75]


def test_ndcg_is_that_of_the_textbook() -> None:
    # Gains 3, 7, 0, 1 at ranks 1 to 4; ideally 7, 3, 1.
    reached = 3 / 1 + 7 / math.log2(3) + 1 / math.log2(5)
    best = 7 / 1 + 3 / math.log2(3) + 1 / math.log2(4)

    assert ndcg_at([2, 3, 0, 1], [1, 2, 3], cut=10) == pytest.approx(reached / best)
    assert ndcg_at([3, 2, 1], [1, 2, 3], cut=10) == 1.0
    assert ndcg_at([0, 0, 3], [3], cut=2) == 0.0


def test_the_reciprocal_rank_is_that_of_the_first_find() -> None:
    assert reciprocal_rank([0, 0, 1, 1]) == pytest.approx(1 / 3)
    assert reciprocal_rank([0, 0]) == 0.0


def test_the_first_hit_alone_is_measured_against_the_moment_it_fits_best() -> None:
    relevant = [true(0, 10), true(20, 30), true(0, 3, "b.mp4")]

    assert first_iou([hit(22, 30), hit(0, 10)], relevant) == pytest.approx(0.8)
    assert first_iou([hit(0, 3, "c.mp4")], relevant) == 0.0
    assert first_iou([], relevant) == 0.0


def test_an_answer_is_scored_by_all_of_them() -> None:
    scores = scores_of([hit(0, 4, "b.mp4"), hit(0, 6)], [true(0, 10)])

    assert scores == {
        "recall@1": 0.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "ndcg@10": pytest.approx(1 / math.log2(3)),
        "mrr": 0.5,
        "r1@0.5": 0.0,
        "r1@0.7": 0.0,
        "miou": 0.0,
    }
    assert scores_of([hit(0, 6)], [true(0, 10)])["r1@0.5"] == 1.0
    assert scores_of([hit(0, 6)], [true(0, 10)])["r1@0.7"] == 0.0


@settings(max_examples=25)
@given(st.lists(hits, max_size=12), st.lists(places, min_size=1, max_size=5, unique=True))
def test_every_score_is_a_share_and_a_perfect_answer_reaches_all(
    answered: list[Hit], relevant: list[Place]
) -> None:
    scores = scores_of(answered, relevant)

    assert tuple(scores) == METRICS
    assert all(0.0 <= value <= 1.0 + 1e-12 for value in scores.values())


@settings(max_examples=25)
@given(st.lists(hits, max_size=12), st.lists(places, min_size=1, max_size=5, unique=True), hits)
def test_more_hits_never_lower_a_score(answered: list[Hit], relevant: list[Place], more: Hit) -> None:
    before = scores_of(answered, relevant)
    after = scores_of([*answered, more], relevant)

    assert all(after[metric] >= before[metric] for metric in METRICS)
