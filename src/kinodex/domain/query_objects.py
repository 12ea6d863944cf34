"""Combined queries as objects: ``{"$and": [{"text": "goal"}, {"text": "save"}], "proximity": 10}``."""

from collections.abc import Mapping

from kinodex.domain import errors
from kinodex.domain.options import Modality
from kinodex.domain.queries import DEEPEST, And, Leaf, Node, Not, Or, Then, check_window

_LEAF_KEYS = ("text", "search_options", "conversation_option", "modality", "pictures")
_OPERATORS = ("$and", "$or", "$not", "$then")
_PROXIMITY = "proximity"
_WINDOWED = {"$and", "$then"}


def tree_of(value: object, *, name: str = "query") -> Node:
    """
    Return the tree of a query.

    Args:
        value: Parsed from JSON.
        name: Of the parameter, for messages.

    Raises:
        ParameterInvalid: It is no combined query; the message names the place.
    """
    return _node(value, name, level=1)


def _node(value: object, place: str, *, level: int) -> Node:
    if level > DEEPEST:
        raise errors.ParameterInvalid(place, f"it has more levels than the maximum of {DEEPEST}")
    if not isinstance(value, Mapping):
        raise errors.ParameterInvalid(place, f"expected an object with text or {', '.join(_OPERATORS)}")
    operators = [key for key in _OPERATORS if key in value]
    if not operators:
        return _leaf(value, place)
    if len(operators) > 1:
        raise errors.ParameterInvalid(place, f"it has {' and '.join(operators)}; put one into the other")
    return _operation(value, operators[0], place, level=level)


def _operation(value: Mapping[str, object], operator: str, place: str, *, level: int) -> Node:
    _check_keys(value, (operator, _PROXIMITY) if operator in _WINDOWED else (operator,), place)
    operands, below = value[operator], f"{place}.{operator}"
    if operator == "$not":
        return _exclusion(operands, below, level=level)
    if not isinstance(operands, list) or not operands:
        raise errors.ParameterInvalid(below, "expected a list of queries")
    nodes = tuple(_node(each, f"{below}[{number}]", level=level + 1) for number, each in enumerate(operands))
    if operator == "$or":
        return Or(nodes)
    within_s = _window_s(value.get(_PROXIMITY), f"{place}.{_PROXIMITY}")
    return And(nodes, within_s) if operator == "$and" else Then(nodes, within_s)


def _exclusion(value: object, place: str, *, level: int) -> Not:
    if not isinstance(value, Mapping) or not {"origin", "sub"} <= value.keys():
        raise errors.ParameterInvalid(place, "expected an object with origin and sub")
    _check_keys(value, ("origin", "sub"), place)
    origin, sub = (_node(value[key], f"{place}.{key}", level=level + 1) for key in ("origin", "sub"))
    return Not(origin, sub)


def _leaf(value: Mapping[str, object], place: str) -> Leaf:
    _check_keys(value, _LEAF_KEYS, place)
    return Leaf(
        text=_text(value.get("text"), f"{place}.text") or "",
        pictures=_pictures(value.get("pictures"), f"{place}.pictures"),
        modality=_modality(value.get("modality"), f"{place}.modality"),
        options=_texts(value.get("search_options"), f"{place}.search_options"),
        conversation_option=_text(value.get("conversation_option"), f"{place}.conversation_option"),
    )


def _window_s(value: object, place: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise errors.ParameterInvalid(place, "expected a number of seconds")
    return check_window(float(value), name=place)


def _text(value: object, place: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise errors.ParameterInvalid(place, "expected a text")
    return value


def _texts(value: object, place: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise errors.ParameterInvalid(place, "expected a list of texts")
    return tuple(given)


def _pictures(value: object, place: str) -> tuple[int, ...]:
    given = [] if value is None else value
    if not isinstance(given, list) or not all(type(each) is int and each > 0 for each in given):
        raise errors.ParameterInvalid(place, "expected a list of numbers of pictures, from 1")
    return tuple(given)


def _modality(value: object, place: str) -> Modality | None:
    try:
        return None if value is None else Modality(str(value))
    except ValueError as error:
        raise errors.ParameterInvalid(place, f"expected one of {', '.join(Modality)}") from error


def _check_keys(value: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    unknown = next((key for key in value if key not in known), None)
    if unknown is not None:
        raise errors.ParameterInvalid(place, f"{unknown!r} is not one of {', '.join(known)}")
