"""Parts of a resource: the header ``Range`` (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_SINGLE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Some bytes of ``total``."""

    start: int
    length: int
    total: int

    @property
    def content_range(self) -> str:
        """The header of an answer that holds just these bytes."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.total}"


class RangeUnsatisfiable(Exception):
    """None of the bytes asked for exist."""


def range_of(header: str | None, *, total: int) -> ByteRange | None:
    """
    Return the part a request asks for, ``None`` for all of it.

    Several parts at once, other units and nonsense are answered with all of it, as the RFC allows.

    Raises:
        RangeUnsatisfiable: The part begins behind the end.
    """
    found = _SINGLE.fullmatch((header or "").replace(" ", ""))
    if found is None or (not found["first"] and not found["last"]):
        return None
    if not found["first"]:
        start, end = max(0, total - int(found["last"])), total
    else:
        start, end = int(found["first"]), min(total, int(found["last"]) + 1 if found["last"] else total)
        if found["last"] and int(found["last"]) < start:
            return None
    if start >= end:
        raise RangeUnsatisfiable
    return ByteRange(start, end - start, total)
