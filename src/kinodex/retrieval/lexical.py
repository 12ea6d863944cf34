"""
How likely a line that holds words of a query is meant by it.

The scale, and why:

* The whole query as a phrase, two content words or more: 0.95. Nobody writes a sentence by chance.
* All content words, two or more, in any order: 0.90.
* The one content word of a query: 0.50 when every line has it, 0.70 when hardly one has. It is there, yet
  a single word has many meanings.
* Some of the words: ``0.90 * share ** 1.25``, where each word counts by how rare it is among the lines
  found (as in inverse document frequency). Below the straight line, because a line that shares one word
  of five with a question is nearly always chance.
* Stop words alone: at most 0.45, as they stand in every line.
* An exact search asks where something is said, not what is meant: 0.95 for whatever holds the words.

A little is added for how much of the line the query is, so that a line that says just this comes first.
A word of screen text with letters wrong counts for the one it may have been read as; such a line has three
quarters of the probability, or what its other words are worth.
Words that stand in lines beside each other, a title in two rows or a sentence cut by a pause, count
together at a small discount.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.words import FoldedText, QueryWords, held_words, holds_phrase
from kinodex.stores.protocols import TextHit

PHRASE = 0.95
ALL_WORDS = 0.90
ONE_WORD, ONE_RARE_WORD = 0.50, 0.70
COMMON_IN_LINES = 50
"""A word in so many lines is half way from rare to common."""
SHARE_POWER = 1.25
STOP_PHRASE, STOP_WORDS_ALL = 0.45, 0.35
LONG_STOP_PHRASE = 3
"""So many stop words in an exact order are a saying ("to be or not to be")."""
DENSITY_BONUS = 0.03
BESIDE_DISCOUNT = 0.95
ALIKE_DISCOUNT = 0.75
SPEECH_PAUSE_S = 1.0
"""Utterances closer than this may be one sentence."""


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """
    A line, how likely it is meant, and the words that say so in the spelling of the line.

    ``alike`` are words that were probably read wrong: (as asked for, as the line spells it).
    """

    hit: TextHit
    probability: float
    words: tuple[str, ...]
    alike: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A line and the words of the query it holds; ``alike`` are those it holds with letters wrong."""

    hit: TextHit
    line: FoldedText
    held: frozenset[str]
    alike: Mapping[str, str]


def judge_lines(hits: Sequence[TextHit], query: QueryWords, *, exact: bool) -> list[LexicalMatch]:
    """
    Return the lines with their probabilities, in the order given.

    Args:
        hits: What the text store found, all of one modality.
        query: What was looked for.
        exact: Whether the words were asked for as they stand.
    """
    readings = [_read(hit, query) for hit in hits]
    if exact:
        return [_matched(each, _exact_probability(query), query) for each in readings]
    scale = _Scale(query, readings)
    return [
        _matched(each, _with_alike(scale, each, together), query)
        for each, together in zip(readings, _held_together(readings), strict=True)
    ]


def word_weights(words: Collection[str], lines: Sequence[Collection[str]]) -> Mapping[str, float]:
    """
    Return how much each word of a query tells: more, the fewer of the lines found hold it.

    A word in no line tells as much as one in a single line: it is missed, not rarer.

    Args:
        words: Words of the query.
        lines: For each line found, the words it holds.
    """
    counts = {word: max(sum(word in line for line in lines), 1) for word in words}
    return {word: math.log(1.0 + (len(lines) + 1) / (1 + count)) for word, count in counts.items()}


def share_probability(share: float) -> float:
    """Return the probability for a weighted share of the words, in [0, 1]."""
    return float(ALL_WORDS * share**SHARE_POWER)


def _read(hit: TextHit, query: QueryWords) -> _Reading:
    line = FoldedText.of(hit.line.text)
    held = held_words(query.asked, line)
    alike = {asked: found for asked, found in hit.alike if asked in query.asked and asked not in held}
    return _Reading(hit, line, held, alike)


