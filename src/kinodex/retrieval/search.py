"""The search: from a query to moments in order, with their reasons."""

from kinodex.retrieval.outcome import SearchOutcome, group_by_video
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.survey import survey
from kinodex.stores.protocols import Transaction, VectorStore


def search(
    query: SearchQuery, *, transaction: Transaction, vectors: VectorStore, executor: QueryEngines, limit: int
) -> SearchOutcome:
    """
    Return the best moments for a query.

    The same query over the same indexes gives the same answer: equal moments come by video id and start.

    Args:
        query: What to look for, its values checked before.
        transaction: One consistent view of the records.
        vectors: Where the vectors lie.
        executor: Turns words and pictures into vectors.
        limit: At most so many moments.

    Raises:
        VideoNotInIndex: The filter names a video of another index.
        EngineNotReady: Weights are missing.
        EngineFailed: A model fails.
    """
    found = survey(query, transaction=transaction, vectors=vectors, executor=executor)
    least = found.bands.least(query.effective_threshold)
    passing = [each for each in found.candidates if each.match.probability >= least][:limit]
    moments = found.moments(passing, transaction)
    grouped = group_by_video(moments, sort_option=query.sort_option) if query.group_by == "video" else ()
    return SearchOutcome(
        moments=moments,
        groups=grouped,
        no_confident_match=not any(each.match.probability >= found.bands.low for each in found.candidates),
        engines=found.engines(),
        notes=found.notes(),
        homes={each.video_id: each.place.index_id for each in passing} if found.index_count > 1 else {},
        is_whole=found.is_whole,
    )
