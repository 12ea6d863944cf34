"""The search: from a query to moments in order, with their reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.ids import VideoId
from kinodex.domain.moments import MatchedPart
from kinodex.domain.queries import leaves_of
from kinodex.domain.query_language import print_query
from kinodex.retrieval.algebra import Match, standing
from kinodex.retrieval.candidates import LEAST_PROBABILITY, Haystack
from kinodex.retrieval.channels import Channel, Wanted
from kinodex.retrieval.combining import Combining
from kinodex.retrieval.confidence import Bands
from kinodex.retrieval.explain import Found, by_weight, explain
from kinodex.retrieval.filters import select_in_each
from kinodex.retrieval.looking import Looked
from kinodex.retrieval.moments import Peak
from kinodex.retrieval.notes import notes_on
from kinodex.retrieval.outcome import SearchOutcome, group_by_video
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.stores.protocols import Transaction, VectorStore


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A match that stands, and where."""

    place: Combining
    video_id: VideoId
    match: Match


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
    bands = Bands.adjusted(query.adjust_confidence_level)
    places = [
        Combining(query, index_id, Haystack(transaction, vectors, executor, videos), confident=bands.medium)
        for index_id, videos in select_in_each(transaction.videos, query.index_ids, query.only).items()
    ]
    candidates = _candidates(places)
    least = bands.least(query.effective_threshold)
    passing = [each for each in candidates if each.match.probability >= least][:limit]
    looked = [each for place in places for each in place.looked]
    labels = [print_query(leaf) for leaf in leaves_of(query.tree)] if query.tree else []
    moments = explain(
        [_found(each, labels) for each in passing], _wanted(looked), bands=bands, texts=transaction.texts
    )
    grouped = group_by_video(moments, sort_option=query.sort_option) if query.group_by == "video" else ()
    return SearchOutcome(
        moments=moments,
        groups=grouped,
        no_confident_match=not any(each.match.probability >= bands.low for each in candidates),
        engines=_engines(looked),
        notes=_notes(looked),
        homes={each.video_id: each.place.index_id for each in passing} if len(places) > 1 else {},
    )


def _candidates(places: Iterable[Combining]) -> list[_Candidate]:
    """Return what stands in all videos, best first."""
    found = [
        _Candidate(place, video_id, match)
        for place in places
        for video_id, matches in place.timelines().items()
        for match in standing(matches, least=LEAST_PROBABILITY)
    ]
    return sorted(found, key=lambda each: (-each.match.probability, each.video_id, each.match.span.start_s))


def _found(candidate: _Candidate, labels: Sequence[str]) -> Found:
    """
    Give a match its reasons.

    Args:
        candidate: What stands.
        labels: The leaves of a combined query as people write them; none for a simple query.
    """
    match = candidate.match
    clues = {
        id(clue): clue
        for part in match.parts
        if not part.is_against
        for clue in candidate.place.looked[part.leaf].reasons(
            candidate.video_id, Peak(part.span, part.probability)
        )
    }
    return Found(
        candidate.video_id,
        Peak(match.span, match.probability),
        tuple(sorted(clues.values(), key=by_weight)),
        tuple(
            MatchedPart(
                query=labels[part.leaf],
                span=part.span,
                probability=round(part.probability, 4),
                is_against=part.is_against,
            )
            for part in match.parts
            if labels
        ),
    )


def _wanted(looked: Iterable[Looked]) -> Wanted:
    """Return the channels of each option, over all parts and indexes."""
    wanted: dict[str, frozenset[Channel]] = {}
    for each in looked:
        for option, channels in each.wanted.items():
            wanted[option] = wanted.get(option, frozenset()) | channels
    return wanted


def _notes(looked: Iterable[Looked]) -> tuple[str, ...]:
    """Return what is to be known of each part in each index, once."""
    notes = (note for each in looked for note in notes_on(each.query, each.wanted, each.answered))
    return tuple(dict.fromkeys(notes))


def _engines(looked: Iterable[Looked]) -> Mapping[str, str]:
    return {
        f"{channel.modality.value}/{channel.how.value}": gathered.engine
        for each in looked
        for channel, gathered in each.answered.items()
        if gathered.engine is not None
    }
