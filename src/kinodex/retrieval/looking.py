"""Looking for one thing: its clues in some videos of one index, and the matches they make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kinodex.domain.ids import IndexId, VideoId
from kinodex.retrieval.algebra import Match, Part
from kinodex.retrieval.candidates import LEAST_PROBABILITY, Gathered, Haystack, gather_clues
from kinodex.retrieval.channels import Channel, Wanted, wanted_channels
from kinodex.retrieval.clues import Clue
from kinodex.retrieval.explain import Reasons
from kinodex.retrieval.fuse import fuse
from kinodex.retrieval.moments import Peak, cut_peaks
from kinodex.retrieval.query import SearchQuery

Timelines = Mapping[VideoId, Sequence[Match]]
"""The matches of each video that has any."""


class Looked:
    """What was found for one part of a query in one index."""

    def __init__(self, query: SearchQuery, wanted: Wanted, answered: Mapping[Channel, Gathered]) -> None:
        self.query = query
        self.wanted = wanted
        self.answered = answered
        self._clues: dict[VideoId, list[Clue]] = defaultdict(list)
        for gathered in answered.values():
            for clue in gathered.clues:
                self._clues[clue.video_id].append(clue)
        self._reasons: dict[VideoId, Reasons] = {}

    def timelines(self, leaf: int) -> Timelines:
        """Return the matches of each video as those of the leaf with this number."""
        return {video_id: self._matches(clues, leaf) for video_id, clues in self._clues.items()}

    def reasons(self, video_id: VideoId, peak: Peak) -> tuple[Clue, ...]:
        """Return the clues that make a match, the likeliest first."""
        if video_id not in self._reasons:
            clues = self._clues[video_id]
            self._reasons[video_id] = Reasons(clues, self.wanted, operator=self.query.operator)
        return self._reasons[video_id].of(peak)

    def _matches(self, clues: Sequence[Clue], leaf: int) -> Sequence[Match]:
        curve = fuse(clues, self.wanted, operator=self.query.operator)
        return [_match(peak, leaf) for peak in cut_peaks(curve, least=LEAST_PROBABILITY)]


def look(query: SearchQuery, index_id: IndexId, haystack: Haystack) -> Looked:
    """
    Look for one part of a query.

    Raises:
        EngineNotReady: Weights are missing.
        EngineFailed: A model fails.
    """
    wanted = wanted_channels(query)
    channels = frozenset[Channel]().union(*wanted.values())
    return Looked(query, wanted, gather_clues(replace(query, index_id=index_id), channels, haystack))


def _match(peak: Peak, leaf: int) -> Match:
    return Match(peak.span, peak.probability, (Part(leaf, peak.span, peak.probability),))
