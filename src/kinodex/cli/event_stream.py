"""Server-sent events as a command reads them, by the rules of the HTML standard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """
    One event; ``data`` is empty where only a mark or a pause was told.

    ``id`` is what to send as ``Last-Event-ID`` after a break, ``retry_s`` what to wait before that;
    None if not told.
    """

    name: str = "message"
    data: str = ""
    id: str | None = None
    retry_s: float | None = None


def read_events(lines: Iterable[str]) -> Iterator[StreamEvent]:
    """Yield the events of a stream, given line by line; one that breaks off is not an event."""
    fields: dict[str, list[str]] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        elif fields:
            yield _event(fields)
            fields = {}


def _event(fields: dict[str, list[str]]) -> StreamEvent:
    retry = fields.get("retry", [""])[-1]
    return StreamEvent(
        name=fields.get("event", ["message"])[-1],
        data="\n".join(fields.get("data", [])),
        id=fields["id"][-1] if "id" in fields else None,
        retry_s=int(retry) / 1000 if retry.isascii() and retry.isdigit() else None,
    )
