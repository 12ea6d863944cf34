"""The words a shape is described in: JSON Schema, as short as it can be said."""

from collections.abc import Mapping
from dataclasses import dataclass

from kinodex.http.wire.values import Json

Schema = Mapping[str, object]
"""A JSON Schema (2020-12), in which a ``Shape`` may stand for a schema."""

INDEX_ID = "6391c51cc4c03d20d1a06a4f"
TASK_ID = "6391c89afb14854546891276"
VIDEO_ID = "6391c8a669ff3402ec515aba"
KEY_ID = "6391c4b0fb14854546891270"
WEBHOOK_ID = "6391c4b0fb14854546891271"
ASSET_ID = "6391c4b0fb14854546891272"
UPLOAD_ID = "6391c4b0fb14854546891273"
EMBED_TASK_ID = "6391c4b0fb14854546891274"
PART_TAG = "ede3d3b685b4e137ba4cb2521329a75e"
"""The MD5 of a part of 1,000 zero bytes."""
AT_MS = "2022-12-08T11:20:58.859Z"
AT_S = "2022-12-08T11:34:50Z"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """
    An object with a name of its own in the documents.

    ``schema`` and ``example`` are those of every API version, but where ``variants`` has one's own.
    """

    name: str
    schema: Schema
    example: Json
    variants: Mapping[str, tuple[Schema, Json]] | None = None

    def of(self, generation: str) -> tuple[Schema, Json]:
        """Return schema and example for an API version."""
        return (self.variants or {}).get(generation, (self.schema, self.example))


def text(about: str = "", **more: object) -> Json:
    """Describe a text."""
    return {"type": "string", **_about(about), **more}


def word(*choices: str, about: str = "", default: str | None = None) -> Json:
    """Describe a text that is one of a few words."""
    return {
        "type": "string",
        "enum": list(choices),
        **_about(about),
        **({} if default is None else {"default": default}),
    }


def number(about: str = "", **more: object) -> Json:
    """Describe a number."""
    return {"type": "number", **_about(about), **more}


def integer(about: str = "", **more: object) -> Json:
    """Describe a whole number."""
    return {"type": "integer", **_about(about), **more}


def flag(about: str = "", **more: object) -> Json:
    """Describe a truth value."""
    return {"type": "boolean", **_about(about), **more}


def identifier(about: str = "") -> Json:
    """Describe an id of 24 hexadecimal digits."""
    return {"type": "string", "pattern": "^[0-9a-fA-F]{24}$", **_about(about)}


def time(about: str = "") -> Json:
    """Describe an RFC 3339 time in UTC."""
    return {"type": "string", "format": "date-time", **_about(about)}


def listed(items: object, about: str = "", **more: object) -> Json:
    """Describe a list."""
    return {"type": "array", "items": items, **_about(about), **more}


def record(required: Schema, optional: Schema | None = None, about: str = "") -> Json:
    """Describe an object by its fields."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        **_about(about),
    }


def or_null(schema: Schema) -> Json:
    """Describe what may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


USER_METADATA: Json = {
    "type": "object",
    "description": "Metadata of your own: a text, a number, a truth value or a list of texts under each key.",
    "additionalProperties": {"type": ["string", "number", "boolean", "array"], "items": {"type": "string"}},
}
MERGED_METADATA: Json = {
    "type": "object",
    "description": "Metadata of your own, merged with what is there by key; null removes a key.",
    "additionalProperties": {
        "type": ["string", "number", "boolean", "array", "null"],
        "items": {"type": "string"},
    },
}


def _about(about: str) -> Json:
    return {"description": about} if about else {}
