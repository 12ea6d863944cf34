"""Words of queries and lines: compared without case, accents and width, shown as they were written."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
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
    character *i*.
    """

    text: str
    folded: str
    origins: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "FoldedText":
        """Fold a text, character by character so that every place is known."""
        if text.isascii():
            return cls(text, text.lower(), tuple(range(len(text))))
        pieces = [(place, folded) for place, char in enumerate(text) for folded in _fold(char)]
        return cls(text, "".join(folded for _, folded in pieces), tuple(place for place, _ in pieces))

    def words(self) -> list[str]:
        """Return its words in order, folded."""
        return _WORD.findall(self.folded)

    def spelled(self, wanted: Collection[str]) -> tuple[str, ...]:
        """Return the wanted words as the text spells them, in its order, each spelling once."""
        found = (self._original(start, end) for start, end in self._places(wanted))
        return tuple(dict.fromkeys(found))

    def _original(self, start: int, end: int) -> str:
        # Accents that stand as characters of their own belong to the letter before them.
        following = self.origins[end] if end < len(self.origins) else len(self.text)
        return self.text[self.origins[start] : max(self.origins[end - 1] + 1, following)].rstrip()

    def _places(self, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
        runs = [word for word in wanted if is_run(word)]
        for match in _WORD.finditer(self.folded):
            if match.group() in wanted:
                yield match.span()
                continue
            for word in runs:
                place = match.group().find(word)
                if place >= 0:
                    yield match.start() + place, match.start() + place + len(word)


def is_run(word: str) -> bool:
    """Return whether a word is of a script that does not put spaces between words."""
    return _RUNS.search(word) is not None


@dataclass(frozen=True, slots=True)
class QueryWords:
    """
    The words of a query, folded.

    ``every`` holds them in order; ``content`` those that say something about a subject, each once.
    """

    every: tuple[str, ...]
    content: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "QueryWords":
        """Split a query into words."""
        every = tuple(FoldedText.of(text).words())
        return cls(every, tuple(dict.fromkeys(word for word in every if word not in STOP_WORDS)))

    @property
    def asked(self) -> tuple[str, ...]:
        """The words to look for: those with content, or all where none has any."""
        return self.content or tuple(dict.fromkeys(self.every))


def held_words(asked: Collection[str], line: FoldedText) -> frozenset[str]:
    """Return which of some folded words a line holds."""
    there = set(line.words())
    return frozenset(word for word in asked if word in there or (is_run(word) and word in line.folded))


def holds_phrase(words: tuple[str, ...], line: FoldedText) -> bool:
    """Return whether a line holds the words next to each other, in this order."""
    return f" {' '.join(words)} " in f" {' '.join(line.words())} "


def _fold(char: str) -> str:
    decomposed = unicodedata.normalize("NFKD", char.casefold())
    bare = "".join(part for part in decomposed if not unicodedata.combining(part))
    return unicodedata.normalize("NFC", bare)
