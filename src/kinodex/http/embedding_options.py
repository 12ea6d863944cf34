"""What ``embedding_option`` may ask for."""

from collections.abc import Sequence

from kinodex.domain import errors
from kinodex.domain.embeddings import EmbedOption
from kinodex.http.wire import embeddings as wire

_OPTIONS = {
    "visual": EmbedOption.VISUAL,
    "visual-text": EmbedOption.VISUAL,
    "transcription": EmbedOption.TRANSCRIPTION,
}


def options_of(words: Sequence[str]) -> tuple[set[EmbedOption], list[str]]:
    """Return what the words of ``embedding_option`` ask for, and what is to be said of those nobody has."""
    for word in words:
        if word not in {*_OPTIONS, "audio"}:
            listed_options = ", ".join((*_OPTIONS, "audio"))
            raise errors.ParameterInvalid("embedding_option", f"{word[:80]!r} is not one of {listed_options}")
    notes = [wire.NO_SOUND_EMBEDDING] if "audio" in words else []
    return {_OPTIONS[word] for word in words if word in _OPTIONS}, notes
