"""What is said or written in a video, as files other programs read."""

import csv
import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kinodex.domain.timeline import Box, Span
from kinodex.http.wire.values import seconds

_SHORTEST_CUE_MS = 1
_FORMULA = ("=", "+", "-", "@")
"""A cell that begins so is a formula to programs for tables; an apostrophe makes it text again."""
_LOOKS_LIKE_MARKUP = re.compile(r"<[^>]*>|\{\\|-->")


class Line(Protocol):
    """Something said, or written in the picture at a place."""

    @property
    def span(self) -> Span:
        """When."""
        ...

    @property
    def text(self) -> str:
        """What."""
        ...

    @property
    def box(self) -> Box | None:
        """Where."""
        ...


@dataclass(frozen=True, slots=True)
class FileForm:
    """A form lines can be written in."""

    media_type: str
    write: Callable[[Sequence[Line]], str]


def subrip(lines: Sequence[Line]) -> str:
    """
    Return lines as SubRip.

    It knows no escapes: only what a reader would take for markup is written as HTML has it.
    """
    cues = [
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_plain(text)}\n"
        for number, (start, end, text) in enumerate(_cues(lines), start=1)
    ]
    return "\n".join(cues)


def webvtt(lines: Sequence[Line]) -> str:
    """Return lines as WebVTT (https://www.w3.org/TR/webvtt1/)."""
    cues = [
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{_escaped(text)}\n"
        for start, end, text in _cues(lines)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def table(lines: Sequence[Line]) -> str:
    """Return lines as CSV (RFC 4180) with a heading; times are seconds."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("start", "end", "text"))
    for line in lines:
        rows.writerow((seconds(line.span.start_s), seconds(line.span.end_s), _cell(line.text)))
    return written.getvalue()


def boxed_table(lines: Sequence[Line]) -> str:
    """Return lines as CSV with the place of each in the picture, as shares of its width and height."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("start", "end", "text", "left", "top", "width", "height"))
    for line in lines:
        box = line.box
        place = () if box is None else (box.left, box.top, box.width, box.height)
        times = (seconds(line.span.start_s), seconds(line.span.end_s))
        rows.writerow((*times, _cell(line.text), *(round(each, 4) for each in place)))
    return written.getvalue()


def plain_text(lines: Sequence[Line]) -> str:
    """Return the words alone, a line each."""
    return "".join(f"{_joined(line.text)}\n" for line in lines)


def document(lines: Sequence[Line]) -> str:
    """Return lines as JSON: a list of ``start``, ``end`` in seconds and ``text``."""
    shown = [
        {"start": seconds(line.span.start_s), "end": seconds(line.span.end_s), "text": line.text}
        for line in lines
    ]
    return msgspec.json.encode(shown).decode()


TRANSCRIPTS: Mapping[str, FileForm] = {
    "srt": FileForm("application/x-subrip", subrip),
    "vtt": FileForm("text/vtt", webvtt),
    "csv": FileForm("text/csv", table),
    "txt": FileForm("text/plain", plain_text),
    "json": FileForm("application/json", document),
}
SCREEN_TEXTS: Mapping[str, FileForm] = {
    "csv": FileForm("text/csv", boxed_table),
    "txt": FileForm("text/plain", plain_text),
    "json": FileForm("application/json", document),
}
"""By the ending of a file."""


def _cues(lines: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Return start and end in milliseconds and the text on one line, of lines that have one."""
    cues = []
    for line in lines:
        start_ms = max(0, round(line.span.start_s * 1000))
        end_ms = max(round(line.span.end_s * 1000), start_ms + _SHORTEST_CUE_MS)
        if text := _joined(line.text):
            cues.append((start_ms, end_ms, text))
    return cues


def _clock(milliseconds: int, point: str) -> str:
    minutes, rest_ms = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest_ms // 1000:02}{point}{rest_ms % 1000:03}"


def _joined(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    # Some readers take a brace before a backslash for a command, in either form.
    return html.escape(text, quote=False).replace("{\\", "&#123;\\")


def _plain(text: str) -> str:
    is_misread = _LOOKS_LIKE_MARKUP.search(text) is not None or html.unescape(text) != text
    return _escaped(text) if is_misread else text


def _cell(text: str) -> str:
    joined = _joined(text)
    return f"'{joined}" if joined.startswith(_FORMULA) else joined
