"""Words of queries and lines: compared without case, accents and width, shown as they were written."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.letters import fold, is_in_word

_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Scripts written without spaces, or with endings glued on: a word is looked for inside a run of letters.
_RUNS = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff\u0e00-\u0e7f]"
)
_STOP_WORDS = (
    "a about after again all also am an and any are aren as at be been before being but by can could "
    "couldn d did didn do does doesn doing don down during each for from further had hadn has hasn have "
    "haven having he her here hers him his how i if in into is isn it its itself just ll m me more most "
    "my no nor not now of off on once only or other our out over own re s same she should so some such t "
    "than that the their them then there these they this those through to too up us ve very was wasn we "
    "were weren what when where which who whom why will with would you your"
)

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that say nothing about a subject; the letters are what apostrophes leave behind."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """
    A text made comparable.

    ``folded`` has no accents, no case and no width; ``origins[i]`` is the place in ``text`` of its
    character *i*; ``places`` are the starts and ends of its words.
    """

    text: str
    folded: str
    origins: Sequence[int]
    places: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, text: str) -> "FoldedText":
        """Fold a text, character by character so that every place is known."""
        if text.isascii():
            folded = text.lower()
            return cls(text, folded, range(len(text)), [word.span() for word in _ASCII_WORD.finditer(folded)])
        pieces = [(place, char) for place, whole in enumerate(text) for char in fold(whole)]
        folded = "".join(char for _, char in pieces)
        return cls(text, folded, [place for place, _ in pieces], list(_word_places(folded)))

    def words(self) -> list[str]:
        """Return its words in order, folded."""
        return [self.folded[start:end] for start, end in self.places]

    def spelled(self, wanted: Collection[str]) -> tuple[str, ...]:
        """Return the wanted words as the text spells them, in its order, each spelling once."""
        found = (self.original(start, end) for start, end in self._places_of(wanted))
        return tuple(dict.fromkeys(found))

    def original(self, start: int, end: int) -> str:
        """Return the text behind a stretch of ``folded``."""
        # Accents that stand as characters of their own belong to the letter before them.
        following = self.origins[end] if end < len(self.origins) else len(self.text)
        return self.text[self.origins[start] : max(self.origins[end - 1] + 1, following)].rstrip()

    def _places_of(self, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
        runs = [word for word in wanted if is_run(word)]
        for start, end in self.places:
            if self.folded[start:end] in wanted:
                yield start, end
                continue
            for word in runs:
                place = self.folded.find(word, start, end)
                if place >= 0:
                    yield place, place + len(word)


def is_run(word: str) -> bool:
    """Return whether a word is of a script that does not put spaces between words."""
    return _RUNS.search(word) is not None


@dataclass(frozen=True, slots=True)
class QueryWords:
    """
    The words of a query, folded.

    ``every`` holds them in order; ``content`` those that say something about a subject, each once;
    ``spellings`` how each was written.
    """

    every: tuple[str, ...]
    content: tuple[str, ...]
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, text: str) -> "QueryWords":
        """Split a query into words."""
        folded = FoldedText.of(text)
        every = tuple(folded.words())
        written = [folded.original(start, end) for start, end in folded.places]
        content = tuple(dict.fromkeys(word for word in every if word not in STOP_WORDS))
        return cls(every, content, dict(zip(every, written, strict=True)))

    @property
    def asked(self) -> tuple[str, ...]:
        """The words to look for: those with content, or all where none has any."""
        return self.content or tuple(dict.fromkeys(self.every))

    @property
    def asked_as_written(self) -> str:
        """The words to look for as a query for a store, which has a way of its own to fold them."""
        return " ".join(self.spellings[word] for word in self.asked)


def held_words(asked: Collection[str], line: FoldedText) -> frozenset[str]:
    """Return which of some folded words a line holds."""
    there = set(line.words())
    return frozenset(word for word in asked if word in there or (is_run(word) and word in line.folded))


def holds_phrase(words: tuple[str, ...], line: FoldedText) -> bool:
    """Return whether a line holds the words next to each other, in this order."""
    return f" {' '.join(words)} " in f" {' '.join(line.words())} "


def _word_places(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the runs of letters, digits and marks."""
    start = None
    for place, char in enumerate(folded):
        is_word = is_in_word(char)
        if is_word and start is None:
            start = place
        elif not is_word and start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(folded)
