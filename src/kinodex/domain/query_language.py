"""
Queries as people write them: ``"goal" then:10s said:"what a save" not text:"replay"``.

The grammar, which ``docs/search-language.md`` explains::

    query       = plain | expression ;
    expression  = alternative , { [ "and" ] , "not" , alternative } ;
    alternative = sequence , { "or" , sequence } ;
    sequence    = group , { ( "then" | "then:" duration ) , group } ;
    group       = item , { [ "and" | "and:" duration ] , item } ;
    item        = word , { word } | quote | field | "(" , expression , ")" ;
    field       = ( "said:" | "exactly:" | "text:" | "seen:" ) , ( word | quote )
                | "picture:" , number , { "," , number } ;
    duration    = digits , [ "." , digits ] , ( "ms" | "s" | "m" | "h" ) ;

A text is *plain*, one leaf as it stands, unless it holds a field, a window such as ``then:10s``, an
operator right before a quote or a field, or is made of quotes only.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from kinodex.domain import errors
from kinodex.domain.options import Modality
from kinodex.domain.queries import DEEPEST, LONGEST_WINDOW_S, And, Leaf, Node, Not, Or, Then
from kinodex.domain.query_tokens import FIELDS, Kind, Token, tokens_of

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PICTURES = re.compile(r"[1-9][0-9]?(?:,[1-9][0-9]?)*")
_MODALITIES = {
    "said": Modality.SPEECH,
    "exactly": Modality.SPEECH,
    "text": Modality.SCREEN_TEXT,
    "seen": Modality.VISUAL,
}
_ENDINGS = {Kind.QUOTE, Kind.FIELD, Kind.CLOSE}
_BEGINNINGS = {Kind.QUOTE, Kind.FIELD, Kind.OPEN, Kind.OPERATOR}
_ITEMS = {Kind.WORD, Kind.QUOTE, Kind.FIELD, Kind.OPEN}


def parse_query(query: str) -> Node:
    """
    Return the tree of a query; for plain text, a leaf that holds it unchanged.

    Raises:
        QueryUnreadable: It has operators or fields and breaks the grammar; the error knows the column.
    """
    tokens = tokens_of(query)
    if not _is_structured(tokens):
        return Leaf(text=query)
    return _Parser(_resolved(tokens)).whole()


def is_plain(node: Node) -> bool:
    """Return whether a tree says no more than its text does."""
    return isinstance(node, Leaf) and node == Leaf(text=node.text)


def print_query(node: Node) -> str:
    """
    Return a query that is read as this tree.

    What only the objects of the API can say of a leaf, its search options, is left out.
    """
    if isinstance(node, Leaf):
        return _printed_leaf(node)
    if isinstance(node, Not):
        origin = print_query(node.origin) if isinstance(node.origin, Not) else _inside(node.origin, Or)
        return f"{origin} not {_inside(node.sub, Or)}"
    if isinstance(node, Or):
        return " or ".join(_inside(operand, Then) for operand in node.operands)
    window = "" if node.within_s is None else f":{_printed_seconds(node.within_s)}"
    if isinstance(node, Then):
        return f" then{window} ".join(_inside(operand, And) for operand in node.operands)
    return f" and{window} ".join(_inside(operand, Leaf) for operand in node.operands)


_LEVELS: Sequence[type[Node]] = (Not, Or, Then, And, Leaf)
"""From what binds loosest to what binds tightest."""


def _inside(node: Node, loosest: type[Node]) -> str:
    """Return a node as an operand, in parentheses where it binds looser than may stand there."""
    printed = print_query(node)
    return printed if _LEVELS.index(type(node)) >= _LEVELS.index(loosest) else f"({printed})"


def _printed_leaf(leaf: Leaf) -> str:
    pictures = f"picture:{','.join(map(str, leaf.pictures))}" if leaf.pictures else ""
    if not leaf.text:
        return pictures
    escaped = leaf.text.replace("\\", "\\\\").replace('"', '\\"')
    is_exact = leaf.modality is Modality.SPEECH and leaf.conversation_option == "exact_match"
    fields = {modality: name for name, modality in reversed(_MODALITIES.items())}
    name = "exactly" if is_exact else fields[leaf.modality] if leaf.modality else ""
    words = f'{name}:"{escaped}"' if name else f'"{escaped}"'
    return f"{words} {pictures}".rstrip()


def _printed_seconds(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"


def _is_structured(tokens: Sequence[Token]) -> bool:
    kinds = [token.kind for token in tokens]
    if set(kinds) == {Kind.QUOTE, Kind.END}:
        return all(token.is_closed for token in tokens)
    if Kind.FIELD in kinds or Kind.WINDOW in kinds:
        return True
    return (Kind.OPERATOR, Kind.QUOTE) in pairwise(kinds)


def _resolved(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens, with operators between plain words made words, and ``and not`` made ``not``."""
    found: list[Token] = []
    for place in range(len(tokens) - 1, -1, -1):
        token, following = tokens[place], found[-1] if found else None
        if token.kind is Kind.OPERATOR:
            is_after = place > 0 and tokens[place - 1].kind in _ENDINGS
            is_before = following is not None and following.kind in _BEGINNINGS
            if not is_after and not is_before:
                token = Token(Kind.WORD, token.value, token.column)
            elif token.text == "and" and following is not None and _is(following, "not"):
                continue
        found.append(token)
    return found[::-1]


