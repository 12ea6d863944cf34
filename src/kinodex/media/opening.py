"""
Opening an untrusted file: which containers, which streams, and what the decoder may not do.

A container can name other files and hosts (playlists, ``concat``, SDP), so libav is only let into formats
that carry their own bytes, and only through its ``file:`` protocol, by a path that we chose. Its limit on
pixels stands at opening, where streams are looked at, and on the decoder, where a stream may grow later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from kinodex.domain.sniff import SNIFFED_BYTES, is_video_container
from kinodex.media.messages import Unreadable
from kinodex.media.subtitles import MOST_TRACKS, is_subtitle

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska,webm",
    "avi",
    "mpegts",
    "mpeg",
    "flv",
    "asf",
    "ogg",
)
"""The containers that are read; each carries its own bytes and names no other file."""

MOST_STREAMS = 64
_MOST_READ_ERRORS = 50
_LONGEST_REASON = 200
_STILL_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@dataclass(frozen=True, slots=True)
class VideoFile:
    """An open file, the pictures to look at and the sound that belongs to them."""

    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    subtitles: tuple[Stream, ...] = ()

    def packets(self) -> "Iterator[Packet[Stream]]":
        """
        Yield the packets of the chosen streams; at the end an empty one for each.

        Reading goes on behind damaged places, a limited number of times.
        """
        streams: list[Stream] = [self.video] if self.audio is None else [self.video, self.audio]
        streams += self.subtitles
        for _ in range(_MOST_READ_ERRORS):
            try:
                yield from self.container.demux(streams)
            except av.FFmpegError:
                continue
            return


@contextmanager
def open_video(
    path: Path, *, max_pixels: int, with_sound: bool = True, with_subtitles: bool = False
) -> Iterator[VideoFile]:
    """
    Open a file and choose its streams: the default or else the largest pictures, and their sound.

    Args:
        path: Absolute path of a file whose name the server chose.
        max_pixels: Most pixels in one picture; larger ones are refused before memory is taken for them.
        with_sound: Whether the sound is wanted; else its packets are not read.
        with_subtitles: Whether lines of text are wanted too.

    Raises:
        Unreadable: There are no moving pictures in it, or the container cannot be read.
    """
    limit = {"max_pixels": str(max_pixels)}
    try:
        container = av.open(
            f"file:{path}",
            options=limit,
            metadata_errors="replace",  # a tag in another encoding says nothing about the pictures
            container_options={
                "format_whitelist": ",".join(FORMATS),
                "protocol_whitelist": "file",
                "max_streams": str(MOST_STREAMS),
            },
        )
    except (av.FFmpegError, UnicodeDecodeError, ValueError) as error:
        raise _unopened(path, error) from error
    with container:
        file = _choose_streams(container, with_sound=with_sound)
        if with_subtitles:
            lines = [stream for stream in container.streams if is_subtitle(stream)]
            file = replace(file, subtitles=tuple(lines[:MOST_TRACKS]))
        _restrain(file, limit)
        yield file


def _unopened(path: Path, error: Exception) -> Unreadable:
    with path.open("rb") as file:
        is_video = is_video_container(file.read(SNIFFED_BYTES))
    if is_video:
        return Unreadable(f"its container cannot be read ({reason_of(error)})")
    return Unreadable("in none of the formats that are read here", kind="not_a_video")


def reason_of(error: Exception) -> str:
    """Return in plain words what libav says."""
    text = error.strerror if isinstance(error, av.FFmpegError) else str(error)
    plain = "".join(char for char in str(text) if char.isprintable())[:_LONGEST_REASON].rstrip(". ")
    return plain or type(error).__name__


def _choose_streams(container: InputContainer, *, with_sound: bool) -> VideoFile:
    moving = [stream for stream in container.streams.video if not stream.disposition & _STILL_PICTURES]
    readable = [stream for stream in moving if stream.codec_context is not None]
    if not moving:
        has_sound = bool(container.streams.audio)
        found = "sound without pictures" if has_sound else "a container without any video stream"
        raise Unreadable(found, kind="not_a_video", container=container.format.name)
    if not readable:
        raise Unreadable("its pictures are in a format for which there is no decoder")
    video = max(readable, key=lambda one: (bool(one.disposition & Disposition.default), _area(one)))
    audio = container.streams.best("audio", related=video) if with_sound else None
    if not isinstance(audio, AudioStream) or audio.codec_context is None:
        audio = None
    return VideoFile(container, video, audio)


def _area(stream: VideoStream) -> int:
    return stream.width * stream.height


def _restrain(file: VideoFile, limit: dict[str, str]) -> None:
    """Bound the decoders, one thread each, and leave the packets of all other streams unread."""
    chosen = {stream.index for stream in (file.video, file.audio, *file.subtitles) if stream is not None}
    for stream in file.container.streams:
        if stream.index not in chosen:
            stream.discard = Discard.all
    for context in (file.video.codec_context, file.audio.codec_context if file.audio else None):
        if context is not None:
            context.options = limit
            context.thread_count = 1
            context.thread_type = "NONE"
