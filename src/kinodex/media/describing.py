"""
What a file holds, stream by stream.

Runs in the decoding child, as everything does that opens a file of a user. Declared numbers are told as
declared; the length of a file that is nothing but sound is measured, and some of it is decoded: it may be
used as it is.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from kinodex.domain.streams import FileFacts, PictureStream, SoundStream
from kinodex.media.messages import Unreadable
from kinodex.media.opening import FORMATS, MOST_STREAMS, reason_of

SOUND_FORMATS = ("mp3", "flac", "wav", "aac", "aiff")
"""Beside the containers of videos, which may hold sound alone."""

MOST_PACKETS_TRIED = 50
_STILL_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_MICROSECONDS = 1_000_000
_INTERLACED_FROM = 2

# Code points of ITU-T H.273, in the words ffprobe uses.
_RANGES = {1: "tv", 2: "pc"}
_PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 12: "smpte432"}
_TRANSFERS = {1: "bt709", 6: "smpte170m", 13: "iec61966-2-1", 14: "bt2020-10", 16: "smpte2084", 18: "hlg"}
_SPACES = {0: "gbr", 1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc", 10: "bt2020c"}


def describe(path: Path) -> FileFacts:
    """
    Return what a file holds.

    Raises:
        Unreadable: The container cannot be read, holds neither pictures nor sound, or its sound is broken.
    """
    try:
        container = av.open(
            f"file:{path}",
            container_options={
                "format_whitelist": ",".join((*FORMATS, *SOUND_FORMATS)),
                "protocol_whitelist": "file",
                "max_streams": str(MOST_STREAMS),
            },
        )
    except (av.FFmpegError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"in none of the formats that are read here ({reason_of(error)})") from error
    with container:
        pictures = [
            stream
            for stream in container.streams.video
            if not stream.disposition & _STILL_PICTURES and stream.codec_context is not None
        ]
        sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
        if not pictures and not sounds:
            raise Unreadable("a container without pictures and sound", kind="not_a_video")
        measured_s = None if pictures else _measured_s(container, sounds[0])
        return FileFacts(
            container=container.format.name,
            pictures=tuple(_pictures(stream) for stream in pictures),
            sounds=tuple(_sound(stream, measured_s=measured_s) for stream in sounds),
            duration_s=measured_s if measured_s is not None else _seconds(container.duration),
            bitrate_bps=container.bit_rate or None,
            created=container.metadata.get("creation_time"),
            timecode=_timecode(container, pictures),
        )


def _measured_s(container: InputContainer, stream: AudioStream) -> float:
    """Return the length of a sound over its packets; a few are decoded to see that they can be."""
    first: int | None = None
    end, tries, is_heard = 0, MOST_PACKETS_TRIED, False
    try:
        for packet in container.demux(stream):
            if not is_heard and tries:
                tries -= 1
                is_heard = _is_decoded(packet)
            if packet.size and packet.pts is not None:
                first = packet.pts if first is None else min(first, packet.pts)
                end = max(end, packet.pts + (packet.duration or 0))
    except av.FFmpegError as error:
        raise Unreadable(f"its sound breaks off ({reason_of(error)})") from error
    if not is_heard or first is None or stream.time_base is None:
        raise Unreadable("nothing of its sound can be decoded")
    return float((end - first) * stream.time_base)


def _is_decoded(packet: "av.Packet[AudioStream]") -> bool:
    try:
        return bool(packet.decode())
    except av.FFmpegError:
        return False


def _pictures(stream: VideoStream) -> PictureStream:
    context = stream.codec_context
    depths = [component.bits for component in context.format.components] if context.format else []
    return PictureStream(
        index=stream.index,
        codec=context.codec.canonical_name,
        width_px=context.width,
        height_px=context.height,
        fps=_rate(stream.guessed_rate),
        average_fps=_rate(stream.average_rate),
        duration_s=_stream_s(stream),
        bitrate_bps=context.bit_rate or None,
        pixel_aspect_ratio=_ratio(stream.sample_aspect_ratio),
        display_aspect_ratio=_display_ratio(stream),
        scan_type="interlaced" if context.field_order >= _INTERLACED_FROM else "progressive",
        pixel_format=context.format.name if context.format else None,
        bit_depth=max(depths, default=None),
        color_range=_word(_RANGES, context.color_range),
        color_transfer=_word(_TRANSFERS, context.color_trc),
        color_space=_word(_SPACES, context.colorspace),
        color_primaries=_word(_PRIMARIES, context.color_primaries),
    )


def _sound(stream: AudioStream, *, measured_s: float | None) -> SoundStream:
    context = stream.codec_context
    return SoundStream(
        index=stream.index,
        codec=context.codec.canonical_name,
        codec_long=context.codec.long_name,
        sample_rate_hz=context.sample_rate,
        channels=context.channels,
        channel_layout=context.layout.name,
        bit_depth=context.format.bits if context.format else None,
        bitrate_bps=context.bit_rate or None,
        language=stream.language if stream.language not in {None, "", "und"} else None,
        duration_s=measured_s if measured_s is not None else _stream_s(stream),
    )


def _seconds(microseconds: int | None) -> float | None:
    return None if not microseconds or microseconds < 0 else microseconds / _MICROSECONDS


def _stream_s(stream: VideoStream | AudioStream) -> float | None:
    if stream.duration is None or stream.time_base is None or stream.duration <= 0:
        return None
    return float(stream.duration * stream.time_base)


def _rate(rate: Fraction | None) -> float | None:
    return round(float(rate), 3) if rate else None


def _ratio(ratio: Fraction | None) -> str | None:
    return f"{ratio.numerator}:{ratio.denominator}" if ratio else None


def _display_ratio(stream: VideoStream) -> str | None:
    context = stream.codec_context
    if not context.width or not context.height:
        return None
    return _ratio(Fraction(context.width, context.height) * (stream.sample_aspect_ratio or 1))


def _word(words: Mapping[int, str], code: int | None) -> str | None:
    return None if code is None else words.get(int(code))


def _timecode(container: InputContainer, pictures: list[VideoStream]) -> str | None:
    found = [stream.metadata.get("timecode") for stream in pictures] + [container.metadata.get("timecode")]
    return next((each for each in found if each), None)
