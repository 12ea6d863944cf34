"""Channels: the ways in which a moment can match an option, and which of them a query can use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kinodex.domain.options import Modality, modalities_of
from kinodex.retrieval.query import SearchQuery


class How(StrEnum):
    """What is compared with what."""

    LEXICAL = "lexical"  # words with words
    SEMANTIC = "semantic"  # the meaning of the query with that of a line
    WORDS_TO_PICTURE = "words_to_picture"
    PICTURE_TO_PICTURE = "picture_to_picture"


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """One way to match: where, and how."""

    modality: Modality
    how: How


Wanted = Mapping[str, frozenset[Channel]]
"""For each option, in the caller's words, its channels; none where the query says nothing to it."""


def wanted_channels(query: SearchQuery) -> Wanted:
    """Return the channels of every option of a query."""
    return {
        option: frozenset(
            Channel(modality, how)
            for modality in modalities_of(option, generation=query.generation)
            if query.modality in {None, modality}
            for how in _ways(query, option, modality)
        )
        for option in query.options
    }


def _ways(query: SearchQuery, option: str, modality: Modality) -> tuple[How, ...]:
    if modality is Modality.VISUAL:
        by_words = (How.WORDS_TO_PICTURE,) if query.words else ()
        return (*by_words, How.PICTURE_TO_PICTURE) if query.pictures else by_words
    if not query.words:
        return ()
    if modality is Modality.SPEECH:
        return _speech_ways(query, option)
    # The lettering of a logo is a name: what it means says nothing about who it belongs to.
    return (How.LEXICAL,) if option == "logo" else (How.LEXICAL, How.SEMANTIC)


def _speech_ways(query: SearchQuery, option: str) -> tuple[How, ...]:
    if query.wants_exact_speech:
        return (How.LEXICAL,)
    if option == "transcription" and query.transcription_options is not None:
        return tuple(How(way) for way in query.transcription_options)
    return (How.LEXICAL, How.SEMANTIC)
