"""Checks answers against the documents of the API, more strictly than clients should."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker


def resolved(document: Mapping[str, Any], value: Any) -> Any:
    """Return a part of a document with its references followed, and objects closed: no field unnamed."""
    if isinstance(value, list):
        return [resolved(document, each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if "$ref" in value:
        target: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolved(document, target)
    copy = {name: resolved(document, each) for name, each in value.items()}
    if isinstance(copy.get("properties"), dict) and copy.get("type") == "object":
        copy.setdefault("additionalProperties", False)
    return copy


def mistakes(document: Mapping[str, Any], schema: Any, value: object) -> list[str]:
    """Return what about a value is not as a schema of the document says."""
    validator = Draft202012Validator(resolved(document, schema), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
