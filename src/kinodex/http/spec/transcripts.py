"""What is said or written in a video, as files."""

from kinodex.http.spec.operation import Operation
from kinodex.http.spec.schema import Schema, text

_CAPTIONS: dict[str, Schema] = {
    "application/x-subrip; charset=utf-8": text("SubRip."),
    "text/vtt; charset=utf-8": text("WebVTT."),
}
_TABLES: dict[str, Schema] = {
    "text/csv; charset=utf-8": text("A table."),
    "application/json; charset=utf-8": {"description": "The same as JSON."},
}

TRANSCRIPT = Operation(
    answer=text("A file of the form the path ends with."),
    media_type="text/plain; charset=utf-8",
    other_answers={**_CAPTIONS, **_TABLES},
    details="srt `application/x-subrip`, vtt `text/vtt`, csv `text/csv` (start, end, text), txt "
    "`text/plain`, json `application/json`. A cell of a table that begins like a "
    "formula has an apostrophe before it.",
)
SCREEN_TEXT = Operation(
    answer=text("A file of the form the path ends with."),
    media_type="text/plain; charset=utf-8",
    other_answers=_TABLES,
    details="csv `text/csv` (start, end, text, left, top, width, height), txt `text/plain`, json "
    "`application/json`. Places are shares of the picture's width and height.",
)
