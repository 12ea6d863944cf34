"""What a file holds, stream by stream, as it declares it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStream:
    """
    Moving pictures.

    ``fps`` is the rate declared as usual, ``average_fps`` that over the whole stream. Shapes are written as
    ``16:9``, colours in the words of ITU-T H.273; what is not declared is ``None``.
    """

    index: int
    codec: str
    width_px: int
    height_px: int
    fps: float | None = None
    average_fps: float | None = None
    duration_s: float | None = None
    bitrate_bps: int | None = None
    pixel_aspect_ratio: str | None = None
    display_aspect_ratio: str | None = None
    scan_type: str | None = None
    pixel_format: str | None = None
    bit_depth: int | None = None
    color_range: str | None = None
    color_transfer: str | None = None
    color_space: str | None = None
    color_primaries: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundStream:
    """Sound; ``duration_s`` is measured over its packets in files that are nothing but sound."""

    index: int
    codec: str
    codec_long: str
    sample_rate_hz: int
    channels: int
    channel_layout: str
    bit_depth: int | None = None
    bitrate_bps: int | None = None
    language: str | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class StillFacts:
    """A picture file; ``format`` is ``jpeg``, ``png`` or ``webp``."""

    format: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file and its streams; cover pictures of sound files are no streams here."""

    container: str
    pictures: tuple[PictureStream, ...] = ()
    sounds: tuple[SoundStream, ...] = ()
    duration_s: float | None = None
    bitrate_bps: int | None = None
    created: str | None = None
    timecode: str | None = None
