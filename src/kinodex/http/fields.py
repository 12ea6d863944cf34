"""The fields of a request, whatever form they came in, read into values or an error with the name."""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence

import msgspec

from kinodex.domain import errors
from kinodex.domain.videos import MetadataValue
from kinodex.http.uploads import Upload

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Fields:
    """
    Fields by name.

    Forms bring texts, JSON brings values of any kind. An empty text is the same as no field. Lists are
    repeated fields (also as ``name[]``), a JSON array, or texts separated by commas.
    """

    def __init__(
        self,
        values: Mapping[str, Sequence[object]],
        *,
        files: Mapping[str, Sequence[bytes]] | None = None,
        upload: Upload | None = None,
    ) -> None:
        self._values = values
        self._files = files or {}
        self.upload = upload

    def fingerprint(self) -> str:
        """Return what stands for all that was sent, files too: equal for equal requests. Reads the upload."""
        digest = hashlib.sha256(msgspec.json.encode({n: list(v) for n, v in sorted(self._values.items())}))
        for name, contents in sorted(self._files.items()):
            for content in contents:
                digest.update(f"\n{name} {hashlib.sha256(content).hexdigest()}".encode())
        if self.upload is not None:
            with self.upload.path.open("rb") as file:
                digest.update(f"\n{hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
        return digest.hexdigest()

    def __contains__(self, name: str) -> bool:
        """Return whether a field was sent at all, empty or not."""
        return name in self._values

    def value(self, name: str) -> object:
        """Return the first value that is not empty, as it came, or ``None``."""
        return next((each for each in self._values.get(name, ()) if each not in (None, "")), None)

    def text(self, *names: str) -> str | None:
        """
        Return the text of the first of these fields that has one.

        Raises:
            ParameterInvalid: It is something else than a text.
        """
        for name in names:
            value = self.value(name)
            if value is not None and not isinstance(value, str):
                raise _unlike(name, value, "a text")
            if value is not None:
                return value
        return None

    def required_text(self, *names: str) -> str:
        """
        Return the text of the first of these fields that has one.

        Raises:
            ParameterMissing: None has.
            ParameterInvalid: It is something else than a text.
        """
        text = self.text(*names)
        if text is None:
            raise errors.ParameterMissing(*names)
        return text

    def texts(self, name: str, *, by_comma: bool = True) -> tuple[str, ...] | None:
        """
        Return the texts of a list, or ``None`` if it was not sent.

        Args:
            name: Of the field.
            by_comma: Whether one text may hold several, separated by commas.

        Raises:
            ParameterInvalid: It is no list of texts.
        """
        if name not in self._values and f"{name}[]" not in self._values:
            return None
        values = [*self._values.get(name, ()), *self._values.get(f"{name}[]", ())]
        if len(values) == 1:
            values = _as_list(name, values[0], by_comma=by_comma)
        for value in values:
            if value is not None and not isinstance(value, str):
                raise _unlike(name, value, "a text")
        return tuple(str(value).strip() for value in values if value)

    def flag(self, name: str) -> bool | None:
        """
        Return a truth value, or ``None`` if it was not sent.

        Raises:
            ParameterInvalid: Neither true nor false.
        """
        value = self.value(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in _TRUTH:
            return _TRUTH[value.strip().lower()]
        raise _unlike(name, value, "true or false")

    def integer(self, name: str, *, default: int) -> int:
        """
        Return a whole number.

        Raises:
            ParameterInvalid: It is none, or not sane.
        """
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
            return int(value)
        raise _unlike(name, value, "a whole number")

    def number(self, name: str, *, default: float) -> float:
        """
        Return a number.

        Raises:
            ParameterInvalid: It is none, or not finite.
        """
        value = self.value(name)
        return default if value is None else number_of(name, value)

    def json(self, name: str) -> object:
        """
        Return a value of any kind; a text is read as JSON.

        Raises:
            ParameterInvalid: It is not JSON.
        """
        value = self.value(name)
        return parse_json(name, value) if isinstance(value, str) else value

    def json_list(self, name: str) -> list[object]:
        """
        Return a list of values of any kind, empty if it was not sent; a text is read as JSON.

        Raises:
            ParameterInvalid: It is no list.
        """
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _unlike(name, value, "a list")
        return value

    def metadata(self, name: str) -> dict[str, MetadataValue | None] | None:
        """
        Return metadata of the user's own, whose values the use case checks, or ``None`` if none was sent.

        Raises:
            ParameterInvalid: It is no object.
        """
        given = self.json(name)
        if given is None:
            return None
        if not isinstance(given, dict):
            raise _unlike(name, given, "an object")
        return {str(key): tuple(each) if isinstance(each, list) else each for key, each in given.items()}

    def files(self, name: str) -> tuple[bytes, ...]:
        """Return the contents of the files sent under a name; empty ones are none."""
        return tuple(content for content in self._files.get(name, ()) if content)


def parse_json(name: str, content: str | bytes) -> object:
    """
    Return the value of a JSON text.

    Raises:
        ParameterInvalid: It is not JSON, or nested too deep.
    """
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise errors.ParameterInvalid(name, "it is not readable as JSON") from error


def number_of(name: str, value: object) -> float:
    """
    Return a number, or the number a text holds.

    Raises:
        ParameterInvalid: It is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _unlike(name, value, "a number")
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise _unlike(name, value, "a number") from error
    if not math.isfinite(number):
        raise _unlike(name, value, "a finite number")
    return number


def _as_list(name: str, value: object, *, by_comma: bool) -> list[object]:
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return [value]
    if value.lstrip().startswith("["):
        parsed = parse_json(name, value)
        if isinstance(parsed, list):
            return parsed
    return list(value.split(",")) if by_comma else [value]


def _unlike(name: str, value: object, wanted: str) -> errors.ParameterInvalid:
    shown = repr(value[:80]) if isinstance(value, str) else _KINDS.get(type(value), "an object")
    return errors.ParameterInvalid(name, f"received {shown}, but expected {wanted}")


_KINDS = {bool: "a boolean", int: "a number", float: "a number", list: "a list", type(None): "null"}
