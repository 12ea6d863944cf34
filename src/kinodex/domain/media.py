"""Facts about a video file."""

from dataclasses import dataclass

from kinodex.domain.timeline import SampledFrame, Shot, Utterance
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


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """The lines of a subtitle stream, and their language, ISO 639-1, where the file says it."""

    language: str | None
    lines: tuple[Utterance, ...]


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
    subtitles: tuple[SubtitleTrack, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """
    What a part of a file tells of all of it; what it does not tell is ``None``.

    Attributes:
        container: Name of the container.
        video_codec: As in ``MediaFacts``; so are ``audio_codec``, ``fps`` and the sides.
        is_size_sure: The sides are those of a picture that was decoded, of the track that will be taken.
        duration_s: Measured over the index of the whole file where ``is_duration_sure``, else as declared.
        is_duration_sure: The index of the whole file was there, and all it names lies within the file.
        least_duration_s: The video surely lasts at least so long.
        not_a_video: What the file surely is instead, as in ``NotAVideo``.
        is_settled: More of the file will not tell more.
    """

    container: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    is_size_sure: bool = False
    fps: float | None = None
    duration_s: float | None = None
    is_duration_sure: bool = False
    least_duration_s: float | None = None
    not_a_video: str | None = None
    is_settled: bool = False
