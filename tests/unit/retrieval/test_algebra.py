"""And, or, then and not over the timeline of one video, against evaluators that try everything."""

from collections.abc import Sequence
from itertools import pairwise, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.domain.timeline import Span
from kinodex.retrieval.algebra import Match, Part, all_of, any_of, in_order, standing, without

Shown = tuple[float, float, float]


def match(start_s: float, end_s: float, probability: float, *, leaf: int = 0) -> Match:
    span = Span(float(start_s), float(end_s))
    return Match(span, probability, (Part(leaf, span, probability),))


def shown(matches: Sequence[Match]) -> list[Shown]:
    return [(each.span.start_s, each.span.end_s, pytest.approx(each.probability)) for each in matches]


def test_and_wants_an_overlap_and_multiplies() -> None:
    goals, cheers = [match(0, 10, 0.8), match(20, 30, 0.9)], [match(8, 14, 0.5, leaf=1), match(30, 34, 0.9)]

    (found,) = all_of([goals, cheers], within_s=None)

    assert shown([found]) == [(0, 14, 0.4)]
    assert found.parts == (goals[0].parts[0], cheers[0].parts[0])


def test_and_with_a_window_bridges_a_gap_in_either_order() -> None:
    assert shown(all_of([[match(0, 10, 0.8)], [match(14, 16, 0.5)]], within_s=4)) == [(0, 16, 0.4)]
    assert shown(all_of([[match(14, 16, 0.5)], [match(0, 10, 0.8)]], within_s=4)) == [(0, 16, 0.4)]
    assert all_of([[match(0, 10, 0.8)], [match(14, 16, 0.5)]], within_s=3.9) == []


def test_then_wants_an_order_and_a_beginning_in_time() -> None:
    goal, save = match(10, 20, 0.8), match(25, 30, 0.5)

    assert shown(in_order([[goal], [save]], within_s=5)) == [(10, 30, 0.4)]
    assert in_order([[goal], [save]], within_s=4.999) == []
    assert in_order([[save], [goal]], within_s=5) == []
    assert in_order([[goal], [match(19, 30, 0.5)]], within_s=5) == []
    assert shown(in_order([[goal], [match(20, 21, 0.5)]], within_s=0)) == [(10, 21, 0.4)]


def test_then_without_a_window_looks_at_all_that_is_later() -> None:
    assert shown(in_order([[match(0, 1, 0.8)], [match(5_000, 5_001, 0.5)]], within_s=None)) == [
        (0, 5_001, 0.4)
    ]


def test_gaps_are_not_upset_by_the_way_computers_add() -> None:
    first = match(0.0, 0.1 + 0.2, 0.8)  # ends a hair after .3

    assert len(in_order([[first], [match(0.3, 1.0, 0.5)]], within_s=0)) == 1


def test_or_lets_overlapping_matches_support_the_likeliest() -> None:
    found = any_of([[match(10, 15, 0.6)], [match(14, 18, 0.5), match(40, 44, 0.3)]])

    assert shown(standing(found, least=0.01)) == [(10, 18, 0.8), (40, 44, 0.3)]


def test_a_faint_supporter_lends_no_time() -> None:
    (found,) = standing(any_of([[match(10, 15, 0.9)], [match(12, 60, 0.1)]]), least=0.01)

    assert shown([found]) == [(10, 15, 0.91)]


def test_not_drops_what_overlaps_a_confident_match_only() -> None:
    origin = [match(0, 10, 0.8), match(20, 30, 0.7), match(40, 50, 0.6)]
    sub = [match(9, 12, 0.5, leaf=1), match(30, 39, 0.9, leaf=1), match(41, 42, 0.4, leaf=1)]

    kept = without(origin, sub, confident=0.5)

    assert shown(kept) == [(20, 30, 0.7), (40, 50, 0.36)]
    assert kept[1].parts[-1] == Part(1, Span(41.0, 42.0), 0.4, is_against=True)


def test_what_stands_does_not_overlap_and_the_likeliest_comes_first() -> None:
    matches = [match(0, 10, 0.5), match(9, 12, 0.9), match(12, 14, 0.5), match(20, 21, 0.001)]

    assert shown(standing(matches, least=0.01)) == [(9, 12, 0.9), (12, 14, 0.5)]


@st.composite
def operands(draw: st.DrawFn) -> list[list[Match]]:
    """A few operands of a few matches on a short timeline; probabilities and spans often coincide."""
    one = st.builds(
        lambda start, length, hundredths: match(start, start + length, hundredths / 100),
        st.integers(0, 12),
        st.integers(1, 6),
        st.sampled_from([10, 25, 49, 50, 51, 90]),
    )
    return draw(st.lists(st.lists(one, max_size=4, unique_by=lambda each: each.span), min_size=2, max_size=3))


def _preference(each: Match) -> tuple[float, float, float]:
    return -each.probability, -each.span.start_s, each.span.end_s


def _joined(chosen: Sequence[Match], probability: float) -> Shown:
    return (
        min(each.span.start_s for each in chosen),
        max(each.span.end_s for each in chosen),
        round(probability, 9),
    )


