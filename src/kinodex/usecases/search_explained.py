"""A hit, computed again from what is stored, and whether that agrees with what was answered."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.ids import IndexId
from kinodex.domain.moments import Evidence, Moment
from kinodex.domain.options import Modality
from kinodex.retrieval.absence import Standing
from kinodex.retrieval.confidence import score_of
from kinodex.retrieval.filters import ParsedFilter
from kinodex.retrieval.survey import Survey

__all__ = ["HitExplained", "ModalityShare", "Standing", "conditions_of", "differences_between", "shares_of"]

SAME_SCORE = 0.01
SAME_TIME_S = 0.001


@dataclass(frozen=True, slots=True)
class ModalityShare:
    """
    What one modality adds to a moment.

    ``probability`` is that of its best evidence and ``score`` the same as 0-100; ``weight`` its share of
    all evidence, in [0, 1], by ``-log(1 - probability)``, in which independent evidence adds up; ``rank``
    its place among all evidence of the modality that was found, from 1.
    """

    modality: Modality
    probability: float
    score: float
    weight: float
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HitExplained:
    """
    A hit as it was answered and as it is now.

    ``rank`` counts from 1; ``again`` is ``None`` where nothing of the video overlaps the hit any more;
    ``differences`` are sentences for people, none where both agree; ``filters`` are the conditions it passed;
    ``shares`` are what each modality adds, the heaviest first.
    """

    index_id: IndexId
    rank: int
    stored: Moment
    again: Moment | None
    differences: tuple[str, ...]
    filters: tuple[str, ...]
    shares: Sequence[ModalityShare]


def differences_between(stored: Moment, again: Moment | None) -> tuple[str, ...]:
    """Return in what a moment that was computed again differs."""
    if again is None:
        return ("Nothing of this video matches at this time any more.",)
    return tuple(_differences(stored, again))


def conditions_of(only: ParsedFilter) -> tuple[str, ...]:
    """Return the conditions of a filter as people read them."""
    listed = () if only.ids is None else (f"id in {', '.join(only.ids)}",)
    return (*listed, *(f"{each.field} {each.comparison} {each.value!r}" for each in only.conditions))


def _differences(stored: Moment, again: Moment) -> Iterator[str]:
    if abs(stored.score - again.score) > SAME_SCORE:
        yield f"The score is {again.score:g} and was {stored.score:g}."
    for name, now_s, then_s in (
        ("start", again.span.start_s, stored.span.start_s),
        ("end", again.span.end_s, stored.span.end_s),
    ):
        if abs(now_s - then_s) > SAME_TIME_S:
            yield f"The {name} is at {now_s:g} s and was at {then_s:g} s."


def shares_of(evidence: Sequence[Evidence], found: Survey) -> Sequence[ModalityShare]:
    """Return what each modality adds to a moment, the heaviest first."""
    best: dict[Modality, float] = {}
    for each in evidence:
        best[each.modality] = max(best.get(each.modality, 0.0), each.probability)
    weights: Mapping[Modality, float] = {
        modality: -math.log1p(-min(probability, 1 - 1e-9)) for modality, probability in best.items()
    }
    total = sum(weights.values()) or 1.0
    shares = [
        ModalityShare(
            modality=modality,
            probability=probability,
            score=score_of(probability),
            weight=round(weights[modality] / total, 4),
            rank=found.rank_of(modality, probability),
        )
        for modality, probability in best.items()
    ]
    return sorted(shares, key=lambda each: (-each.weight, each.modality))
