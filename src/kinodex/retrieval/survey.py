"""Everything that may answer a query, in order, before a threshold or a limit cuts it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.ids import VideoId
from kinodex.domain.moments import MatchedPart, Moment
from kinodex.domain.options import Modality
from kinodex.domain.queries import leaves_of, sought_in
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
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.stores.protocols import Transaction, VectorStore


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that stands, and where."""

    place: Combining
    video_id: VideoId
    match: Match


class Survey:
    """
    What was found for a query.

    Attributes:
        candidates: What stands in all videos, best first; equal ones by video id and start.
        bands: The bands of confidence the query asked for.
        labels: The leaves of a combined query as people write them; none for a simple query.
    """

    def __init__(self, query: SearchQuery, places: Sequence[Combining], bands: Bands) -> None:
        self.bands = bands
        self.labels = [print_query(leaf) for leaf in leaves_of(query.tree)] if query.tree else []
        self.candidates = _candidates(places)
        self._sought = list(sought_in(query.tree)) if query.tree else []
        self._places = places
        self._looked = [each for place in places for each in place.looked]

    @property
    def index_count(self) -> int:
        """How many indexes were looked at."""
        return len(self._places)

    @property
    def is_whole(self) -> bool:
        """Whether the vectors of all videos could be read."""
        return not any(each.unreadable for looked in self._looked for each in looked.answered.values())

    def moments(self, candidates: Sequence[Candidate], transaction: Transaction) -> tuple[Moment, ...]:
        """Return candidates as moments with their reasons, in the order given."""
        found = [_found(each, self.labels) for each in candidates]
        return explain(found, _wanted(self._looked), bands=self.bands, texts=transaction.texts)

    def engines(self) -> Mapping[str, str]:
        """Return who looked, for each modality and way."""
        return {
            f"{channel.modality.value}/{channel.how.value}": gathered.engine
            for each in self._looked
            for channel, gathered in each.answered.items()
            if gathered.engine is not None
        }

    def notes(self) -> tuple[str, ...]:
        """Return what is to be known of each part in each index, once."""
        notes = (note for each in self._looked for note in notes_on(each.query, each.wanted, each.answered))
        return tuple(dict.fromkeys(notes))

    def rank_of(self, modality: Modality, probability: float) -> int:
        """Return the place a clue of this probability has among all of a modality, from 1."""
        clues = (
            clue
            for looked in self._looked
            for channel, gathered in looked.answered.items()
            if channel.modality is modality
            for clue in gathered.clues
        )
        return 1 + sum(round(clue.probability, 4) > probability for clue in clues)

    def best_of_parts(self) -> Mapping[str, float]:
        """Return for each part that is looked for the likeliest match it has anywhere, 0 for none."""
        best: dict[str, float] = {}
        for place in self._places:
            parts = zip(self.labels, self._sought, place.looked, strict=False)
            for number, (label, is_sought, looked) in enumerate(parts):
                found = (match.probability for each in looked.timelines(number).values() for match in each)
                if is_sought:
                    best[label] = max(best.get(label, 0.0), *found, 0.0)
        return best


def survey(
    query: SearchQuery, *, transaction: Transaction, vectors: VectorStore, executor: QueryEngines
) -> Survey:
    """
    Look for a query in all its indexes.

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
    return Survey(query, places, bands)


def _candidates(places: Iterable[Combining]) -> list[Candidate]:
    found = [
        Candidate(place, video_id, match)
        for place in places
        for video_id, matches in place.timelines().items()
        for match in standing(matches, least=LEAST_PROBABILITY)
    ]
    return sorted(found, key=lambda each: (-each.match.probability, each.video_id, each.match.span.start_s))


def _found(candidate: Candidate, labels: Sequence[str]) -> Found:
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
