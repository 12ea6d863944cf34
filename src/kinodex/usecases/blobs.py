"""Where the bytes of a video lie in the blob store."""

from kinodex.domain.ids import VideoId

VIDEOS = "videos/"
"""The bytes of all videos lie below this."""


def video_prefix(video_id: VideoId) -> str:
    """Everything of one video lies below this."""
    return f"{VIDEOS}{video_id}/"


def source_key(video_id: VideoId) -> str:
    """The file as it came."""
    return f"{video_prefix(video_id)}source"


def frames_key(video_id: VideoId) -> str:
    """The sampled pictures, JPEG after JPEG."""
    return f"{video_prefix(video_id)}frames.pack"


def artifact_key(video_id: VideoId, name: str) -> str:
    """The result of a step, as JSON: ``decoded``, ``segments``, ``utterances``, ``screen_text``."""
    return f"{video_prefix(video_id)}{name}.json"


def transcript_key(video_id: VideoId) -> str:
    """The transcript the user sent along, SRT or WebVTT."""
    return f"{video_prefix(video_id)}transcript"
