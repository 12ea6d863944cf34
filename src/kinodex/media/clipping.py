"""
A stretch of a video as a file of its own: decoded and encoded again, so that it begins on the exact frame.

VP9 and AAC in MP4: of the encoders in the wheel of PyAV, the one for H.264 that needs no graphics card is
under the GPL. The first frame is the one that is shown at the start; sound begins at the same instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from kinodex.domain.arrays import Frame
from kinodex.domain.timeline import Span
from kinodex.media.clock import PresentationClock
from kinodex.media.decoding import start_clock
from kinodex.media.framepack import sync
from kinodex.media.geometry import pixel_shape, quarter_turns, shown_size
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video, reason_of
from kinodex.media.protocols import Progress
from kinodex.media.soundtrack import LONGEST_DRIFT_S, Resampler, kind_of

CLIP_FILE = "clip.mp4"
LONGEST_SIDE_PX = 1920
SOUND_HZ = 48_000
TICKS_HZ = 90_000
_PICTURE_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "7",
    "crf": "24",
    "b": "0",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
}
_CHANNELS = 2
_BLOCK = 1024
_SAME_INSTANT_S = 0.0005
_BEYOND_S = 2.0
"""Sound lies in a file at most so far behind the pictures it belongs to."""
_SEEKABLE = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi"})
"""Where a time stamp stands for one place only; of other files all is decoded up to the start."""


class _WentTooFar(Exception):
    """Reading began behind the frame that is wanted."""


def clip(path: Path, folder: Path, *, span: Span, max_pixels: int, progress: Progress) -> None:
    """
    Write ``clip.mp4`` into a folder.

    Args:
        path: The file.
        folder: Gets the clip.
        span: What it shows, in presentation seconds.
        max_pixels: Most pixels in one picture.
        progress: Told with every picture.

    Raises:
        Unreadable: There is no picture in the span, or it cannot be written.
    """
    try:
        clock = start_clock(path, max_pixels=max_pixels)
        with open_video(path, max_pixels=max_pixels) as file:
            is_seekable = file.container.format.name in _SEEKABLE and span.start_s > 0
        try:
            _write(path, folder, span, clock, max_pixels=max_pixels, seek=is_seekable, progress=progress)
        except _WentTooFar:
            clock = PresentationClock(clock.origin_s, clock.step_s)
            _write(path, folder, span, clock, max_pixels=max_pixels, seek=False, progress=progress)
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(f"no clip can be made of it ({reason_of(error)})") from error
    with (folder / CLIP_FILE).open("rb") as written:
        sync(written)


def _write(
    path: Path,
    folder: Path,
    span: Span,
    clock: PresentationClock,
    *,
    max_pixels: int,
    seek: bool,
    progress: Progress,
) -> None:
    with (
        open_video(path, max_pixels=max_pixels) as file,
        av.open(f"file:{folder / CLIP_FILE}", "w", format="mp4", options={"movflags": "faststart"}) as output,
    ):
        if seek:
            base = file.video.time_base or Fraction(1, TICKS_HZ)
            file.container.seek(round((clock.origin_s + span.start_s) / base), stream=file.video)
        pictures = _Pictures(file, output, span)
        sound = _Sound(span, origin_s=clock.origin_s) if file.audio is not None else None
        for frame, at_s in _frames(file, clock, end_s=span.end_s):
            if isinstance(frame, VideoFrame):
                pictures.add(frame, at_s, is_sought=seek)
                progress(min(1.0, max(0.0, (at_s - span.start_s) / span.duration_s)))
            elif isinstance(frame, AudioFrame) and sound is not None:
                sound.add(frame)
        packets = pictures.finish()
        if sound is not None:
            packets += _encoded_sound(_sound_stream(output), sound.finish())
        for packet in sorted(packets, key=lambda each: float((each.dts or 0) * (each.time_base or 0))):
            output.mux(packet)


def _frames(
    file: VideoFile, clock: PresentationClock, *, end_s: float
) -> Iterator[tuple[VideoFrame | AudioFrame, float]]:
    """Yield decoded frames and when they are shown, until all that belongs before the end has come."""
    for packet in file.packets():
        stamp = packet.dts if packet.dts is not None else packet.pts
        if stamp is not None and clock.place(float(stamp * packet.time_base)) > end_s + _BEYOND_S:
            return
        for frame in _decoded(packet):
            if isinstance(frame, VideoFrame):
                base = frame.time_base
                is_dated = frame.pts is not None and base is not None
                yield frame, clock.at(float(frame.pts * base) if is_dated else None)  # type: ignore[operator]
            elif isinstance(frame, AudioFrame):
                yield frame, 0.0


def _decoded(packet: "Packet[Stream]") -> Iterator[object]:
    try:
        yield from packet.decode()
    except av.FFmpegError:
        return  # a damaged place: what can be decoded is in the clip


class _Pictures:
    """Encodes the pictures of a span; the one shown at its start comes first."""

    def __init__(self, file: VideoFile, output: OutputContainer, span: Span) -> None:
        self._file = file
        self._output = output
        self._span = span
        self._stream: VideoStream | None = None
        self._scaler, self._painter = VideoReformatter(), VideoReformatter()
        self._before: VideoFrame | None = None
        self._last = -1
        self._packets: list[Packet[Stream]] = []

    def add(self, frame: VideoFrame, at_s: float, *, is_sought: bool) -> None:
        """Take the next picture."""
        if at_s >= self._span.end_s:
            return
        if at_s <= self._span.start_s + _SAME_INSTANT_S:
            self._before = frame
            return
        if self._before is None and self._last < 0 and is_sought:
            raise _WentTooFar
        self._put_first()
        self._put(frame, at_s - self._span.start_s)

    def finish(self) -> "list[Packet[Stream]]":
        """Return all packets."""
        self._put_first()
        if self._stream is None:
            raise Unreadable("there is no picture in this stretch")
        self._packets.extend(self._stream.encode())
        return self._packets

    def _put_first(self) -> None:
        if self._before is not None:
            self._put(self._before, 0.0)
            self._before = None

    def _put(self, frame: VideoFrame, at_s: float) -> None:
        turns = quarter_turns(frame.rotation)
        if self._stream is None:
            self._stream = self._open(frame, turns)
        width, height = self._stream.width, self._stream.height
        if turns:
            rgb = self._painter.reformat(frame, format="rgb24").to_ndarray()
            upright: Frame = np.ascontiguousarray(np.rot90(rgb, turns), np.uint8)
            frame = VideoFrame.from_ndarray(upright, format="rgb24")
        shown = self._scaler.reformat(frame, width, height, "yuv420p", threads=1)
        shown.pts = self._last = max(self._last + 1, round(at_s * TICKS_HZ))
        shown.time_base = Fraction(1, TICKS_HZ)
        shown.pict_type = 0
        self._packets.extend(self._stream.encode(shown))

    def _open(self, frame: VideoFrame, turns: int) -> VideoStream:
        shape = pixel_shape(self._file.video.sample_aspect_ratio)
        width, height = shown_size(frame.width, frame.height, shape=shape, turns=turns)
        share = min(1.0, LONGEST_SIDE_PX / max(width, height))
        rate = self._file.video.average_rate or Fraction(25)
        stream = self._output.add_stream("libvpx-vp9", rate=rate, options=_PICTURE_OPTIONS)
        stream.width, stream.height = (max(2, round(side * share) // 2 * 2) for side in (width, height))
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base, context.thread_count = Fraction(1, TICKS_HZ), 1
        if not turns:  # through RGB the meaning of colours is another
            context.color_range, context.colorspace = frame.color_range, frame.colorspace
        return stream


@dataclass(slots=True)
class _Sound:
    """The sound of a span; between blocks that are apart it is silent."""

    span: Span
    origin_s: float
    _samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]" = field(init=False)
    _resampler: Resampler | None = None
    _place: int = 0
    _heard_until_s: float = float("-inf")

    def __post_init__(self) -> None:
        self._samples = np.zeros((round(self.span.duration_s * SOUND_HZ), _CHANNELS), np.int16)

    def add(self, frame: AudioFrame) -> None:
        """Take the next block."""
        stamp_s = self._heard_until_s
        if frame.pts is not None and frame.time_base is not None:
            stamp_s = float(frame.pts * frame.time_base) - self.origin_s
        is_apart = abs(stamp_s - self._heard_until_s) > LONGEST_DRIFT_S
        if self._resampler is None or is_apart or self._resampler.kind != kind_of(frame):
            self._flush()
            self._resampler = Resampler(frame, rate_hz=SOUND_HZ, layout="stereo")
            self._heard_until_s = stamp_s
            self._place = round((stamp_s - self.span.start_s) * SOUND_HZ)
        self._heard_until_s += frame.samples / frame.sample_rate
        self._put(self._resampler.push(frame))

    def finish(self) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
        """Return samples x channels."""
        self._flush()
        return self._samples

    def _flush(self) -> None:
        if self._resampler is not None:
            self._put(self._resampler.finish())
            self._resampler = None

    def _put(self, block: bytes) -> None:
        samples = np.frombuffer(block, np.int16).reshape(-1, _CHANNELS)
        start, self._place = self._place, self._place + len(samples)
        first, last = max(0, start), min(len(self._samples), self._place)
        if first < last:
            self._samples[first:last] = samples[first - start : last - start]


def _sound_stream(output: OutputContainer) -> AudioStream:
    stream = output.add_stream("aac", rate=SOUND_HZ, layout="stereo")
    stream.codec_context.thread_count = 1
    return stream


def _encoded_sound(
    stream: AudioStream, samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]"
) -> "list[Packet[Stream]]":
    packets: list[Packet[Stream]] = []
    for start in range(0, len(samples), _BLOCK):
        block = samples[start : start + _BLOCK].T.astype(np.float32) / (1 << 15)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, start, Fraction(1, SOUND_HZ)
        packets.extend(stream.encode(frame))
    packets.extend(stream.encode())
    return packets
