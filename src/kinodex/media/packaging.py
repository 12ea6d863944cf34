"""
Packaging for players: streams copied, not encoded again, into one fragmented MP4 and its HLS playlist.

The playlist points into that one file by byte ranges (RFC 8216, section 4.3.2.2), so that a video stays one
blob. Segments follow the key frames of the source.
"""

from collections.abc import Iterator
from pathlib import Path

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from kinodex.media.decoding import start_clock
from kinodex.media.framepack import sync
from kinodex.media.messages import Packaged, Unreadable
from kinodex.media.opening import VideoFile, open_video, reason_of
from kinodex.media.probing import usual_step_s
from kinodex.media.protocols import Progress

STREAM_FILE = "stream.mp4"
PLAYLIST_FILE = "playlist.m3u8"
SEGMENT_S = 6
"""At least, up to the next key frame; libav keeps 12 KiB in memory for each until the end."""

_MOST_UNDATED = 64

PICTURES = frozenset({"h264", "hevc", "av1", "vp9"})
SOUND = frozenset({"aac", "mp3", "opus", "flac", "ac3", "eac3"})
"""Codecs that players of HLS in fragmented MP4 know."""


def package(path: Path, folder: Path, *, duration_s: float, max_pixels: int, progress: Progress) -> Packaged:
    """
    Write ``stream.mp4`` and ``playlist.m3u8`` into an empty folder.

    Args:
        path: The file.
        folder: Gets both files, the playlist last.
        duration_s: Scales the progress.
        max_pixels: Most pixels in one picture.
        progress: Told with every packet.

    Returns:
        What keeps players from playing it, if anything does: then there are no files.

    Raises:
        Unreadable: It cannot be read or not be packaged.
    """
    origin_s = start_clock(path, max_pixels=max_pixels).origin_s
    with open_video(path, max_pixels=max_pixels) as file:
        pictures = file.video.codec_context.name
        if _family(pictures) not in PICTURES:
            return Packaged(f"players do not know pictures in {pictures}")
        try:
            with _open_output(folder) as output:
                _copy(file, output, origin_s=origin_s, duration_s=duration_s, progress=progress)
        except (av.FFmpegError, ValueError) as error:
            raise Unreadable(f"it cannot be packaged for players ({reason_of(error)})") from error
    for name in (STREAM_FILE, PLAYLIST_FILE):
        with (folder / name).open("rb") as written:
            sync(written)
    return Packaged(None if file.audio is None or _is_known(file) else _mute(file))


def _open_output(folder: Path) -> OutputContainer:
    options = {
        "hls_segment_type": "fmp4",
        "hls_flags": "single_file",
        "hls_time": str(SEGMENT_S),
        "hls_playlist_type": "vod",
        "hls_list_size": "0",
        "hls_segment_filename": str(folder / STREAM_FILE),
        # Otherwise pictures that are decoded before they are shown would push everything back.
        "avoid_negative_ts": "disabled",
    }
    return av.open(f"file:{folder / PLAYLIST_FILE}", "w", format="hls", options=options)


def _copy(
    file: VideoFile, output: OutputContainer, *, origin_s: float, duration_s: float, progress: Progress
) -> None:
    """Copy packets so that the first picture is shown at 0 s, as everywhere in the product."""
    copies: dict[int, Stream] = {file.video.index: output.add_stream_from_template(file.video)}
    if file.audio is not None and _is_known(file):
        copies[file.audio.index] = output.add_stream_from_template(file.audio)
    step_s = usual_step_s(file)
    for packet in _dated(file.packets(), file.video.index, step_s=step_s):
        if packet.dts is None or packet.pts is None or packet.stream.index not in copies:
            continue  # the empty packet at the end, or one whose place nobody knows
        start = round(origin_s / packet.time_base)
        packet.dts, packet.pts = packet.dts - start, packet.pts - start
        at_s = float(packet.pts * packet.time_base)
        if packet.stream.index == file.video.index:
            progress(min(1.0, max(0.0, at_s / duration_s)) if duration_s > 0 else 1.0)
        elif at_s < 0:
            continue  # sound before the first picture; encoders also put silence there
        packet.stream = copies[packet.stream.index]
        output.mux(packet)


def _dated(packets: "Iterator[Packet[Stream]]", index: int, *, step_s: float) -> "Iterator[Packet[Stream]]":
    """
    Yield packets, the first pictures dated back from the first one that says when it is to be decoded.

    Matroska holds no such times; libav works them out once it has seen how far pictures wait.

    Raises:
        Unreadable: None of many pictures says so.
    """
    waiting: list[Packet[Stream]] = []
    for packet in packets:
        is_undated = packet.stream.index == index and packet.dts is None and packet.pts is not None
        if is_undated and len(waiting) < _MOST_UNDATED:
            waiting.append(packet)
            continue
        if is_undated:
            raise Unreadable("it does not say in which order its pictures are decoded")
        if packet.stream.index == index and packet.dts is not None:
            step = max(1, round(step_s / packet.time_base))
            for number, earlier in enumerate(waiting):
                earlier.dts = packet.dts - (len(waiting) - number) * step
                yield earlier
            waiting = []
        yield packet


def _is_known(file: VideoFile) -> bool:
    return file.audio is not None and _family(file.audio.codec_context.name) in SOUND


def _mute(file: VideoFile) -> str:
    name = file.audio.codec_context.name if file.audio else "no codec"
    return f"it plays without sound: players do not know sound in {name}"


def _family(decoder: str) -> str:
    """Return the codec a decoder is for: libav names some decoders after the library that does the work."""
    names = {"libdav1d": "av1", "libvpx-vp9": "vp9", "libopus": "opus", "mp3float": "mp3", "aac_fixed": "aac"}
    return names.get(decoder, decoder)
