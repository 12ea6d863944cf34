"""Films of every shape, made by code: small pictures few a second, so that making one takes no time."""

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

os.environ.setdefault("SVT_LOG", "1")  # errors only

SAMPLE_RATE_HZ = 48_000
_TICKS = 90_000
_BLOCK = 1024
_FASTEST = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=0"},
    "libsvtav1": {"preset": "11", "svtav1-params": "lp=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A sound stream of a film; from ``start_s`` on, quiet noise or silence."""

    codec: str = "aac"
    layout: str = "mono"
    rate_hz: int = SAMPLE_RATE_HZ
    start_s: float = 0.0
    seconds: float = 4.0
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Film:
    """
    What a film is to be like.

    ``prepare`` is called with the picture stream before anything is written, ``times_s`` are when each
    picture is shown, evenly where not given.
    """

    codec: str = "libx264"
    pixels: str = "yuv420p"
    size: tuple[int, int] = (640, 360)
    fps: int = 2
    seconds: float = 11.0
    times_s: Sequence[float] | None = None
    start_s: float = 0.0
    form: str | None = None
    muxer: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    sounds: tuple[Sound, ...] = ()
    prepare: Callable[[Any], None] | None = None
    ticks: int | None = None


@cache
def scene(number: int, size: tuple[int, int]) -> Picture:
    """Return a picture of colour blocks, never alike for two numbers."""
    blocks = np.random.default_rng(number).integers(20, 235, (6, 8, 3)).astype(np.uint8)
    picture = np.kron(blocks, np.ones((-(-size[1] // 6), -(-size[0] // 8), 1), np.uint8))
    return np.ascontiguousarray(picture[: size[1], : size[0]])


def write_film(path: Path, film: Film) -> Path:
    """Write a film: three scenes, one after the other."""
    muxer = {"max_interleave_delta": "0", **film.muxer}  # all sound comes after all pictures
    with av.open(str(path), "w", format=film.form, container_options=muxer) as container:
        video = _add_pictures(container, film)
        sounds = [_add_sound(container, sound) for sound in film.sounds]
        times_s = film.times_s
        if times_s is None:
            times_s = [place / film.fps for place in range(round(film.seconds * film.fps))]
        _write_pictures(container, video, film, times_s)
        for stream, sound in zip(sounds, film.sounds, strict=True):
            _write_sound(container, stream, sound, start_s=film.start_s)
    return path


def _add_pictures(container: Any, film: Film) -> Any:
    fast = {
        "libx264": {"preset": "ultrafast"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=0"},
    }
    av1 = {
        "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    }
    options = {**fast.get(film.codec, {}), **av1.get(film.codec, {}), **film.options}
    video = container.add_stream(film.codec, rate=film.fps, options=options)
    video.width, video.height = film.size
    video.pix_fmt = film.pixels
    video.codec_context.thread_count = 1
    is_simple = film.codec.startswith(("mpeg", "h263", "wmv", "flv", "mjpeg", "prores"))
    ticks = film.ticks or (film.fps if is_simple else _TICKS)
    video.codec_context.time_base = Fraction(1, ticks)
    if film.prepare:
        film.prepare(video)
    return video


def _write_pictures(container: Any, video: Any, film: Film, times_s: Sequence[float]) -> None:
    base = video.codec_context.time_base
    for place, at_s in enumerate(times_s):
        picture = scene(3 * place // max(1, len(times_s)), film.size)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = round((at_s + film.start_s) / base), base
        container.mux(video.encode(frame))
    container.mux(video.encode())


def _add_sound(container: Any, sound: Sound) -> Any:
    return container.add_stream(sound.codec, rate=sound.rate_hz, layout=sound.layout)


def _write_sound(container: Any, stream: Any, sound: Sound, *, start_s: float) -> None:
    """Give the encoder what it takes, by way of a resampler, block by block."""
    context = stream.codec_context
    resampler = av.AudioResampler(
        format=context.format,
        layout=sound.layout,
        rate=sound.rate_hz,
        frame_size=context.frame_size or _BLOCK,
    )
    channels = len(av.AudioLayout(sound.layout).channels)
    level = 0.0 if sound.is_silent else 0.05
    noise = level * np.random.default_rng(1).standard_normal((channels, _BLOCK))
    offset = round((start_s + sound.start_s) * sound.rate_hz)
    for begin in range(0, round(sound.seconds * sound.rate_hz), _BLOCK):
        block = av.AudioFrame.from_ndarray(noise.astype(np.float32), "fltp", sound.layout)
        block.sample_rate, block.time_base = sound.rate_hz, Fraction(1, sound.rate_hz)
        block.pts = offset + begin
        for ready in resampler.resample(block):
            container.mux(stream.encode(ready))
    for ready in resampler.resample(None):
        container.mux(stream.encode(ready))
    container.mux(stream.encode())


def copy(source: Path, target: Path, change: Callable[[Any], bool] | None = None, **options: Any) -> Path:
    """Copy a film packet by packet; ``change`` may alter one, or say that it is to be left out."""
    with av.open(str(source)) as old, av.open(str(target), "w", **options) as new:
        copies = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.dts is not None and (change is None or change(packet)):
                packet.stream = copies[packet.stream_index]
                new.mux(packet)
    return target


def add_subtitles(
    source: Path,
    target: Path,
    codec: str,
    lines: Sequence[tuple[float, float, str]],
    *,
    language: str | None = "eng",
    disposition: int = 0,
) -> Path:
    """Copy a film and put lines of text beside its pictures: start, end and what they say."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        copies = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for stream in old.streams:
            copies[stream.index].metadata.update(stream.metadata)
        track = new.add_mux_stream(codec)
        track.time_base, track.disposition = Fraction(1, 1000), disposition
        if language is not None:
            track.metadata["language"] = language
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream_index]
                new.mux(packet)
        for start_s, end_s, text in lines:
            packet = av.Packet(_as_line(codec, text))
            packet.stream, packet.time_base = track, Fraction(1, 1000)
            packet.pts = packet.dts = round(start_s * 1000)
            packet.duration = round((end_s - start_s) * 1000)
            new.mux(packet)
    return target


def _as_line(codec: str, text: str) -> bytes:
    content = text.encode()
    if codec == "mov_text":
        return len(content).to_bytes(2, "big") + content
    return b"0,0,Default,,0,0,0,," + content if codec == "ass" else content


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of an MP4 file."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def find_boxes(content: bytes, *path: bytes) -> Iterator[tuple[int, int]]:
    """Yield where boxes lie that are nested so: the place of each, its header included, and its length."""
    yield from _find(content, 0, len(content), path)


def _find(content: bytes, start: int, end: int, path: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start + 8)
        size = size or end - start
        if kind == path[0]:
            if len(path) == 1:
                yield start, size
            else:
                yield from _find(content, start + 8, start + size, path[1:])
        if size < 8:
            return
        start += size


def patched(content: bytes, path: Sequence[bytes], offset: int, value: bytes) -> bytes:
    """Return a file in which every box at a path has some bytes of its content replaced."""
    changed = bytearray(content)
    places = list(find_boxes(content, *path))
    if not places:
        raise LookupError(f"no box {path}")
    for place, _ in places:
        changed[place + 8 + offset : place + 8 + offset + len(value)] = value
    return bytes(changed)


TRAK = (b"moov", b"trak")
STBL = (*TRAK, b"mdia", b"minf", b"stbl")


def declare_duration(content: bytes, seconds: float) -> bytes:
    """Return an MP4 whose headers tell this duration; samples and edit lists stay as they are."""
    ticks = dict.fromkeys([(b"moov", b"mvhd"), (*TRAK, b"mdia", b"mdhd")], (12, 16))
    for path, (scale_at, duration_at) in ticks.items():
        for place, _ in find_boxes(content, *path):
            (scale,) = struct.unpack_from(">I", content, place + 8 + scale_at)
            changed = bytearray(content)
            struct.pack_into(">I", changed, place + 8 + duration_at, min(2**32 - 1, round(seconds * scale)))
            content = bytes(changed)
    (scale,) = struct.unpack_from(">I", content, next(find_boxes(content, b"moov", b"mvhd"))[0] + 20)
    told = struct.pack(">I", min(2**32 - 1, round(seconds * scale)))
    return patched(content, (*TRAK, b"tkhd"), 20, told)
