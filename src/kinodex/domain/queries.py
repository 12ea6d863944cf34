"""
Combined queries: what to look for, joined by and, or, not and then, as a tree of frozen values.

One tree is behind the objects of the API, the language people write (``query_language.py``) and the page;
``retrieval/algebra.py`` says what each node means.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kinodex.domain import errors
from kinodex.domain.options import Modality

MOST_LEAVES = 20
DEEPEST = 8
"""Levels of a tree; a leaf alone has one."""
LONGEST_WINDOW_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """
    One thing to look for.

    Attributes:
        text: In words; empty where only pictures are asked for.
        pictures: Numbers of pictures that came with the query, from 1; any of them may match.
        modality: Where alone to look; ``None``: where the options say.
        options: Search options in the caller's words; ``None``: those of the whole query.
        conversation_option: ``semantic`` or ``exact_match``; ``None``: that of the whole query.
    """

    text: str = ""
    pictures: tuple[int, ...] = ()
    modality: Modality | None = None
    options: tuple[str, ...] | None = None
    conversation_option: str | None = None


@dataclass(frozen=True, slots=True)
class And:
    """
    All of them, overlapping.

    With ``within_s``, in seconds, they need not overlap: all gaps between them are at most so long.
    """

    operands: tuple["Node", ...]
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Then:
    """
    Each begins after the one before it has ended.

    With ``within_s``, at most so many seconds later; else anywhere later in the video.
    """

    operands: tuple["Node", ...]
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """``origin`` without what overlaps a confident match of ``sub``."""

    origin: "Node"
    sub: "Node"


Node = Leaf | And | Or | Then | Not


def operands_of(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node, in order; none below a leaf."""
    if isinstance(node, Leaf):
        return ()
    return (node.origin, node.sub) if isinstance(node, Not) else node.operands


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Yield the leaves in the order they are written."""
    if isinstance(node, Leaf):
        yield node
    for operand in operands_of(node):
        yield from leaves_of(operand)


def sought_in(node: Node, *, is_sought: bool = True) -> Iterator[bool]:
    """Yield for each leaf, in the order written, whether it is looked for and not to be left out."""
    if isinstance(node, Leaf):
        yield is_sought
    elif isinstance(node, Not):
        yield from sought_in(node.origin, is_sought=is_sought)
        yield from sought_in(node.sub, is_sought=False)
    else:
        for operand in node.operands:
            yield from sought_in(operand, is_sought=is_sought)


def depth_of(node: Node) -> int:
    """Return how many levels a tree has."""
    return 1 + max((depth_of(operand) for operand in operands_of(node)), default=0)


def check_size(node: Node, *, name: str) -> None:
    """
    Refuse a tree that would take too long.

    Args:
        node: Its root.
        name: Of the parameter it came in.

    Raises:
        ParameterInvalid: It has too many leaves or levels.
    """
    for what, count, most in (
        ("parts", sum(1 for _ in leaves_of(node)), MOST_LEAVES),
        ("levels", depth_of(node), DEEPEST),
    ):
        if count > most:
            raise errors.ParameterInvalid(name, f"it has {count} {what} and the maximum is {most}")


def check_window(within_s: float, *, name: str) -> float:
    """
    Return a window between parts of a query.

    Raises:
        ParameterInvalid: It is negative or longer than a day.
    """
    if not 0 <= within_s <= LONGEST_WINDOW_S:
        limits = f"0 and {LONGEST_WINDOW_S:g} seconds"
        raise errors.ParameterInvalid(name, f"{within_s:g} seconds are not between {limits}")
    return within_s
