"""
What a part of a file tells of all of it: while it is on its way, or when only its ends were fetched.

A header may lie, so only this counts as sure: the size of a picture that was decoded; which tracks there
are, once all are declared; how long the video lasts by an index of every picture, as far as the pictures
lie within the file. A Matroska file has no such index at its head: its declared duration counts when the
pace of its first packets, carried on to the end of the file, agrees.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from kinodex.domain.boxes import Box, ReadAt, declared_duration_s, movie_index
from kinodex.domain.media import Glimpse
from kinodex.media.geometry import pixel_shape, quarter_turns, shown_size
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video
from kinodex.media.probing import first_picture, usual_step_s

MP4, MATROSKA = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
_DECLARE_AT_THE_HEAD = {MP4, MATROSKA, "avi", "flv"}
"""Which tracks there are is said before the first packet."""
_DECLARE_DURATION = {MP4, MATROSKA, "avi", "flv", "asf"}
"""Elsewhere libav reckons it from the end of the file, which is not here."""

_MOST_PACKETS = 2000
_MOST_TRIED = 100
_SLACK_S = 1.0
"""The index gives times of decoding; those of showing differ by a few pictures."""
_LEAST_PACE_S = 2.0
_MATROSKA_HEAD_BYTES = 1024 * 1024
"""So much surely holds the list of tracks."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which bytes of a file are there, as ``(start, end)`` pairs, and how long all of it is, if known."""

    spans: Sequence[tuple[int, int]]
    total_bytes: int | None

    def holds(self, box: Box) -> bool:
        """Return whether all of a box is there."""
        end = box.end if box.end is not None else self.total_bytes
        return end is not None and any(start <= box.start and end <= stop for start, stop in self.spans)


@dataclass(slots=True)
class _Start:
    """What the first packets of the pictures tell; ``places`` and ``stamps`` are of the first and last."""

    picture: VideoFrame | None = None
    packets: int = 0
    places: tuple[int, int] | None = None
    stamps: tuple[int, int] | None = None

    def take(self, packet: "Packet[Stream]") -> None:
        if not packet.size:
            return
        self.packets += 1
        if self.picture is None and self.packets <= _MOST_TRIED:
            self.picture = first_picture(packet)
        if packet.pts is not None and packet.pos is not None and packet.pos >= 0:
            self.places = (self.places or (packet.pos, 0))[0], packet.pos
            self.stamps = (self.stamps or (packet.pts, 0))[0], packet.pts


def glance(path: Path, known: Known, *, max_pixels: int) -> Glimpse:
    """
    Return what the known bytes of a file tell of all of it; unreadable ones tell nothing.

    Args:
        path: The file; what is not there reads as zeros, or lies behind its end.
        known: Which bytes are there.
        max_pixels: A picture that is declared larger is not decoded.
    """
    with path.open("rb") as file:
        descriptor = file.fileno()

        def read_at(start: int, length: int) -> bytes:
            spans = (stop for begin, stop in known.spans if begin <= start < stop)
            return os.pread(descriptor, min(length, next(spans, start) - start), start)

        index = movie_index(read_at)
        if _is_mp4(read_at) and (index is None or not known.holds(index)):
            declared_s = None if index is None else declared_duration_s(read_at, index)
            return Glimpse(container=MP4, duration_s=declared_s)
    try:
        with open_video(path, max_pixels=max_pixels) as video:
            return _seen(video, known, max_pixels=max_pixels)
    except Unreadable as refusal:
        return _refused(refusal, known)


def _is_mp4(read_at: ReadAt) -> bool:
    return read_at(4, 4) in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}


def _refused(refusal: Unreadable, known: Known) -> Glimpse:
    """The whole head of an MP4 or Matroska file names all its tracks: no pictures there, none at all."""
    has_head = refusal.container == MP4 or (
        refusal.container == MATROSKA
        and any(end - start >= _MATROSKA_HEAD_BYTES for start, end in known.spans)
    )
    if refusal.kind == "not_a_video" and has_head:
        return Glimpse(container=refusal.container, not_a_video=refusal.reason, is_settled=True)
    return Glimpse()


