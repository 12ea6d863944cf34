"""Why a video is not in an answer: its best moment, its rank, and what held it back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Condition
from kinodex.domain.moments import Moment
from kinodex.retrieval.candidates import MOST_LINES, MOST_PICTURES
from kinodex.retrieval.confidence import score_of
from kinodex.retrieval.filters import ParsedFilter
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.survey import Survey, survey
from kinodex.stores.protocols import Transaction, VectorStore


class HeldBackBy(StrEnum):
    """What keeps a video out of an answer."""

    FILTER = "filter"
    THRESHOLD = "threshold"
    LIMIT = "limit"
    CANDIDATES = "candidates"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that held a video back, and a sentence for people."""

    by: HeldBackBy
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    Where a video stands in an answer.

    ``best`` is its likeliest moment, if it has any; ``rank`` its place among all moments, from 1, ``None``
    where the filter or the cut of candidates kept it out of the contest. In the answer: no ``obstacles``.
    """

    video_id: VideoId
    best: Moment | None
    rank: int | None
    obstacles: tuple[Obstacle, ...]


def standing_of(
    video_id: VideoId,
    home: IndexId,
    query: SearchQuery,
    *,
    transaction: Transaction,
    vectors: VectorStore,
    executor: QueryEngines,
    limit: int,
) -> Standing:
    """
    Return where a video stands in the answer to a query, and what held it back if it is not there.

    Args:
        video_id: Of a video in one of the indexes of the query.
        home: That index.
        query: What was asked.
        transaction: One consistent view of the records.
        vectors: Where the vectors lie.
        executor: Turns words and pictures into vectors.
        limit: An answer holds at most so many moments.

    Raises:
        EngineNotReady: Weights are missing.
        EngineFailed: A model fails.
    """
    look = partial(survey, transaction=transaction, vectors=vectors, executor=executor)
    outside = tuple(_failing(video_id, home, query.only, transaction))
    if not outside:
        everywhere = look(query)
        for rank, candidate in enumerate(everywhere.candidates, start=1):
            if candidate.video_id == video_id:
                (best,) = everywhere.moments([candidate], transaction)
                cut = tuple(_cut(candidate.match.probability, rank, everywhere, query, limit=limit))
                return Standing(video_id=video_id, best=best, rank=rank, obstacles=cut)
    alone = look(replace(query, only=ParsedFilter(ids=(video_id,))))
    if not alone.candidates:
        return Standing(video_id=video_id, best=None, rank=None, obstacles=(*outside, _no_match(alone)))
    (best,) = alone.moments(alone.candidates[:1], transaction)
    obstacles = outside or (_not_among_candidates(),)
    return Standing(video_id=video_id, best=best, rank=None, obstacles=obstacles)


def _failing(
    video_id: VideoId, home: IndexId, only: ParsedFilter, transaction: Transaction
) -> Iterator[Obstacle]:
    """Yield the conditions of a filter that a video does not fulfil."""
    if only.ids is not None and video_id not in only.ids:
        yield Obstacle(HeldBackBy.FILTER, "The filter lists ids, and this video is not one of them.")
    this = Condition("id", "in", (video_id,))
    for condition in only.conditions:
        if not transaction.videos.matching(home, [this, condition]):
            rule = f"{condition.field} {condition.comparison} {condition.value!r}"
            yield Obstacle(HeldBackBy.FILTER, f"The filter wants {rule}, which does not hold for this video.")


def _cut(
    probability: float, rank: int, found: Survey, query: SearchQuery, *, limit: int
) -> Iterator[Obstacle]:
    least = found.bands.least(query.effective_threshold)
    if probability < least:
        scores = f"{score_of(probability):g} is below the {score_of(least):g}"
        message = f"The score {scores} that the threshold {query.effective_threshold} asks for."
        yield Obstacle(HeldBackBy.THRESHOLD, message)
    elif rank > limit:
        yield Obstacle(HeldBackBy.LIMIT, f"It has rank {rank}, and an answer holds {limit} moments.")


def _not_among_candidates() -> Obstacle:
    message = (
        f"It matches, and other videos match better: a search looks at the {MOST_PICTURES} nearest pictures "
        f"and the {MOST_LINES} best lines. A filter on its id finds it."
    )
    return Obstacle(HeldBackBy.CANDIDATES, message)


def _no_match(alone: Survey) -> Obstacle:
    parts = alone.best_of_parts()
    if missing := [label for label, best in parts.items() if best == 0]:
        return Obstacle(HeldBackBy.NO_MATCH, f"Nothing in it matches: {', '.join(missing)}.")
    if parts:
        return Obstacle(
            HeldBackBy.NO_MATCH, "All parts match somewhere in it, and nowhere as the query joins them."
        )
    return Obstacle(HeldBackBy.NO_MATCH, "Nothing in it matches the query.")
