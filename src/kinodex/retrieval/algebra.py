"""
What and, or, not and then mean on the timeline of one video; ``docs/search-language.md`` says it for users.

An operand is a list of matches: spans with probabilities. Every operation is a rule that makes one match
of each match it is *led* by, so that the answer is never longer than what went in:

* **and** is led by the match that begins last. It takes the likeliest match of each other operand that
  overlaps it, or whose gap to it is within the window. Probabilities multiply.
* **then** is led by the last operand. It takes the likeliest match of the operand before that ends at
  or before its start, within the window. Probabilities multiply.
* **or** is led by every match, and supported by the likeliest overlapping match of each other operand
  that is no likelier than itself: ``1 - (1 - p) * (1 - q)``. Supporters that are at least half as likely
  lend their time too.
* **not** drops every match that overlaps a confident match of what is left out. One that overlaps an
  unsure match keeps the share ``1 - q`` of its probability.

Of equally likely matches the one that begins last is taken, then the one that ends first.
What is found together spans from the first start to the last end. In the end, of matches that overlap
the likeliest stands, of equal ones the one that begins first.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.domain.timeline import Span

LENDS_TIME = 0.5
"""A supporter at least so likely, as a share of its leader, widens the moment."""
CLOCK_DIGITS = 3
"""Gaps are compared to the millisecond: times are sums of rounded numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """
    What one leaf of a query contributed to a match.

    ``leaf`` is its number in the order written, from 0. ``is_against`` says that it is what was to be left
    out, and was not sure enough to do so.
    """

    leaf: int
    span: Span
    probability: float
    is_against: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch of a video that is meant with some probability, and what it is made of."""

    span: Span
    probability: float
    parts: tuple[Part, ...]


def all_of(operands: Sequence[Sequence[Match]], *, within_s: float | None) -> list[Match]:
    """Return the matches in which every operand has its part, at once or no further than ``within_s``."""
    choices = [_Choice(each) for each in operands]
    found = []
    for place, leaders in enumerate(operands):
        for leader in leaders:
            chosen = _one_of_each(choices, leader, place, within_s=within_s)
            if chosen is not None:
                found.append(_joined(chosen, math.prod(each.probability for each in chosen)))
    return found


def in_order(operands: Sequence[Sequence[Match]], *, within_s: float | None) -> list[Match]:
    """Return the matches in which each operand begins after the one before has ended, in time."""
    before = list(operands[0])
    for leaders in operands[1:]:
        choice = _Choice(before)
        before = []
        for leader in leaders:
            gaps_s = np.round(leader.span.start_s - choice.ends_s, CLOCK_DIGITS)
            fits = gaps_s >= 0 if within_s is None else (gaps_s >= 0) & (gaps_s <= within_s)
            chosen = choice.best(fits)
            if chosen is not None:
                before.append(_joined((chosen, leader), chosen.probability * leader.probability))
    return before


def any_of(operands: Sequence[Sequence[Match]]) -> list[Match]:
    """Return the matches of every operand, supported by those of the others."""
    choices = [_Choice(each) for each in operands]
    return [
        _supported(leader, choices, place) for place, leaders in enumerate(operands) for leader in leaders
    ]


def without(origin: Sequence[Match], sub: Sequence[Match], *, confident: float) -> list[Match]:
    """
    Return the matches of ``origin`` that no confident match of ``sub`` overlaps.

    Args:
        origin: What to look for.
        sub: What to leave out.
        confident: The least probability of a match of ``sub`` that leaves out what it overlaps.
    """
    choice = _Choice(sub)
    kept = []
    for match in origin:
        worst = choice.best(choice.overlap(match.span))
        if worst is None:
            kept.append(match)
        elif worst.probability < confident:
            against = tuple(
                Part(part.leaf, part.span, part.probability, is_against=True) for part in worst.parts
            )
            probability = match.probability * (1.0 - worst.probability)
            kept.append(Match(match.span, probability, match.parts + against))
    return kept


def standing(matches: Iterable[Match], *, least: float) -> list[Match]:
    """
    Return the matches that stand, the likeliest first; no two overlap.

    Args:
        matches: Of one video.
        least: Those less likely are left out.
    """
    starts_s: list[float] = []
    ends_s: list[float] = []
    stand = []
    for match in sorted(matches, key=lambda each: (-each.probability, each.span.start_s, each.span.end_s)):
        place = bisect_right(ends_s, match.span.start_s)
        is_free = place == len(starts_s) or starts_s[place] >= match.span.end_s
        if match.probability >= least and is_free:
            starts_s.insert(place, match.span.start_s)
            ends_s.insert(place, match.span.end_s)
            stand.append(match)
    return stand


class _Choice:
    """The matches of one operand, the preferred first, to choose from."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._matches = sorted(
            matches, key=lambda each: (-each.probability, -each.span.start_s, each.span.end_s)
        )
        self.starts_s = np.array([match.span.start_s for match in self._matches], np.float64)
        self.ends_s = np.array([match.span.end_s for match in self._matches], np.float64)
        self.probabilities = np.array([match.probability for match in self._matches], np.float64)

    def overlap(self, span: Span) -> AnyArray:
        """Return which of them share an instant with a span."""
        return (self.starts_s < span.end_s) & (self.ends_s > span.start_s)

    def best(self, fits: AnyArray) -> Match | None:
        """Return the preferred one of those that fit."""
        places = np.flatnonzero(fits)
        return self._matches[int(places[0])] if len(places) else None


def _one_of_each(
    choices: Sequence[_Choice], leader: Match, place: int, *, within_s: float | None
) -> list[Match] | None:
    """Return a match of each operand, the leader at its place; ``None`` where an operand has none."""
    chosen = []
    for other_place, other in enumerate(choices):
        match: Match | None = leader
        if other_place != place:
            # Of those that begin at once the match of the later operand leads.
            match = other.best(_beside(other, leader, is_earlier=other_place < place, within_s=within_s))
        if match is None:
            return None
        chosen.append(match)
    return chosen


def _beside(other: _Choice, leader: Match, *, is_earlier: bool, within_s: float | None) -> AnyArray:
    """Return which matches begin before a leader and reach it."""
    start_s = leader.span.start_s
    begins = other.starts_s <= start_s if is_earlier else other.starts_s < start_s
    if within_s is None:
        return begins & (other.ends_s > start_s)
    return begins & (np.round(start_s - other.ends_s, CLOCK_DIGITS) <= within_s)


def _supported(leader: Match, choices: Sequence[_Choice], place: int) -> Match:
    chosen, doubt = [leader], 1.0 - leader.probability
    for other_place, other in enumerate(choices):
        if other_place == place:
            continue
        is_weaker = other.probabilities <= leader.probability
        supporter = other.best(other.overlap(leader.span) & is_weaker)
        if supporter is not None:
            chosen.append(supporter)
            doubt *= 1.0 - supporter.probability
    lending = [each for each in chosen if each.probability >= LENDS_TIME * leader.probability]
    parts = tuple(part for each in chosen for part in each.parts)
    return Match(_around(lending), 1.0 - doubt, parts)


def _joined(chosen: Sequence[Match], probability: float) -> Match:
    return Match(_around(chosen), probability, tuple(part for each in chosen for part in each.parts))


def _around(matches: Sequence[Match]) -> Span:
    return Span(min(each.span.start_s for each in matches), max(each.span.end_s for each in matches))
