"""The reasons for a moment: which words, which line, which picture, how likely, in whose eyes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain.ids import VideoId
from kinodex.domain.moments import Evidence, MatchedPart, Moment
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.channels import Channel, Wanted
from kinodex.retrieval.clues import Clue
from kinodex.retrieval.confidence import LOW, Bands, score_of
from kinodex.retrieval.moments import Peak
from kinodex.stores.protocols import TextLine, TextStore

MOST_PER_CHANNEL = 3
"""Reasons of one kind that are named; more say nothing new."""

LineKey = tuple[VideoId, Modality, int]


@dataclass(frozen=True, slots=True)
class Found:
    """
    A peak of a video and the clues it is made of, the likeliest first, never none.

    ``parts`` say which part of a combined query is where.
    """

    video_id: VideoId
    peak: Peak
    clues: tuple[Clue, ...]
    parts: tuple[MatchedPart, ...] = ()


class Reasons:
    """The clues of one video, to be looked up by time."""

    def __init__(self, clues: Sequence[Clue], wanted: Wanted, *, operator: str) -> None:
        self._clues = sorted(clues, key=by_weight)
        self._starts_s = np.array([clue.span.start_s for clue in self._clues])
        self._ends_s = np.array([clue.span.end_s for clue in self._clues])
        every = frozenset[Channel]().union(*wanted.values())
        self._needed = tuple(wanted.values()) if operator == "and" else (every,)

    def of(self, peak: Peak) -> tuple[Clue, ...]:
        """
        Return the clues that make a peak, the likeliest first.

        Those are named that would count alone or carry half of the peak, and always the best of what had
        to match.
        """
        is_there = (self._starts_s < peak.span.end_s) & (self._ends_s > peak.span.start_s)
        there = [self._clues[place] for place in np.flatnonzero(is_there)]
        needed = {id(_best(there, channels)) for channels in self._needed}
        enough = min(LOW, peak.probability / 2)
        counts: dict[Channel, int] = defaultdict(int)
        kept = []
        for clue in there:
            counts[clue.channel] += 1
            is_strong = clue.probability >= enough and counts[clue.channel] <= MOST_PER_CHANNEL
            if is_strong or id(clue) in needed:
                kept.append(clue)
        return tuple(kept)


def explain(found: Sequence[Found], wanted: Wanted, *, bands: Bands, texts: TextStore) -> tuple[Moment, ...]:
    """
    Return the moments with their evidence, in the order given.

    Args:
        found: What was found.
        wanted: The channels of each option.
        bands: For the word of confidence.
        texts: Where the lines stand that were found by their meaning.
    """
    lines = _lines_found_by_meaning(found, texts)
    return tuple(_moment(each, wanted, bands=bands, lines=lines) for each in found)


def _moment(found: Found, wanted: Wanted, *, bands: Bands, lines: Mapping[LineKey, TextLine]) -> Moment:
    channels = {clue.channel for clue in found.clues}
    return Moment(
        video_id=found.video_id,
        span=found.peak.span,
        score=score_of(found.peak.probability),
        confidence=bands.confidence(found.peak.probability),
        best_frame_s=_best_frame_s(found),
        evidence=tuple(_evidence(clue, lines) for clue in found.clues),
        options=tuple(sorted(option for option, ways in wanted.items() if ways & channels)),
        parts=found.parts,
    )


def _best(clues: Sequence[Clue], channels: frozenset[Channel]) -> Clue:
    return next(clue for clue in clues if clue.channel in channels)


def by_weight(clue: Clue) -> tuple[float, Channel, float, int]:
    """Order clues: the likeliest first."""
    return -clue.probability, clue.channel, clue.span.start_s, clue.number


def _best_frame_s(found: Found) -> float:
    """Return the time of the best picture, or the middle of what was said or written."""
    span = found.peak.span
    for clue in found.clues:
        if clue.channel.modality is Modality.VISUAL:
            return min(max(clue.at_s, span.start_s), span.end_s)
    best = found.clues[0].span
    return (max(best.start_s, span.start_s) + min(best.end_s, span.end_s)) / 2


def _evidence(clue: Clue, lines: Mapping[LineKey, TextLine]) -> Evidence:
    line = clue.line or lines.get(_key(clue))
    return Evidence(
        modality=clue.channel.modality,
        how=clue.channel.how.value,
        probability=round(clue.probability, 4),
        span=clue.span,
        engine=clue.engine,
        text=line.text if line else None,
        matched_words=clue.words,
        similar_words=clue.alike,
        box=line.box if line else None,
        similarity=None if clue.similarity is None else round(clue.similarity, 4),
        at_s=round(clue.at_s, 3) if clue.channel.modality is Modality.VISUAL else None,
        space=clue.space,
    )


def _lines_found_by_meaning(found: Sequence[Found], texts: TextStore) -> dict[LineKey, TextLine]:
    """Read the lines that are known by number only, with one question per video and modality."""
    wanted: dict[tuple[VideoId, Modality], list[Span]] = defaultdict(list)
    for clue in _clues_of(found):
        if clue.line is None and clue.channel.modality is not Modality.VISUAL:
            wanted[clue.video_id, clue.channel.modality].append(clue.span)
    return {
        (video_id, modality, line.number): line
        for (video_id, modality), spans in wanted.items()
        for line in texts.lines(video_id, modality, _around(spans))
    }


def _clues_of(found: Sequence[Found]) -> Iterable[Clue]:
    return (clue for each in found for clue in each.clues)


def _around(spans: Sequence[Span]) -> Span:
    return Span(min(span.start_s for span in spans), max(span.end_s for span in spans))


def _key(clue: Clue) -> LineKey:
    return clue.video_id, clue.channel.modality, clue.number
