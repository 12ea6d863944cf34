"""A run as numbers: each query's scores, their means by kind, and what chance would reach."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.evaluation.bootstrap import SEED, Estimate, estimate
from kinodex.evaluation.metrics import METRICS, scores_of
from kinodex.evaluation.runs import ALL_OPTIONS, Answer, Hit, Run

CHANCE_DRAWS = 20

EVERYTHING = "all kinds"

Scores = Mapping[str, Mapping[str, float]]
"""By query: by metric: in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report: the queries of a kind, and by metric what was reached and what chance reaches."""

    kind: str
    reached: Mapping[str, Estimate]
    chance: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Refusals:
    """
    How often nothing was trusted.

    ``unanswerable`` is the share of queries without an answer of which the server said so; ``answerable``
    that of queries with one it gave up on; ``None`` where there are no such queries.
    """

    unanswerable: Estimate | None
    answerable: Estimate | None


def score_pass(run: Run, name: str = ALL_OPTIONS) -> Scores:
    """
    Return the scores of every query that has an answer.

    Raises:
        RunUnreadable: There is no such pass.
    """
    return _scores(run, run.answers(name))


def chance_of(run: Run, name: str = ALL_OPTIONS, *, seed: int = SEED) -> Scores:
    """
    Return the scores of answers in random order, the mean of several seeded draws.

    A draw answers each query with moments from all that the server answered to any query of the pass, as
    many as it was asked for: what an order without any knowledge of the query would reach on moments cut as
    well.
    """
    answers = run.answers(name)
    pool = sorted({(hit.video, hit.start, hit.end) for answer in answers for hit in answer.hits})
    moments = [Hit(video=v, start=s, end=e, score=0.0, confidence="none") for v, s, e in pool]
    random = np.random.Generator(np.random.PCG64(seed))
    totals: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(METRICS, 0.0))
    for _ in range(CHANCE_DRAWS):
        drawn = [_shuffled(answer, moments, random, most=run.limit) for answer in answers]
        for query, scores in _scores(run, drawn).items():
            for metric, value in scores.items():
                totals[query][metric] += value / CHANCE_DRAWS
    return totals


def lines_of(run: Run, name: str = ALL_OPTIONS) -> Sequence[Line]:
    """Return a line for each kind of query that has answers, and one for all where there are several."""
    scores, chance = score_pass(run, name), chance_of(run, name)
    kinds: dict[str, list[str]] = defaultdict(list)
    for query in run.queries:
        if query.id in scores:
            kinds[query.kind].append(query.id)
    lines = [_line(kind, ids, scores, chance) for kind, ids in kinds.items()]
    return [*lines, _line(EVERYTHING, list(scores), scores, chance)] if len(lines) > 1 else lines


def refusals_of(run: Run, name: str = ALL_OPTIONS) -> Refusals:
    """Return how often a server said that nothing can be trusted, rightly and wrongly."""
    queries = run.of_id
    said: dict[bool, list[float]] = {True: [], False: []}
    for answer in run.answers(name):
        said[queries[answer.query].is_answerable].append(float(answer.no_confident_match))
    return Refusals(*(estimate(said[flag]) if said[flag] else None for flag in (False, True)))


def _scores(run: Run, answers: Iterable[Answer]) -> Scores:
    queries = run.of_id
    return {
        answer.query: scores_of(answer.hits, queries[answer.query].relevant)
        for answer in answers
        if queries[answer.query].is_answerable
    }


def _shuffled(answer: Answer, moments: Sequence[Hit], random: np.random.Generator, *, most: int) -> Answer:
    order = random.permutation(len(moments))[:most]
    return Answer(
        query=answer.query,
        hits=tuple(moments[place] for place in order),
        no_confident_match=False,
        took_ms=0.0,
    )


def _line(kind: str, ids: Sequence[str], scores: Scores, chance: Scores) -> Line:
    return Line(
        kind,
        {metric: estimate([scores[each][metric] for each in ids]) for metric in METRICS},
        {metric: float(np.mean([chance[each][metric] for each in ids])) for metric in METRICS},
    )
