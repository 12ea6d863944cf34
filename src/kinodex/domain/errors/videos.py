"""The bytes are here and are not a video we take."""

from kinodex.domain.errors.root import KinodexError


class VideoRejected(KinodexError):
    """The bytes are here and are not a video we take."""


class FileEmpty(VideoRejected):
    """Zero bytes."""

    code = "file_empty"

    def __init__(self) -> None:
        super().__init__("The file is empty (0 bytes).")


class FileTooLarge(VideoRejected):
    """Over the limit in bytes."""

    code = "video_filesize_too_large"

    def __init__(self, limit_bytes: int, size_bytes: int | None = None) -> None:
        measured = f"has {size_bytes} bytes" if size_bytes is not None else "is larger than allowed"
        super().__init__(f"The file {measured}; the maximum is {limit_bytes} bytes.")


class NotAVideo(VideoRejected):
    """Judged by its bytes: something else than a video."""

    code = "unsupported_file_type"

    def __init__(self, found: str) -> None:
        super().__init__(f"The file is not a video: it is {found}.")
        self.found = found


class VideoBroken(VideoRejected):
    """A video by its bytes, and it cannot be decoded."""

    code = "video_file_broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The video cannot be decoded: {reason}.")
        self.reason = reason


class DecoderLost(VideoBroken):
    """The process that decodes a video died or hung, each time it was tried."""

    code = "video_decoder_lost"

    def __init__(self, reason: str, *, tries: int = 1) -> None:
        super().__init__(reason if tries == 1 else f"{reason}, and {tries} of {tries} tries ended so")
        self.reason = reason


class ResolutionTooLow(VideoRejected):
    """The shown picture is smaller than allowed."""

    code = "video_resolution_too_low"

    def __init__(self, width_px: int, height_px: int, minimum_px: int) -> None:
        super().__init__(
            f"The resolution {width_px}x{height_px} is too low: the short side is "
            f"{min(width_px, height_px)} px and the minimum is {minimum_px} px."
        )


class ResolutionTooHigh(VideoRejected):
    """The shown picture is larger than allowed."""

    code = "video_resolution_too_high"

    def __init__(self, width_px: int, height_px: int, allowed: str) -> None:
        super().__init__(f"The resolution {width_px}x{height_px} is too high: {allowed}.")


class AspectRatioRefused(VideoRejected):
    """The shown picture is too wide or too tall."""

    code = "video_resolution_invalid_aspect_ratio"

    def __init__(self, width_px: int, height_px: int, maximum: float) -> None:
        ratio = max(width_px, height_px) / min(width_px, height_px)
        super().__init__(
            f"The aspect ratio of {width_px}x{height_px} is {ratio:.2f}:1; the maximum is {maximum:g}:1."
        )


class VideoTooShort(VideoRejected):
    """The video lasts less than the shortest duration allowed."""

    code = "video_duration_too_short"

    def __init__(self, duration_s: float, minimum_s: float) -> None:
        super().__init__(f"The duration {duration_s:.2f} s is below the minimum of {minimum_s:g} s.")


class VideoTooLong(VideoRejected):
    """The video lasts more than the longest duration allowed."""

    code = "video_duration_too_long"

    def __init__(self, duration_s: float, maximum_s: float) -> None:
        super().__init__(f"The duration {duration_s:.2f} s is above the maximum of {maximum_s:g} s.")


class AudioMissing(VideoRejected):
    """The index needs speech and the video has no sound."""

    code = "video_audio_track_not_exists"

    def __init__(self) -> None:
        super().__init__("The video has no audio track.")


class TranscriptInvalid(VideoRejected):
    """The transcript sent with the video cannot be read as SRT or WebVTT."""

    code = "transcription_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The transcript cannot be read: {reason}.")
