"""The search: from a query to moments in order, with their reasons."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kinodex.domain.ids import VideoId
from kinodex.retrieval.candidates import LEAST_PROBABILITY, Gathered, Haystack, gather_clues
from kinodex.retrieval.channels import Channel, Wanted, wanted_channels
from kinodex.retrieval.clues import Clue
from kinodex.retrieval.confidence import Bands
from kinodex.retrieval.explain import Found, Reasons, explain
from kinodex.retrieval.filters import select_videos
from kinodex.retrieval.fuse import fuse
from kinodex.retrieval.moments import Peak, cut_peaks
from kinodex.retrieval.notes import notes_on
from kinodex.retrieval.outcome import SearchOutcome, group_by_video
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.stores.protocols import Transaction, VectorStore

Answered = Mapping[Channel, Gathered]


def search(
    query: SearchQuery, *, transaction: Transaction, vectors: VectorStore, executor: QueryEngines, limit: int
) -> SearchOutcome:
    """
    Return the best moments for a query.

    The same query over the same index gives the same answer: equal moments come by video id and start.

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
    wanted = wanted_channels(query)
    videos = select_videos(transaction.videos, query.index_id, query.only)
    haystack = Haystack(transaction, vectors, executor, videos)
    answered = gather_clues(query, frozenset[Channel]().union(*wanted.values()), haystack)
    bands = Bands.adjusted(query.adjust_confidence_level)
    clues = _by_video(answered)
    peaks = _peaks(clues, wanted, query)
    passing = [each for each in peaks if each[1].probability >= bands.least(query.effective_threshold)]
    moments = explain(
        _with_reasons(passing[:limit], clues, wanted, operator=query.operator),
        wanted,
        bands=bands,
        texts=transaction.texts,
    )
    grouped = group_by_video(moments, sort_option=query.sort_option) if query.group_by == "video" else ()
    return SearchOutcome(
        moments=moments,
        groups=grouped,
        no_confident_match=not any(peak.probability >= bands.low for _, peak in peaks),
        engines=_engines(answered),
        notes=notes_on(query, wanted, answered),
    )


def _by_video(answered: Answered) -> Mapping[VideoId, Sequence[Clue]]:
    clues: dict[VideoId, list[Clue]] = defaultdict(list)
    for gathered in answered.values():
        for clue in gathered.clues:
            clues[clue.video_id].append(clue)
    return clues


def _peaks(
    clues: Mapping[VideoId, Sequence[Clue]], wanted: Wanted, query: SearchQuery
) -> list[tuple[VideoId, Peak]]:
    """Return the peaks of all videos, best first."""
    peaks = [
        (video_id, peak)
        for video_id, each in clues.items()
        for peak in cut_peaks(fuse(each, wanted, operator=query.operator), least=LEAST_PROBABILITY)
    ]
    return sorted(peaks, key=lambda found: (-found[1].probability, found[0], found[1].span.start_s))


def _with_reasons(
    peaks: Sequence[tuple[VideoId, Peak]],
    clues: Mapping[VideoId, Sequence[Clue]],
    wanted: Wanted,
    *,
    operator: str,
) -> list[Found]:
    reasons = {
        video_id: Reasons(clues[video_id], wanted, operator=operator)
        for video_id in {each[0] for each in peaks}
    }
    return [Found(video_id, peak, reasons[video_id].of(peak)) for video_id, peak in peaks]


def _engines(answered: Answered) -> Mapping[str, str]:
    return {
        f"{channel.modality.value}/{channel.how.value}": gathered.engine
        for channel, gathered in answered.items()
        if gathered.engine is not None
    }
