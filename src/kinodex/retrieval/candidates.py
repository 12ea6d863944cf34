"""Candidates: everything in the videos that may be meant by a query, each with its probability."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Calibration, Space
from kinodex.retrieval.channels import Channel, How
from kinodex.retrieval.clues import Clue, clue_span
from kinodex.retrieval.lexical import judge_lines
from kinodex.retrieval.nearest import nearest_rows
from kinodex.retrieval.protocols import QueryEngines
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.words import QueryWords
from kinodex.stores.protocols import Transaction, VectorHit, VectorStore

WORD_INDEX = "word-index"
"""Who finds words: no model, the index of the text store."""

LEAST_PROBABILITY = 0.01
"""Below this, something is not a weak match but none."""

MOST_PICTURES = 2_000
"""Several pictures make a segment, so this leaves hundreds of segments."""
MOST_LINES = 500
EVERY_LINE = 100_000
"""More than anybody says in the videos that are looked at as a whole."""


@dataclass(frozen=True, slots=True)
class Haystack:
    """
    Where is looked; ``videos`` is ``None`` for the whole index.

    ``is_whole`` says that all that is there is wanted, not only the best of it.
    """

    transaction: Transaction
    vectors: VectorStore
    engines: QueryEngines
    videos: Sequence[VideoId] | None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """
    The clues of one channel.

    ``engine`` says who looked, ``None`` where there was nothing to look at; ``unreadable`` which videos
    could not be looked at; ``foreign`` which have vectors of other spaces only.
    """

    clues: Sequence[Clue] = ()
    engine: str | None = None
    unreadable: frozenset[VideoId] = frozenset()
    foreign: frozenset[VideoId] = frozenset()


def gather_clues(
    query: SearchQuery, channels: Iterable[Channel], haystack: Haystack
) -> dict[Channel, Gathered]:
    """
    Look for a query in some channels.

    Raises:
        EngineNotReady: Weights are missing.
        EngineFailed: A model fails.
    """
    return {
        channel: _by_words(query, channel, haystack)
        if channel.how is How.LEXICAL
        else _by_vectors(query, channel, haystack)
        for channel in sorted(channels)
    }


def _by_words(query: SearchQuery, channel: Channel, haystack: Haystack) -> Gathered:
    words = QueryWords.of(query.words)
    if not words.every:
        return Gathered()
    exact = query.wants_exact_speech and channel.modality is Modality.SPEECH
    hits = haystack.transaction.texts.find(
        query.index_id,
        query.words if exact else words.asked_as_written,
        modality=channel.modality,
        exact=exact,
        videos=haystack.videos,
        limit=EVERY_LINE if haystack.is_whole else MOST_LINES,
    )
    clues = [
        Clue(
            video_id=match.hit.line.video_id,
            channel=channel,
            probability=match.probability,
            span=clue_span(match.hit.line.span),
            at_s=(match.hit.line.span.start_s + match.hit.line.span.end_s) / 2,
            number=match.hit.line.number,
            engine=WORD_INDEX,
            line=match.hit.line,
            words=match.words,
            alike=match.alike,
        )
        for match in judge_lines(hits, words, exact=exact)
        if match.probability >= LEAST_PROBABILITY
    ]
    return Gathered(clues, WORD_INDEX)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How vectors of a query meet those of the videos."""

    space: Space
    calibration: Calibration
    role: str
    embed: Callable[[], Vectors]
    most: int


def _comparison(query: SearchQuery, how: How, engines: QueryEngines) -> _Comparison:
    if how is How.SEMANTIC:
        return _Comparison(
            engines.sentence_space,
            engines.sentence_calibration,
            "sentences",
            lambda: engines.embed_sentences([query.words]),
            MOST_LINES,
        )
    if how is How.WORDS_TO_PICTURE:
        return _Comparison(
            engines.meaning_space,
            engines.meaning_calibration,
            "visual",
            lambda: engines.embed_words([query.words]),
            MOST_PICTURES,
        )
    return _Comparison(
        engines.appearance_space,
        engines.appearance_calibration,
        "visual",
        lambda: np.concatenate([engines.embed_picture(picture).appearance for picture in query.pictures]),
        MOST_PICTURES,
    )


def _by_vectors(query: SearchQuery, channel: Channel, haystack: Haystack) -> Gathered:
    comparison = _comparison(query, channel.how, haystack.engines)
    manifests = haystack.transaction.manifests.list(
        query.index_id, modality=channel.modality, space=comparison.space.id, videos=haystack.videos
    )
    foreign = frozenset(
        haystack.transaction.manifests.lacking(
            query.index_id, modality=channel.modality, space=comparison.space.id, videos=haystack.videos
        )
    )
    if not manifests:
        return Gathered(foreign=foreign)
    most = sum(manifest.rows for manifest in manifests) if haystack.is_whole else comparison.most
    rows = nearest_rows(manifests, comparison.embed(), vectors=haystack.vectors, top_k=most)
    engine = haystack.engines.names()[comparison.role]
    clues = [
        _clue(hit, channel, probability=probability, engine=engine, space=comparison.space)
        for hit in _best_of_each_span(rows.hits)
        if (probability := comparison.calibration.probability(hit.similarity)) >= LEAST_PROBABILITY
    ]
    return Gathered(clues, engine, rows.unreadable, foreign)


def _best_of_each_span(hits: Sequence[VectorHit]) -> Iterable[VectorHit]:
    """Pictures of one segment are one clue: the nearest stands for them."""
    best: dict[tuple[VideoId, float, float], VectorHit] = {}
    for hit in hits:
        best.setdefault((hit.video_id, hit.span.start_s, hit.span.end_s), hit)
    return best.values()


def _clue(hit: VectorHit, channel: Channel, *, probability: float, engine: str, space: Space) -> Clue:
    return Clue(
        video_id=hit.video_id,
        channel=channel,
        probability=probability,
        span=clue_span(hit.span),
        at_s=hit.at_s,
        number=hit.number,
        engine=engine,
        similarity=hit.similarity,
        space=space.id,
    )
