"""
Sound as 16 kHz mono samples on the clock of the pictures.

Blocks follow one another as long as their time stamps say so within a tenth of a second; otherwise the next
one goes where its stamp says, and what lies between stays silent.
"""

from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.filter import Graph

from kinodex.domain.timeline import Span
from kinodex.media.framepack import SOUND_RATE_HZ

LONGEST_DRIFT_S = 0.1
DISCONTINUITY_S = 1.0
"""A step back by more than this starts a new time line, as in joined transport streams."""

_BYTES_PER_SAMPLE = 2

_FRAMES_PER_PULL = 32
"""Asking the graph after every frame costs as much as decoding the sound; this is under a second of it."""


class Resampler:
    """
    Turns sound of one kind into interleaved 16-bit samples of another rate and layout.

    A graph of our own, because PyAV's resampler starts as many threads as there are processors.
    """

    def __init__(self, like: AudioFrame, *, rate_hz: int = SOUND_RATE_HZ, layout: str = "mono") -> None:
        self.kind = kind_of(like)
        self._pushed = 0
        self._sample_bytes = _BYTES_PER_SAMPLE * (2 if layout == "stereo" else 1)
        self._graph = Graph()
        self._graph.threads = 1
        source = self._graph.add(
            "abuffer",
            sample_rate=str(like.sample_rate),
            sample_fmt=like.format.name,
            channel_layout=like.layout.name,
            time_base=f"1/{like.sample_rate}",
        )
        shape = self._graph.add(
            "aformat", sample_rates=str(rate_hz), sample_fmts="s16", channel_layouts=layout
        )
        self._graph.link_nodes(source, shape, self._graph.add("abuffersink")).configure()

    def push(self, frame: AudioFrame) -> bytes:
        """Take a frame and return what is ready: nothing most of the time."""
        frame.pts = None  # places are counted by the sound track
        self._graph.push(frame)
        self._pushed += 1
        return b"" if self._pushed % _FRAMES_PER_PULL else self._pull()

    def finish(self) -> bytes:
        """Return what was held back."""
        self._graph.push(None)
        return self._pull()

    def _pull(self) -> bytes:
        blocks: list[bytes] = []
        while True:
            try:
                block = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return b"".join(blocks)
            if isinstance(block, AudioFrame):
                blocks.append(bytes(block.planes[0])[: block.samples * self._sample_bytes])


def kind_of(frame: AudioFrame) -> tuple[int, str, str]:
    """Return what must stay the same for one resampler."""
    return frame.sample_rate, frame.format.name, frame.layout.name


class SoundTrack:
    """
    Writes sound into a file where a sample's place is its time.

    Args:
        file: Empty, open for writing and seeking.
        tick_s: The unit of the sound's time stamps.
        origin_s: The file's time of the first picture.
        longest_s: Nothing is written past this: a false time stamp must not fill the disk.

    ``holes`` are the stretches between blocks.
    """

    def __init__(self, file: BinaryIO, *, tick_s: float, origin_s: float, longest_s: float) -> None:
        self._file = file
        self._tick_s = tick_s
        self._origin_s = origin_s
        self._longest_s = longest_s
        self._resampler: Resampler | None = None
        self.holes: list[Span] = []
        self._heard_until_s: float | None = None
        self._place = 0
        self._written = 0

    def add(self, frame: AudioFrame) -> None:
        """
        Take the next decoded block.

        Raises:
            av.FFmpegError, ValueError: It is of a kind that cannot be resampled.
        """
        stamp_s = None if frame.pts is None else frame.pts * self._tick_s - self._origin_s
        if self._resampler is None or self._resampler.kind != kind_of(frame) or self._is_apart(stamp_s):
            self._flush()
            if stamp_s is not None and stamp_s - self.heard_until_s > LONGEST_DRIFT_S:
                self.holes.append(Span(self.heard_until_s, stamp_s))
            self._resampler = Resampler(frame)
            self._begin_at(self._place_in_time(stamp_s))
        self._heard_until_s = (self._heard_until_s or 0.0) + frame.samples / frame.sample_rate
        self._write(self._resampler.push(frame))

    @property
    def heard_until_s(self) -> float:
        """When the last block ends."""
        return self._heard_until_s or 0.0

    def place(self, stamp_s: float) -> float:
        """Return where a block with this stamp belongs."""
        return stamp_s - self._origin_s

    def finish(self, end_s: float) -> bool:
        """Cut at the end of the video and return whether there is any sound."""
        self._flush()
        self._written = min(self._written, round(end_s * SOUND_RATE_HZ))
        self._file.truncate(self._written * _BYTES_PER_SAMPLE)
        return self._written > 0

    def _place_in_time(self, stamp_s: float | None) -> float:
        """Return where a block belongs; one from a new time line follows the last."""
        expected_s = self._heard_until_s
        if expected_s is None:
            return stamp_s or 0.0
        if stamp_s is None:
            return expected_s
        if stamp_s < expected_s - DISCONTINUITY_S:
            self._origin_s += stamp_s - expected_s
            return expected_s
        return stamp_s

    def _is_apart(self, stamp_s: float | None) -> bool:
        if stamp_s is None or self._heard_until_s is None:
            return False
        return abs(stamp_s - self._heard_until_s) > LONGEST_DRIFT_S

    def _begin_at(self, at_s: float) -> None:
        self._heard_until_s = at_s
        self._place = round(at_s * SOUND_RATE_HZ)

    def _flush(self) -> None:
        if self._resampler is not None:
            self._write(self._resampler.finish())
            self._resampler = None

    def _write(self, block: bytes) -> None:
        start, self._place = self._place, self._place + len(block) // _BYTES_PER_SAMPLE
        if not block or self._place > self._longest_s * SOUND_RATE_HZ or self._place <= 0:
            return
        hidden = max(0, -start)  # before the first picture
        self._file.seek((start + hidden) * _BYTES_PER_SAMPLE)
        self._file.write(block[hidden * _BYTES_PER_SAMPLE :])
        self._written = max(self._written, self._place)