def _with_alike(scale: "_Scale", reading: _Reading, together: frozenset[str]) -> float:
    """Return the probability of a line, with what it holds with letters wrong if that is more."""
    as_written = scale.probability(reading, together)
    if not reading.alike:
        return as_written
    every = reading.held | reading.alike.keys()
    corrected = scale.probability(replace(reading, held=every), together | every)
    return max(as_written, ALIKE_DISCOUNT * corrected)


def _matched(reading: _Reading, probability: float, query: QueryWords) -> LexicalMatch:
    held = len(reading.held) + len(reading.alike)
    density = min(held / max(len(reading.line.words()), 1), 1.0)
    alike = tuple(
        (query.spellings[asked], spelled)
        for asked, found in reading.alike.items()
        for spelled in reading.line.spelled({found})[:1]
    )
    words = reading.line.spelled(query.asked)
    return LexicalMatch(reading.hit, probability * (1.0 + DENSITY_BONUS * density), words, alike)


def _exact_probability(query: QueryWords) -> float:
    return PHRASE if query.content or len(query.every) >= LONG_STOP_PHRASE else STOP_PHRASE


class _Scale:
    """Judges the lines of one answer, which are each other's background."""

    def __init__(self, query: QueryWords, readings: Sequence[_Reading]) -> None:
        self._query = query
        self._lines = [each.held for each in readings]
        self._weights = word_weights(query.asked, self._lines)

    def probability(self, reading: _Reading, together: frozenset[str]) -> float:
        if not reading.held:
            # The store has other eyes: in scripts without spaces it finds parts of words.
            return BESIDE_DISCOUNT * share_probability(reading.hit.coverage)
        if not self._query.content:
            return self._of_stop_words(reading)
        if len(self._query.content) == 1:
            return self._of_one_word()
        if len(reading.held) == len(self._query.content):
            return PHRASE if holds_phrase(self._query.every, reading.line) else ALL_WORDS
        alone, joined = (share_probability(self._share(held)) for held in (reading.held, together))
        return max(alone, BESIDE_DISCOUNT * joined)

    def _of_stop_words(self, reading: _Reading) -> float:
        if len(self._query.every) > 1 and holds_phrase(self._query.every, reading.line):
            return STOP_PHRASE
        return STOP_WORDS_ALL * self._share(reading.held)

    def _of_one_word(self) -> float:
        common = len(self._lines) / COMMON_IN_LINES
        return ONE_WORD + (ONE_RARE_WORD - ONE_WORD) / (1.0 + common)

    def _share(self, held: frozenset[str]) -> float:
        return sum(self._weights[word] for word in held) / sum(self._weights.values())


def _held_together(readings: Sequence[_Reading]) -> list[frozenset[str]]:
    """Return for each line the words it holds with the lines beside it."""
    together = [each.held for each in readings]
    order = sorted(range(len(readings)), key=lambda number: _place(readings[number]))
    for _, group in groupby(order, key=lambda number: readings[number].hit.line.video_id):
        numbers = list(group)
        for place, first in enumerate(numbers):
            reach_s = readings[first].hit.line.span.end_s + SPEECH_PAUSE_S
            for second in numbers[place + 1 :]:
                if readings[second].hit.line.span.start_s > reach_s:
                    break
                _join(readings, together, first=first, second=second)
    return together


def _join(readings: Sequence[_Reading], together: list[frozenset[str]], *, first: int, second: int) -> None:
    for own, other in ((first, second), (second, first)):
        if _is_beside(readings[own], readings[other]):
            together[own] |= readings[other].held


def _is_beside(own: _Reading, other: _Reading) -> bool:
    """Return whether the other line is there, or said, with this one: for half of its time at least."""
    mine, theirs = own.hit.line.span, other.hit.line.span
    if own.hit.line.modality is Modality.SPEECH:
        return True  # the sweep has compared the pause
    shared_s = min(mine.end_s, theirs.end_s) - max(mine.start_s, theirs.start_s)
    return shared_s > 0 and shared_s >= mine.duration_s / 2


def _place(reading: _Reading) -> tuple[str, float, float]:
    span: Span = reading.hit.line.span
    return reading.hit.line.video_id, span.start_s, span.end_s