def _seen(file: VideoFile, known: Known, *, max_pixels: int) -> Glimpse:
    video, container = file.video, file.container.format.name
    size = video.width, video.height
    is_too_large = size[0] * size[1] > max_pixels
    start = _start(file, is_decoded=not is_too_large)
    base = Glimpse(
        container=container,
        video_codec=video.codec_context.codec.canonical_name,
        audio_codec=file.audio.codec_context.codec.canonical_name if file.audio else None,
        fps=round(1 / usual_step_s(file), 3) if video.average_rate else None,
    )
    sized = _with_size(base, file, start.picture, size=size)
    sure = is_too_large or start.picture is not None
    return _with_duration(
        replace(sized, is_size_sure=sure and container in _DECLARE_AT_THE_HEAD), file, start, known
    )


def _start(file: VideoFile, *, is_decoded: bool) -> _Start:
    start = _Start(packets=0 if is_decoded else _MOST_TRIED)
    is_paced = file.container.format.name == MATROSKA
    for number, packet in enumerate(VideoFile(file.container, file.video, None).packets()):
        start.take(packet)
        if number >= _MOST_PACKETS or (not is_paced and (start.picture or number >= _MOST_TRIED)):
            break
    return start


def _with_size(
    glimpse: Glimpse, file: VideoFile, picture: VideoFrame | None, *, size: tuple[int, int]
) -> Glimpse:
    if picture is not None:
        size = picture.width, picture.height
    if not size[0] or not size[1]:
        return glimpse
    turns = quarter_turns(picture.rotation) if picture else 0
    shown = shown_size(*size, shape=pixel_shape(file.video.sample_aspect_ratio), turns=turns)
    return replace(glimpse, width_px=shown[0], height_px=shown[1])


def _with_duration(glimpse: Glimpse, file: VideoFile, start: _Start, known: Known) -> Glimpse:
    declared_s = file.container.duration / av.time_base if file.container.duration else None
    if glimpse.container not in _DECLARE_DURATION:
        return glimpse
    if glimpse.container == MP4:
        return _by_index(glimpse, file, known, declared_s=declared_s)
    paced_s = _paced_s(file, start, known)
    agreed_s = min(declared_s, paced_s) if glimpse.container == MATROSKA and declared_s and paced_s else None
    return replace(glimpse, duration_s=declared_s, least_duration_s=agreed_s)


def _by_index(glimpse: Glimpse, file: VideoFile, known: Known, *, declared_s: float | None) -> Glimpse:
    """Measure over the pictures the index names; those behind the end of the file do not count."""
    entries, base = file.video.index_entries, file.video.time_base
    if base is None or not len(entries):
        return replace(glimpse, duration_s=declared_s)
    end = known.total_bytes if known.total_bytes is not None else max(stop for _, stop in known.spans)
    within = [entry for entry in entries if entry.pos + entry.size <= end]
    stamps = [entry.timestamp for entry in within if not entry.is_discard]
    if not stamps:
        return replace(glimpse, duration_s=declared_s)
    span_s = float((max(stamps) - min(stamps)) * base)
    # A fragmented file goes on behind its index; of one whose length is not known the same may be true.
    is_all = len(within) == len(entries) >= file.video.frames > 0 and known.total_bytes is not None
    measured_s = span_s + usual_step_s(file)
    return replace(
        glimpse,
        duration_s=measured_s if is_all else declared_s,
        fps=round(len(stamps) / measured_s, 3) if is_all else glimpse.fps,
        is_duration_sure=is_all,
        least_duration_s=max(0.0, span_s - _SLACK_S),
        is_settled=is_all and glimpse.is_size_sure,
    )


def _paced_s(file: VideoFile, start: _Start, known: Known) -> float | None:
    """Return how long the video lasts if it goes on at the pace of its first packets."""
    if known.total_bytes is None or start.places is None or start.stamps is None or not file.video.time_base:
        return None
    (first, last), (begin, end) = start.places, start.stamps
    seen_s = float((end - begin) * file.video.time_base)
    if seen_s < _LEAST_PACE_S or last <= first:
        return None
    return seen_s * (known.total_bytes - first) / (last - first)
