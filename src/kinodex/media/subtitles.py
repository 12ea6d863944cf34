"""Text subtitles that lie in the file, gathered on the way of the decode pass."""

import re
from dataclasses import dataclass, field

import av
from av.packet import Packet
from av.stream import Disposition, Stream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from kinodex.domain.languages import language_of
from kinodex.domain.media import SubtitleTrack
from kinodex.domain.timeline import Span, Utterance
from kinodex.domain.warnings import VideoWarning
from kinodex.media.clock import PresentationClock

TEXT_CODECS = frozenset({"ass", "mov_text", "ssa", "subrip", "srt", "text", "webvtt"})
"""Subtitles made of letters; those made of pictures are none of them."""

MOST_TRACKS = 8
MOST_LINES = 20_000
LONGEST_LINE = 1_000
_MARKS = re.compile(r"<[^>]*>|\{[^}]*\}|\\[Nnh]")
_DECIMALS = 6  # microseconds, as the pictures
_UNSAID_S = 3.0
"""How long a line stands that does not say it."""


def is_subtitle(stream: Stream) -> bool:
    """Return whether a stream holds the lines of all that is said, as text."""
    if stream.type != "subtitle" or stream.disposition & (Disposition.forced | Disposition.comment):
        return False
    context = stream.codec_context
    return context is not None and context.name in TEXT_CODECS


@dataclass(slots=True)
class Subtitles:
    """The lines of each subtitle stream, on the clock of the pictures; at most ``MOST_LINES`` each."""

    clock: PresentationClock
    _languages: dict[int, str | None] = field(default_factory=dict)
    _lines: dict[int, list[Utterance]] = field(default_factory=dict)
    _broken: int = 0

    def take(self, packet: "Packet[Stream]") -> None:
        """Take the lines of a packet; one that cannot be decoded is counted."""
        stream = packet.stream
        self._languages.setdefault(stream.index, language_of(stream.metadata.get("language", "")))
        lines = self._lines.setdefault(stream.index, [])
        if packet.pts is None or packet.time_base is None or len(lines) >= MOST_LINES:
            return
        try:
            text = _text(packet)
        except (av.FFmpegError, ValueError):
            self._broken += 1
            return
        start_s = max(0.0, self.clock.place(float(packet.pts * packet.time_base)))
        length_s = float((packet.duration or 0) * packet.time_base) or _UNSAID_S
        if text:
            span = Span(round(start_s, _DECIMALS), round(start_s + length_s, _DECIMALS))
            lines.append(Utterance(span, text))

    def tracks(self, *, end_s: float) -> tuple[SubtitleTrack, ...]:
        """Return the streams that have lines before the end of the pictures, by their place in the file."""
        kept = {
            index: tuple(
                Utterance(Span(line.span.start_s, min(line.span.end_s, end_s)), line.text)
                for line in sorted(lines, key=lambda line: line.span.start_s)
                if line.span.start_s < end_s
            )
            for index, lines in sorted(self._lines.items())
        }
        return tuple(SubtitleTrack(self._languages[index], lines) for index, lines in kept.items() if lines)

    @property
    def warnings(self) -> tuple[VideoWarning, ...]:
        """What to tell people."""
        if not self._broken:
            return ()
        lines = "1 line" if self._broken == 1 else f"{self._broken} lines"
        return (VideoWarning(f"{lines} of the subtitles in it could not be read."),)


def _text(packet: "Packet[Stream]") -> str:
    found = []
    for decoded in packet.decode():
        parts = decoded if isinstance(decoded, SubtitleSet) else (decoded,)
        found += [
            part.dialogue.decode(errors="replace")  # libav gives every kind of text as a line of ASS
            for part in parts
            if isinstance(part, AssSubtitle)
        ]
    plain = "".join(char if char.isprintable() else " " for char in _MARKS.sub(" ", " ".join(found)))
    return " ".join(plain.split())[:LONGEST_LINE]