def _plainly(matches: Sequence[Match]) -> list[Shown]:
    return sorted((each.span.start_s, each.span.end_s, round(each.probability, 9)) for each in matches)


def _all_of_by_trying(given_operands: list[list[Match]], within_s: float | None) -> list[Shown]:
    best: dict[tuple[int, int], tuple[Match, ...]] = {}
    for chosen in product(*given_operands):
        gap_s = max(a.span.start_s - b.span.end_s for a in chosen for b in chosen)
        if gap_s >= 0 if within_s is None else gap_s > within_s:
            continue
        place = max(range(len(chosen)), key=lambda number: (chosen[number].span.start_s, number))
        key = (place, given_operands[place].index(chosen[place]))
        rival = best.get(key)
        if rival is None or [*map(_preference, chosen)] < [*map(_preference, rival)]:
            best[key] = chosen
    return sorted(_joined(each, prod(one.probability for one in each)) for each in best.values())


@settings(max_examples=40)
@given(operands(), st.none() | st.integers(0, 4))
def test_and_is_the_best_combination_for_each_match_that_begins_last(given_operands, within_s) -> None:
    found = all_of(given_operands, within_s=within_s)

    assert _plainly(found) == _all_of_by_trying(given_operands, within_s)


def _in_order_by_trying(given_operands: list[list[Match]], within_s: float | None) -> list[Shown]:
    """Two operands only: the best left one for each right one."""
    found = []
    for right in given_operands[1]:
        fitting = [
            left
            for left in given_operands[0]
            if 0 <= right.span.start_s - left.span.end_s <= (within_s if within_s is not None else 1e9)
        ]
        if fitting:
            left = min(fitting, key=_preference)
            found.append(_joined((left, right), left.probability * right.probability))
    return sorted(found)


@settings(max_examples=40)
@given(operands(), st.none() | st.integers(0, 4))
def test_then_is_the_best_beginning_for_each_end(given_operands, within_s) -> None:
    pair = given_operands[:2]

    assert _plainly(in_order(pair, within_s=within_s)) == _in_order_by_trying(pair, within_s)


@settings(max_examples=40)
@given(operands(), st.none() | st.integers(0, 4))
def test_then_of_many_finds_the_likeliest_chain(given_operands, within_s) -> None:
    reach_s = within_s if within_s is not None else 1e9
    chains = [
        prod(each.probability for each in chosen)
        for chosen in product(*given_operands)
        if all(0 <= b.span.start_s - a.span.end_s <= reach_s for a, b in pairwise(chosen))
    ]
    found = in_order(given_operands, within_s=within_s)

    assert max((each.probability for each in found), default=0) == pytest.approx(max(chains, default=0))


def _any_of_by_trying(given_operands: list[list[Match]]) -> list[Shown]:
    found = []
    for place, leaders in enumerate(given_operands):
        for leader in leaders:
            chosen = [leader]
            for other_place, others in enumerate(given_operands):
                weaker = [
                    other
                    for other in others
                    if other_place != place
                    and other.span.overlaps(leader.span)
                    and other.probability <= leader.probability
                ]
                chosen.extend(sorted(weaker, key=_preference)[:1])
            lending = [each for each in chosen if each.probability >= leader.probability / 2]
            probability = 1 - prod(1 - each.probability for each in chosen)
            found.append(_joined(lending, probability))
    return sorted(found)


@settings(max_examples=40)
@given(operands())
def test_or_is_every_match_with_its_weaker_neighbours(given_operands) -> None:
    assert _plainly(any_of(given_operands)) == _any_of_by_trying(given_operands)


@settings(max_examples=40)
@given(operands())
def test_not_keeps_nothing_that_a_confident_match_overlaps(given_operands) -> None:
    origin, sub = given_operands[:2]
    kept = without(origin, sub, confident=0.5)
    expected = []
    for each in origin:
        doubts = [other.probability for other in sub if other.span.overlaps(each.span)]
        if max(doubts, default=0) < 0.5:
            expected.append(_joined([each], each.probability * (1 - max(doubts, default=0))))

    assert _plainly(kept) == sorted(expected)


@settings(max_examples=40)
@given(operands())
def test_what_falls_overlaps_something_at_least_as_likely_that_stands(given_operands) -> None:
    matches = [each for operand in given_operands for each in operand]
    stand = standing(matches, least=0.2)

    assert all(not a.span.overlaps(b.span) for a in stand for b in stand if a is not b)
    assert [each.probability for each in stand] == sorted((each.probability for each in stand), reverse=True)
    for each in matches:
        if each.probability >= 0.2 and each not in stand:
            assert any(
                other.span.overlaps(each.span) and other.probability >= each.probability for other in stand
            )


@settings(max_examples=40)
@given(operands(), st.none() | st.integers(0, 4))
def test_the_order_of_operands_changes_no_probability(given_operands, within_s) -> None:
    turned = given_operands[::-1]
    for some, others in (
        (all_of(given_operands, within_s=within_s), all_of(turned, within_s=within_s)),
        (any_of(given_operands), any_of(turned)),
    ):
        best, other_best = (max((each.probability for each in found), default=0) for found in (some, others))
        assert best == pytest.approx(other_best)