def _is(token: Token, *operators: str) -> bool:
    return token.kind in {Kind.OPERATOR, Kind.WINDOW} and token.text in operators


class _Parser:
    """Reads tokens from left to right; a method for each rule of the grammar."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._open = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._next.kind is not Kind.END:
            raise _error(self._next, "this parenthesis closes nothing")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _expression(self) -> Node:
        node = self._alternative()
        while _is(self._next, "not"):
            self._take()
            node = Not(node, self._alternative())
        return node

    def _alternative(self) -> Node:
        operands = [self._sequence()]
        while _is(self._next, "or"):
            self._take()
            operands.append(self._sequence())
        return Or(tuple(operands)) if len(operands) > 1 else operands[0]

    def _sequence(self) -> Node:
        joined = _Joined(Then, self._group())
        while _is(self._next, "then"):
            window_s = _window_s(self._take())
            joined.add(self._group(), window_s)
        return joined.node()

    def _group(self) -> Node:
        joined = _Joined(And, self._item())
        while self._next.kind in _ITEMS or _is(self._next, "and"):
            window_s = _window_s(self._take()) if _is(self._next, "and") else None
            joined.add(self._item(), window_s)
        return joined.node()

    def _item(self) -> Node:
        token = self._next
        if token.kind is Kind.WORD:
            return self._words()
        if token.kind is Kind.OPEN:
            return self._parenthesis()
        if token.kind not in _ITEMS:
            raise _error(token, self._missing())
        self._take()
        if not token.is_closed:
            raise _error(token, "the quote that opens here is never closed")
        return Leaf(text=_held(token, token.text)) if token.kind is Kind.QUOTE else _field(token)

    def _words(self) -> Leaf:
        words = []
        while self._next.kind is Kind.WORD:
            token = self._take()
            if token.text.lower() in {"then:", "and:"}:
                raise _no_duration(token.text, token.column + len(token.text))
            words.append(token.text)
        return Leaf(text=" ".join(words))

    def _parenthesis(self) -> Node:
        opening = self._take()
        self._open += 1
        if self._open > DEEPEST:
            raise _error(opening, f"parentheses are nested {self._open} deep and the maximum is {DEEPEST}")
        node = self._expression()
        if self._next.kind is not Kind.CLOSE:
            raise _error(opening, "the parenthesis that opens here is never closed")
        self._take()
        self._open -= 1
        return node

    def _missing(self) -> str:
        before = self._tokens[self._place - 1] if self._place else None
        if _is(self._next, "not"):
            return "not needs something before it, from which it leaves out what follows"
        if before is None or before.kind is Kind.OPEN:
            return "expected words, a quote or a field here"
        return f"expected words, a quote or a field after {before.text}"


class _Joined:
    """Operands joined from left to right; those with the same window are one node."""

    def __init__(self, kind: type[And] | type[Then], first: Node) -> None:
        self._kind = kind
        self._operands = [first]
        self._window_s: float | None = None

    def add(self, operand: Node, window_s: float | None) -> None:
        if len(self._operands) > 1 and window_s != self._window_s:
            self._operands = [self.node()]
        self._window_s = window_s
        self._operands.append(operand)

    def node(self) -> Node:
        if len(self._operands) == 1:
            return self._operands[0]
        return self._kind(tuple(self._operands), self._window_s)


def _window_s(token: Token) -> float | None:
    """Return the window of an operator, ``None`` where it has none."""
    if token.kind is not Kind.WINDOW:
        return None
    given = _DURATION.fullmatch(token.value)
    if given is None:
        raise _no_duration(f"{token.text}:", token.value_column)
    seconds = round(float(given[1]) * _SECONDS[given[2]], 3)
    if seconds > LONGEST_WINDOW_S:
        reason = f"{seconds:g} seconds are more than the maximum of {LONGEST_WINDOW_S:g}"
        raise errors.QueryUnreadable(token.value_column, reason)
    return seconds


def _field(token: Token) -> Leaf:
    name = token.text
    if name == "picture":
        if not _PICTURES.fullmatch(token.value):
            raise errors.QueryUnreadable(
                token.value_column, "expected the number of a picture, from 1, after picture:"
            )
        return Leaf(pictures=tuple(int(number) for number in token.value.split(",")))
    if name not in _MODALITIES:
        raise _error(token, f"there is no field {name}; the fields are {', '.join(FIELDS)}")
    exact = "exact_match" if name == "exactly" else None
    text = _held(token, token.value)
    return Leaf(text=text, modality=_MODALITIES[name], conversation_option=exact)


def _held(token: Token, text: str) -> str:
    if not text.strip():
        what = f"after {token.text}:" if token.kind is Kind.FIELD else "between these quotes"
        raise _error(token, f"there is nothing {what}")
    return text


def _no_duration(operator: str, column: int) -> errors.QueryUnreadable:
    return errors.QueryUnreadable(column, f"expected a duration like 10s after {operator}")


def _error(token: Token, reason: str) -> errors.QueryUnreadable:
    return errors.QueryUnreadable(token.column, reason)
