"""Lists: from the query of a request to the page that is wanted, the same rules for every noun."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from starlette.datastructures import QueryParams

from kinodex.domain import errors
from kinodex.domain.listing import Comparison, Condition, Listing, Value
from kinodex.http.fields import Fields, number_of
from kinodex.http.parameters import end_of_day, identifier, instant_of, is_day, query_fields

LARGEST_PAGE = 1_000_000
LARGEST_PAGE_LIMIT = 50
SORTS = ("created_at", "updated_at")
PAGING = frozenset({"page", "page_limit", "sort_by", "sort_option"})

Kind = Literal["id", "text", "number", "time"]
_Conditions = Iterator[Condition]
_LONGEST_OBJECT = 4_000
_COMPARED = re.compile(r"(?P<name>[^\[\]]+)\[(?P<comparison>gte|lte)\]")
_USER_METADATA = re.compile(r"user_metadata\[(?P<key>[^\[\]]+)\](?:\[(?P<comparison>gte|lte)\])?")


@dataclass(frozen=True, slots=True)
class Filter:
    """A name of the wire: the field of the domain it asks about and what it is compared with."""

    field: str
    kind: Kind


Special = Callable[[str, Sequence[str]], Sequence[Condition]]
"""A rule of its own: from a name of the wire and its values to conditions."""


def listing_of(
    query: QueryParams,
    filters: Mapping[str, Filter],
    *,
    special: Mapping[str, Special] | None = None,
    takes_metadata: bool = False,
) -> Listing:
    """
    Return the page a query asks for.

    Args:
        query: As sent. An empty value is the same as none; unknown names are ignored unless they are
            taken for metadata.
        filters: What may be asked about; numbers and times also as ``name[gte]`` and ``name[lte]``.
        special: Rules for names that mean something else.
        takes_metadata: Whether other names are metadata of the user's own, in any of its spellings:
            ``key=x``, ``user_metadata[key]=x``, ``user_metadata={"key": "x"}``, the last also as Python
            writes it.

    Raises:
        ParameterInvalid: A value that cannot be used, with the name of its parameter.
    """
    fields = query_fields(query)
    sort_by = _choice(fields, "sort_by", SORTS)
    direction = _choice(fields, "sort_option", ("desc", "asc"))
    return Listing(
        page=within(fields, "page", default=1, most=LARGEST_PAGE),
        page_limit=within(fields, "page_limit", default=10, most=LARGEST_PAGE_LIMIT),
        sort_by=sort_by,
        descending=direction == "desc",
        conditions=tuple(_conditions(query, filters, special or {}, takes_metadata=takes_metadata)),
    )


def _conditions(
    query: QueryParams,
    filters: Mapping[str, Filter],
    special: Mapping[str, Special],
    *,
    takes_metadata: bool,
) -> _Conditions:
    for name in dict.fromkeys(query):
        values = [value for value in query.getlist(name) if value]
        compared = _COMPARED.fullmatch(name)
        if name in PAGING or not values:
            continue
        if name in special:
            yield from special[name](name, values)
        elif name in filters:
            yield from _equal(name, filters[name], values[0])
        elif compared and compared["name"] in filters:
            yield _ordered(name, filters[compared["name"]], compared["comparison"], values[0])
        elif takes_metadata:
            yield from _metadata(name, values[0])


def _equal(name: str, wanted: Filter, text: str) -> _Conditions:
    if wanted.kind != "time":
        yield Condition(wanted.field, "eq", _value(name, wanted.kind, text))
        return
    # A day means any time on it, a time the rest of its day: so the platform defines it.
    instant = instant_of(name, text)
    yield Condition(wanted.field, "gte", instant)
    yield Condition(wanted.field, "lte", end_of_day(instant))


def _ordered(name: str, wanted: Filter, comparison: str, text: str) -> Condition:
    if wanted.kind not in {"number", "time"}:
        raise errors.ParameterInvalid(name, "only numbers and times have ranges")
    value = _value(name, wanted.kind, text)
    if comparison == "lte" and isinstance(value, datetime) and is_day(text):
        value = end_of_day(value)
    return Condition(wanted.field, _comparison(comparison), value)


def _value(name: str, kind: Kind, text: str) -> Value:
    if kind == "number":
        return number_of(name, text)
    if kind == "time":
        return instant_of(name, text)
    return identifier(name, text) if kind == "id" else text


def _metadata(name: str, text: str) -> _Conditions:
    if name == "user_metadata" or (name == "metadata" and text.startswith("{")):
        yield from _metadata_object(name, text)
        return
    if found := _USER_METADATA.fullmatch(name) or _COMPARED.fullmatch(name):
        key = found.groupdict().get("key") or found["name"]
        yield Condition(f"metadata.{key}", _comparison(found["comparison"]), text)
        return
    yield Condition(f"metadata.{name}", "eq", text)


def _metadata_object(name: str, text: str) -> _Conditions:
    given = _as_python_writes_it(text) or Fields({name: [text]}).json(name)
    if not isinstance(given, dict):
        raise errors.ParameterInvalid(name, "it is not an object of names and values")
    for key, value in given.items():
        compared = value.items() if isinstance(value, dict) else [("eq", value)]
        for comparison, bound in compared:
            if comparison not in {"eq", "gte", "lte"} or not isinstance(bound, (str, int, float)):
                raise errors.ParameterInvalid(name, f"the value of {str(key)!r} cannot be compared")
            yield Condition(f"metadata.{key}", _comparison(comparison), bound)


def _as_python_writes_it(text: str) -> object:
    """Return the dict a text stands for in Python, where clients 0.1 to 0.4 put it into the query."""
    if len(text) > _LONGEST_OBJECT or not text.startswith("{'"):
        return None
    try:
        value: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return value


def _comparison(text: str | None) -> Comparison:
    if text == "gte":
        return "gte"
    return "lte" if text == "lte" else "eq"


def within(fields: Fields, name: str, *, default: int, most: int) -> int:
    """
    Return a whole number between 1 and the most.

    Raises:
        ParameterInvalid: It is not.
    """
    value = fields.integer(name, default=default)
    if not 1 <= value <= most:
        raise errors.ParameterInvalid(name, f"{value} is not between 1 and {most}")
    return value


def _choice(fields: Fields, name: str, choices: Sequence[str]) -> str:
    """Return one of the choices, the first where none is sent."""
    value = fields.text(name) or choices[0]
    if value not in choices:
        raise errors.ParameterInvalid(name, f"{value[:80]!r} is not one of {', '.join(choices)}")
    return value
