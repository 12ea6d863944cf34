"""
Words of screen text that are spelled nearly like a word of a query: reading pictures gets letters wrong.

Each index keeps the words of its screen text, each once, forwards and backwards. A word with one letter
wrong still has its first or its second half; one with two wrong nearly always its first or last third. So
few words are looked up by their beginnings and ends, and only these are compared letter by letter.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kinodex.domain.ids import IndexId
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import screen_words

SHORTEST = 4
"""Of shorter words too many are one letter apart."""
LONG = 8
"""From this length on, two letters may be wrong."""
MOST_COMPARED = 2000
"""Words with one beginning or one end that are compared with a word of a query."""
MOST_ALIKE = 8
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of screen text as one transaction sees them; those of removed videos stay."""

    connection: sa.Connection
    dialect: Dialect

    def learn(self, index_id: IndexId, words: Collection[str]) -> None:
        """Remember words; those that are never looked up, because they are short or numbers, are left out."""
        # In one order everywhere: two that learn at once wait for one another, never both.
        rows = [
            {"index_id": index_id, "word": word, "backwards": word[::-1], "letters": len(word)}
            for word in sorted(set(words))
            if can_be_wrong(word)
        ]
        if rows:
            self.connection.execute(self.dialect.insert(screen_words).on_conflict_do_nothing(), rows)

    def alike(self, index_id: IndexId, word: str) -> list[str]:
        """Return the words of an index that a word may have been read as, the nearest first; not itself."""
        if not can_be_wrong(word):
            return []
        wrong = 1 if len(word) < LONG else 2
        first = len(word) // (wrong + 1)
        last = len(word) - first if wrong == 1 else first
        there = screen_words.c
        known = {
            *self._beginning(index_id, there.word, word[:first], len(word), wrong),
            *self._beginning(index_id, there.backwards, word[::-1][:last], len(word), wrong),
        }
        known.discard(word)
        near = process.extract(
            word, sorted(known), scorer=Levenshtein.distance, score_cutoff=wrong, limit=MOST_ALIKE
        )
        return [found for found, _, _ in near if _is_same_number(word, found)]

    def _beginning(
        self, index_id: IndexId, column: sa.Column[str], beginning: str, length: int, wrong: int
    ) -> list[str]:
        there = screen_words.c
        query = sa.select(there.word).where(
            there.index_id == index_id,
            there.letters.in_(range(length - wrong, length + wrong + 1)),
            column >= beginning,
            column < beginning + _LAST,
        )
        return list(self.connection.scalars(query.order_by(column).limit(MOST_COMPARED)))


def can_be_wrong(word: str) -> bool:
    """Return whether a word is long enough and no number: a number with another digit is another number."""
    return len(word) >= SHORTEST and not word.isdigit()


def _is_same_number(asked: str, found: str) -> bool:
    """Return whether digits were at most lost or taken for letters: platform 9 is not platform 8."""
    digits, others = ([char for char in word if char.isdigit()] for word in (asked, found))
    return len(digits) != len(others) or digits == others
