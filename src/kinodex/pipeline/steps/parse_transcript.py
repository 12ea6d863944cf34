"""Read a transcript the user sent along: SubRip (.srt) or WebVTT (https://www.w3.org/TR/webvtt1/)."""

import html
import re

from kinodex.domain import errors
from kinodex.domain.timeline import Span, Utterance

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?$")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


def parse_transcript(content: bytes) -> tuple[Utterance, ...]:
    """
    Return the cues of a transcript as utterances, by start time.

    Raises:
        TranscriptInvalid: Not UTF-8 or UTF-16 text, or without a single cue.
    """
    blocks = re.split(r"\n\s*\n", _decode(content))
    cues = [cue for block in blocks if (cue := _parse_cue(block.strip("\n").split("\n"))) is not None]
    if not cues:
        raise errors.TranscriptInvalid("it holds no cue such as 00:00:01,000 --> 00:00:02,500")
    return tuple(sorted((cue for cue in cues if cue.text), key=lambda cue: cue.span.start_s))


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise errors.TranscriptInvalid("it is neither UTF-8 nor UTF-16 text") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse_cue(lines: list[str]) -> Utterance | None:
    for place, line in enumerate(lines[:2]):  # the timing is the first line, or follows a cue name
        match = _CUE.match(line)
        if match is not None:
            start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
            if end_s <= start_s:
                return None
            text = html.unescape(_TAG.sub("", " ".join(lines[place + 1 :])))
            return Utterance(Span(start_s, end_s), " ".join(text.split()))
    return None


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )
