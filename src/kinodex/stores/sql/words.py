"""
Text as the words it is searched by; one place, so that every database sees the same.

Width, case and accents of letters are taken away (Unicode NFKC, case folding, combining marks); a word
is a run of letters, digits and marks. Chinese, Japanese and Korean runs are cut into overlapping pairs
of characters, each position of a run starting one token: ``日本語`` is ``日本 本語 語``. So a phrase is
found at any place in a run, and a single character by prefix.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kinodex.domain.letters import fold, is_in_word

LONGEST_TOKEN = 64
"""Longer words are cut, in text and query alike; indexes have a limit and nobody types them."""

# Iteration marks, kana, Han (unified, extension A, compatibility, supplementary planes), Hangul syllables.
_EAST_ASIAN = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_EAST_ASIAN_CHARACTER = re.compile(f"[{_EAST_ASIAN}]")
_RUN = re.compile(f"[{_EAST_ASIAN}]+|[^{_EAST_ASIAN}]+")


@dataclass(frozen=True, slots=True)
class Term:
    """
    A word of a query.

    Attributes:
        text: As the person wrote it.
        token: As it is stored.
        is_prefix: Whether any token that begins so is meant: a single East Asian character.
    """

    text: str
    token: str
    is_prefix: bool = False

    def is_in(self, tokens: frozenset[str]) -> bool:
        """Return whether a text with these tokens holds the word."""
        if self.is_prefix:
            return any(token.startswith(self.token) for token in tokens)
        return self.token in tokens


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order."""
    return [term.token for run in _runs(text) for term in _cut(run)]


def phrase(query: str) -> list[Term]:
    """Return the tokens a text must hold next to each other; none where the query has no word."""
    runs = list(_runs(query))
    terms = [term for run in runs[:-1] for term in _cut(run)]
    return terms + [term for run in runs[-1:] for term in _open_ended(run)]


def any_of(query: str) -> list[Term]:
    """Return the words of a query, each once, to be found in any order."""
    terms = [term for run in _runs(query) for term in _open_ended(run)]
    return list({term.token: term for term in reversed(terms)}.values())[::-1]


def _runs(text: str) -> Iterator[str]:
    """Yield words as written, East Asian ones apart from others."""
    for word in _words(text):
        yield from _RUN.findall(unicodedata.normalize("NFKC", word))


def _words(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if is_in_word(character):
            word += character
        elif word:
            yield word
            word = ""
    if word:
        yield word


def _cut(run: str) -> list[Term]:
    if not _EAST_ASIAN_CHARACTER.match(run):
        token = _folded(run)
        return [Term(run, token)] if token else []
    return [Term(run[start : start + 2], _folded(run[start : start + 2])) for start in range(len(run))]


def _open_ended(run: str) -> list[Term]:
    """Cut the last run of a query: in the text, more characters may follow."""
    terms = _cut(run)
    if not _EAST_ASIAN_CHARACTER.match(run):
        return terms
    return terms[:-1] or [Term(terms[0].text, terms[0].token, is_prefix=True)]


def _folded(word: str) -> str:
    return "".join(filter(is_in_word, fold(word)))[:LONGEST_TOKEN]
