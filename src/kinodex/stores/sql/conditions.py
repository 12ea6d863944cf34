"""Conditions of a list as SQL."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from kinodex.domain.listing import Comparison, Condition, Value
from kinodex.domain.videos import MetadataValue
from kinodex.stores.sql.columns import Instant
from kinodex.stores.sql.tables import video_metadata

Field = sa.ColumnElement[object] | Callable[[Condition], sa.ColumnElement[bool]]
"""A column, or what is computed of some, to compare with; or a rule of its own."""

METADATA_PREFIX = "metadata."

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_TRUTH = {"true": True, "false": False}


def translate(conditions: Sequence[Condition], fields: Mapping[str, Field]) -> list[sa.ColumnElement[bool]]:
    """
    Return what must hold, to be given to ``where``.

    Args:
        conditions: All of them have to be fulfilled.
        fields: What may be asked about; a key that ends in a dot takes all fields that begin so.

    Raises:
        ValueError: An unknown field, or a value that does not go with it.
    """
    return [_translate(condition, fields) for condition in conditions]


def order(sort_by: str, *, descending: bool, fields: Mapping[str, Field]) -> list[sa.UnaryExpression[object]]:
    """
    Return the order of a list; unknown values come last, equals by id.

    Raises:
        ValueError: A field that is no column.
    """
    columns = [fields.get(sort_by), fields["id"]]
    if not all(isinstance(column, sa.ColumnElement) for column in columns):
        raise ValueError(f"a list cannot be sorted by {sort_by!r}")
    way = sa.desc if descending else sa.asc
    return [way(column).nulls_last() for column in columns if isinstance(column, sa.ColumnElement)]


def compare(
    column: sa.ColumnElement[object], comparison: Comparison, value: object
) -> sa.ColumnElement[bool]:
    """Return ``column <comparison> value`` for values of the column's type."""
    if comparison == "gte":
        return column >= value
    if comparison == "lte":
        return column <= value
    return column.in_(value) if isinstance(value, tuple) else column == value


def metadata(
    owner: sa.Column[str], values_of: sa.Column[str] = video_metadata.c.video_id
) -> Callable[[Condition], sa.ColumnElement[bool]]:
    """
    Return the rule for ``metadata.<key>``: one of the values stored under the key fits.

    ``owner`` is the id of what the values belong to, ``values_of`` the column of a table of values (built
    like ``video_metadata``) that names it.

    Texts are ordered by code point and numbers by size; a text that reads as a number or a truth value
    equals it. A list fits where one of its texts does.
    """

    def rule(condition: Condition) -> sa.ColumnElement[bool]:
        stored = values_of.table
        key = condition.field.removeprefix(METADATA_PREFIX)
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        fits = sa.or_(*(_fits(stored, condition.comparison, value) for value in values), sa.false())
        return sa.exists().where(values_of == owner, stored.c.key == key, fits)

    return rule


def metadata_rows(
    values_of: sa.Column[str], owner: str, metadata: Mapping[str, MetadataValue]
) -> list[dict[str, object]]:
    """Return the rows such a rule looks at; every value has one, a list one per text."""
    return [
        {
            values_of.name: owner,
            "key": key,
            "position": position,
            "text_value": each if isinstance(each, str) else None,
            "number_value": None if isinstance(each, str) else number_of(each),
            "truth_value": each if isinstance(each, bool) else None,
        }
        for key, value in metadata.items()
        for position, each in enumerate(value if isinstance(value, (tuple, list)) else (value,))
    ]


def number_of(value: Value) -> float | None:
    """Return a number, or a text that reads as one, as a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        fraction = float(value)
    except OverflowError:
        return None
    return fraction if math.isfinite(fraction) else None


def _translate(condition: Condition, fields: Mapping[str, Field]) -> sa.ColumnElement[bool]:
    if (condition.comparison == "in") != isinstance(condition.value, tuple):
        raise ValueError(f"'in', and only that, takes a tuple: {condition}")
    prefix = condition.field.partition(".")[0] + "."
    field = fields.get(condition.field, fields.get(prefix))
    if field is None:
        raise ValueError(f"no field is named {condition.field!r}")
    if not isinstance(field, sa.ColumnElement):
        return field(condition)
    return compare(field, condition.comparison, _typed(field, condition))


def _typed(column: sa.ColumnElement[object], condition: Condition) -> object:
    """Return the value as the column has it: databases differ in what they do with others."""
    value = condition.value
    if isinstance(column.type, sa.Double | sa.Integer) and not isinstance(value, bool):
        # Compared as a fraction: an integer column must not round what it is compared with.
        number = None if isinstance(value, str) else number_of(value)
        return sa.literal(number, sa.Double()) if number is not None else _no(condition)
    if isinstance(column.type, Instant):
        return value if isinstance(value, datetime) else _no(condition)
    return value if isinstance(value, str | tuple) else _no(condition)


def _no(condition: Condition) -> object:
    raise ValueError(f"{condition.value!r} cannot be compared with {condition.field}")


def _fits(stored: sa.FromClause, comparison: Comparison, value: Value) -> sa.ColumnElement[bool]:
    if comparison in {"gte", "lte"}:
        return sa.or_(*_ordered(stored, comparison, value), sa.false())
    return sa.or_(*_equal(stored, value), sa.false())


def _ordered(stored: sa.FromClause, comparison: Comparison, value: Value) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if isinstance(value, str):
        found.append(compare(stored.c.text_value, comparison, value))
    if (number := number_of(value)) is not None:
        found.append(compare(stored.c.number_value, comparison, number))
    return found


def _equal(stored: sa.FromClause, value: Value) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if isinstance(value, bool | str):
        truth = value if isinstance(value, bool) else _TRUTH.get(value)
        found += [stored.c.truth_value.is_(truth)] if truth is not None else []
    if (number := number_of(value)) is not None:
        found.append(stored.c.number_value == number)
    if (text := _text(value)) is not None:
        found.append(stored.c.text_value == text)
    return found


def _text(value: Value) -> str | None:
    """Return how a value reads as text: ``3`` and ``3.0`` alike, truth values in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float | str) else None
