"""How a video is played, the same in every version that knows of it: 1.2 and 1.3."""

from datetime import datetime

from kinodex.http.wire.values import Json, to_the_millisecond


def hls(*, playlist: str, thumbnail: str, storyboard: str, updated_at: datetime) -> Json:
    """Show where players find a video; ``storyboard_url`` is our own addition."""
    return {
        "video_url": playlist,
        "thumbnail_urls": [thumbnail],
        "storyboard_url": storyboard,
        "status": "COMPLETE",
        "updated_at": to_the_millisecond(updated_at),
    }
