"""Lists: which page, in which order, of which items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Literal, TypeVar

Item = TypeVar("Item")

Comparison = Literal["eq", "gte", "lte", "in"]
Value = str | int | float | bool | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One thing an item must fulfil; all conditions of a list hold together.

    ``field`` is a name of ours (``duration_s``, ``status`` …), or ``metadata.<key>`` for the user's own.
    ``in`` takes a tuple of strings. ``eq`` on metadata compares with the stored type: the text
    ``"3"`` equals the number 3, ``"true"`` the truth value.
    """

    field: str
    comparison: Comparison
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of a list; pages count from 1."""

    page: int = 1
    page_limit: int = 10
    sort_by: str = "created_at"
    descending: bool = True
    conditions: tuple[Condition, ...] = ()

    def also(self, conditions: tuple[Condition, ...]) -> "Listing":
        """Return the same page of those items that fulfil further conditions too."""
        return replace(self, conditions=self.conditions + conditions)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items of one page, and how many there are on all pages."""

    items: Sequence[Item]
    total: int
