"""The head of an HTTP answer, read line by line and held to stricter rules than libcurl's."""

import re
from dataclasses import dataclass, field

from kinodex.domain.errors import BadResponse

LARGEST_HEAD_BYTES = 64 * 1024
MOST_FIELDS = 200
MOST_INFORMATIONAL = 20
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\x00\r\n]*)\r?\n")
_DIGITS = re.compile(r"[0-9]{1,18}")
_END = (b"\r\n", b"\n")
_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL = 200


@dataclass(frozen=True, slots=True)
class Head:
    """Status and fields of a final answer; names in lower case, values stripped."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Return the values of a field in order."""
        return [value for field_name, value in self.fields if field_name == name]

    def one(self, name: str) -> str | None:
        """
        Return the value of a field that makes sense once, or ``None``.

        Raises:
            BadResponse: It is there with different values.
        """
        values = set(self.all(name))
        if len(values) > 1:
            raise BadResponse(f"The answer holds the field {name} twice, with different values.")
        return values.pop() if values else None

    def length_bytes(self) -> int | None:
        """
        Return the declared length of the body.

        Raises:
            BadResponse: Lengths that conflict or are no number, a length beside chunks (RFC 9112
                section 6.3), or a transfer coding other than chunked.
        """
        lengths = {part.strip() for value in self.all("content-length") for part in value.split(",")}
        codings = [value.lower() for value in self.all("transfer-encoding")]
        if codings and codings != ["chunked"]:
            raise BadResponse("The answer uses a transfer coding other than chunked.")
        if codings and lengths:
            raise BadResponse("The answer declares both a length and chunks.")
        if len(lengths) > 1:
            raise BadResponse("The answer declares two different lengths.")
        if not lengths:
            return None
        length = lengths.pop()
        if not _DIGITS.fullmatch(length):
            raise BadResponse("The answer declares a length that is not a number.")
        return int(length)


@dataclass(slots=True)
class HeadReader:
    """
    Collects the lines of an answer until its final head is whole.

    Informational heads (1xx) are skipped; lines after the head are trailers and ignored.
    """

    head: Head | None = None
    _status: int | None = None
    _fields: list[tuple[str, str]] = field(default_factory=list)
    _read_bytes: int = 0
    _informational: int = 0

    def take(self, line: bytes) -> None:
        """
        Take the next line, with its line end.

        Raises:
            BadResponse: Not a proper or not a reasonable head.
        """
        if self.head is not None:
            return
        self._count(line)
        if self._status is None:
            self._begin(line)
        elif line in _END:
            self._end(self._status)
        else:
            self._field(line)

    def _count(self, line: bytes) -> None:
        self._read_bytes += len(line)
        if self._read_bytes > LARGEST_HEAD_BYTES:
            raise BadResponse(f"The head of the answer is larger than {LARGEST_HEAD_BYTES} bytes.")

    def _begin(self, line: bytes) -> None:
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise BadResponse("The answer does not begin with a proper HTTP status.")
        self._status = int(match[1])

    def _field(self, line: bytes) -> None:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise BadResponse("The head of the answer holds a line that is no field.")
        if len(self._fields) == MOST_FIELDS:
            raise BadResponse(f"The head of the answer has more than {MOST_FIELDS} fields.")
        self._fields.append((match[1].decode("ascii").lower(), _text(match[2]).strip()))

    def _end(self, status: int) -> None:
        if status == _SWITCHING_PROTOCOLS:
            raise BadResponse("The host switches to another protocol, unasked.")
        if status >= _FIRST_FINAL:
            self.head = Head(status, tuple(self._fields))
            return
        self._informational += 1
        if self._informational > MOST_INFORMATIONAL:
            raise BadResponse(f"The host sent more than {MOST_INFORMATIONAL} heads and no answer.")
        self._status = None
        self._fields.clear()


def _text(raw: bytes) -> str:
    """Fields are Latin-1 by the book and UTF-8 in life (names of files, redirects)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
