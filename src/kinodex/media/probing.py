"""
The facts of a file: one picture decoded, all packets of the pictures counted, nothing believed.

Headers lie about duration and frame rate, so both are measured over the packets, for about a hundredth of
what decoding costs.
"""

from dataclasses import dataclass
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.frame import VideoFrame

from kinodex.domain.media import MediaFacts
from kinodex.media.geometry import pixel_shape, quarter_turns, shown_size
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video

MOST_PACKETS_TRIED = 500
"""Without one picture from these, there is none to be had."""

UNKNOWN_STEP_S = 0.04


@dataclass(slots=True)
class _Survey:
    """What the packets tell; times are in units of the stream. ``tries`` are left for a first picture."""

    tries: int
    packets: int = 0
    first: int | None = None
    end: int = 0
    picture: VideoFrame | None = None
    is_encrypted: bool = False

    def take(self, packet: "Packet[Stream]", *, usual: int) -> None:
        self.is_encrypted = self.is_encrypted or packet.has_sidedata("encryption_info")
        if self.picture is None and self.tries:
            self.tries -= 1
            self.picture = first_picture(packet)
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or packet.is_discard or stamp is None:
            return
        self.packets += 1
        self.first = stamp if self.first is None else min(self.first, stamp)
        self.end = max(self.end, stamp + (packet.duration or usual))


def probe(path: Path, *, max_pixels: int) -> MediaFacts:
    """
    Return the facts of a file.

    A picture that is declared larger than ``max_pixels`` is not decoded: its size is told as declared.

    Raises:
        Unreadable: Not a video, or not one picture of it can be decoded.
    """
    with open_video(path, max_pixels=max_pixels) as file:
        size = file.video.width, file.video.height  # a decoder that refuses its pictures forgets it
        is_too_large = size[0] * size[1] > max_pixels
        survey = _survey(file, tries=0 if is_too_large else MOST_PACKETS_TRIED)
        if survey.is_encrypted:  # noise, if they can be decoded at all
            raise Unreadable("its pictures are encrypted (DRM)")
        if survey.picture is not None:
            size = survey.picture.width, survey.picture.height
        elif not size[0]:  # some decoders are asked for the size, and say nothing beyond the limit
            raise Unreadable(f"its pictures are damaged or have more than {max_pixels} pixels")
        elif not is_too_large:
            raise Unreadable("not one picture in it can be decoded")
        return _facts(file, survey, size=size, size_bytes=path.stat().st_size)


def usual_step_s(file: VideoFile) -> float:
    """Return the time from one picture to the next that the file declares."""
    rate = file.video.average_rate or file.video.guessed_rate
    return float(1 / rate) if rate else UNKNOWN_STEP_S


def _survey(file: VideoFile, *, tries: int) -> _Survey:
    if file.audio is not None:
        file.audio.discard = Discard.all
    time_base = file.video.time_base
    usual = round(usual_step_s(file) / time_base) if time_base else 0
    survey = _Survey(tries)
    for packet in VideoFile(file.container, file.video, None).packets():
        survey.take(packet, usual=usual)
    return survey


def first_picture(packet: "Packet[Stream]") -> VideoFrame | None:
    """Return the first picture that comes out of the decoder with a packet, or ``None``."""
    try:
        frames = packet.decode()
    except av.FFmpegError:
        return None
    return next((frame for frame in frames if isinstance(frame, VideoFrame)), None)


def _facts(file: VideoFile, survey: _Survey, *, size: tuple[int, int], size_bytes: int) -> MediaFacts:
    video = file.video
    turns = quarter_turns(survey.picture.rotation) if survey.picture else 0
    shown = shown_size(*size, shape=pixel_shape(video.sample_aspect_ratio), turns=turns)
    duration_s = _duration_s(file, survey)
    return MediaFacts(
        duration_s=duration_s,
        width_px=shown[0],
        height_px=shown[1],
        fps=round(survey.packets / duration_s, 3) if duration_s else 0.0,
        size_bytes=size_bytes,
        container=file.container.format.name,
        video_codec=video.codec_context.codec.canonical_name,
        audio_codec=file.audio.codec_context.codec.canonical_name if file.audio else None,
        rotation_deg=turns * 90,
        subtitle_streams=len(file.container.streams.subtitles),
    )


def _duration_s(file: VideoFile, survey: _Survey) -> float:
    if survey.first is None or file.video.time_base is None:
        return survey.packets * usual_step_s(file)
    return float((survey.end - survey.first) * file.video.time_base)
