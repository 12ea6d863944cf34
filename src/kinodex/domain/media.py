"""Facts about a video file."""

from dataclasses import dataclass

from kinodex.domain.timeline import SampledFrame, Shot
from kinodex.domain.warnings import VideoWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """
    What a probe of the file tells, before anything is decoded.

    ``width_px`` and ``height_px`` are as shown: after rotation and with square pixels.
    ``duration_s`` is measured over the packets where the header has none or a doubtful one.
    """

    duration_s: float
    width_px: int
    height_px: int
    fps: float
    size_bytes: int
    container: str
    video_codec: str
    audio_codec: str | None = None
    rotation_deg: int = 0
    subtitle_streams: int = 0

    @property
    def has_audio(self) -> bool:
        """Whether there is sound to listen to."""
        return self.audio_codec is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """
    What the one decode pass leaves in its folder.

    ``frames.pack`` holds the sampled pictures as JPEG, end to end; ``sound.s16`` mono 16 kHz signed
    16-bit little-endian samples starting at presentation time 0 (absent when ``has_sound`` is false).
    ``duration_s`` is the last presentation time plus that frame's length.
    """

    duration_s: float
    shots: tuple[Shot, ...]
    frames: tuple[SampledFrame, ...]
    has_sound: bool
    frame_count: int
    bad_packets: int = 0
    warnings: tuple[VideoWarning, ...] = ()
