"""The words, quotes, fields and operators of a query as people write it; each knows its column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

FIELDS = ("said", "exactly", "text", "seen", "picture")
OPERATORS = ("and", "or", "not", "then")
WINDOWED = ("and", "then")
"""Operators that may carry a window: ``then:10s``."""

_PIECE = re.compile(r'\s+|[()]|"|[^\s()"][^\s()]*')
_NAME = re.compile(r"([^\W\d_]+):(?=\S)")


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTE = auto()
    FIELD = auto()  # with what stands behind its colon
    OPERATOR = auto()
    WINDOW = auto()  # an operator with what stands behind its colon
    OPEN = auto()
    CLOSE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """
    One piece of a query.

    ``text`` is a word as written, what stands between quotes, or the name of an operator or a field in
    small letters; ``column`` counts characters from 1. ``value`` stands behind the colon, or is an
    operator as it was written; ``is_closed`` is false for a quote that never ends.
    """

    kind: Kind
    text: str
    column: int
    value: str = ""
    is_closed: bool = True

    @property
    def value_column(self) -> int:
        """Where the value begins."""
        return self.column + len(self.text) + 1


def tokens_of(query: str) -> list[Token]:
    """Return the tokens of a query; the last is its end."""
    found = list(_tokens(query))
    return [*found, Token(Kind.END, "", len(query.rstrip()) + 1)]


def _tokens(query: str) -> Iterator[Token]:
    place = 0
    while piece := _PIECE.match(query, place):
        if piece[0].isspace():
            place = piece.end()
        else:
            token, place = _token(query, place, piece[0])
            yield token


def _token(query: str, place: int, text: str) -> tuple[Token, int]:
    """Return the token at a place, and where the next begins."""
    column, end = place + 1, place + len(text)
    if text == '"':
        content, is_closed, end = _quoted(query, place)
        return Token(Kind.QUOTE, content, column, is_closed=is_closed), end
    if text in "()":
        return Token(Kind.OPEN if text == "(" else Kind.CLOSE, text, column), end
    name = _NAME.match(query, place)
    if name:
        found = _named(query, name, column)
        if found is not None:
            return found
    if text.lower() in OPERATORS:
        return Token(Kind.OPERATOR, text.lower(), column, value=text), end
    return Token(Kind.WORD, text, column), end


def _named(query: str, name: re.Match[str], column: int) -> tuple[Token, int] | None:
    """Return a field or a window; ``None`` for what only has a colon in it."""
    word = name[1].lower()
    kind = Kind.WINDOW if word in WINDOWED else Kind.FIELD
    if kind is Kind.FIELD and query[name.end()] == '"':
        content, is_closed, end = _quoted(query, name.end())
        return Token(kind, word, column, value=content, is_closed=is_closed), end
    if kind is Kind.FIELD and word not in FIELDS:
        return None
    end = name.end()
    while end < len(query) and not query[end].isspace() and query[end] not in '()"':
        end += 1
    return Token(kind, word, column, value=query[name.end() : end]), end


def _quoted(query: str, place: int) -> tuple[str, bool, int]:
    """Return what a quote holds, whether it is closed, and where the next token begins."""
    content = []
    end = place + 1
    while end < len(query) and query[end] != '"':
        if query[end] == "\\" and query[end + 1 : end + 2] in {'"', "\\"}:
            end += 1
        content.append(query[end])
        end += 1
    return "".join(content), end < len(query), end + 1
