"""What an answer could not take into account, said in one sentence each."""

import unicodedata
from collections.abc import Iterator, Mapping

from kinodex.domain.options import Modality
from kinodex.retrieval.candidates import Gathered
from kinodex.retrieval.channels import Channel, How, Wanted
from kinodex.retrieval.query import SearchQuery

LOGO = "Logos are found by their lettering only."
AUDIO = "The option audio looks at speech only: sounds and music are not recognised."


def notes_on(query: SearchQuery, wanted: Wanted, gathered: Mapping[Channel, Gathered]) -> tuple[str, ...]:
    """Return what people should know about an answer; each sentence once."""
    sentences = [*_on_options(wanted), *_on_language(query, gathered), *_on_vectors(gathered)]
    sentences += _on_spaces(gathered)
    return tuple(dict.fromkeys(sentences))


def _on_options(wanted: Wanted) -> Iterator[str]:
    if "logo" in wanted:
        yield LOGO
    if wanted.get("audio"):
        yield AUDIO
    for option, channels in wanted.items():
        if not channels:
            yield f"The option {option} was not searched: it needs words, and only pictures were sent."


def _on_language(query: SearchQuery, gathered: Mapping[Channel, Gathered]) -> Iterator[str]:
    engines = sorted(
        {
            each.engine
            for channel, each in gathered.items()
            if each.engine and channel.how in {How.SEMANTIC, How.WORDS_TO_PICTURE}
        }
    )
    if engines and _is_foreign(query.words):
        names = " and ".join(engines)
        yield f"The query is not in Latin letters: {names} may not understand it; words match as written."


def _on_vectors(gathered: Mapping[Channel, Gathered]) -> Iterator[str]:
    for modality in Modality:
        videos = {
            video
            for channel, each in gathered.items()
            if channel.modality is modality
            for video in each.unreadable
        }
        if videos:
            names = ", ".join(sorted(videos))
            yield f"The {modality.value} vectors of some videos cannot be read: {names}."


def _on_spaces(gathered: Mapping[Channel, Gathered]) -> Iterator[str]:
    for modality in Modality:
        of_modality = [each for channel, each in gathered.items() if channel.modality is modality]
        count = len(frozenset().union(*(each.foreign for each in of_modality)))
        if count:
            videos = "1 video was" if count == 1 else f"{count} videos were"
            yield (
                f"{videos} indexed with another {modality.value} model and not compared in that respect; "
                "what is indexed again is."
            )


def _is_foreign(text: str) -> bool:
    """Return whether most letters are of another script than that of the languages engines know best."""
    letters = [char for char in text if char.isalpha()]
    latin = sum(unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN")) for char in letters)
    return latin * 2 < len(letters)
