"""How a video is played."""

from kinodex.http.spec.schema import listed, record, text, time, word
from kinodex.http.wire.values import Json

HLS: Json = {
    "hls": record(
        {
            "video_url": text("Link to the HLS playlist; it works for an hour without a key."),
            "thumbnail_urls": listed(text("Link to a JPEG.")),
            "storyboard_url": text("Link to the storyboard, WebVTT; our own addition."),
            "status": word("COMPLETE"),
            "updated_at": time("When the stream was made."),
        },
        about="How it is played; absent where there is no stream.",
    )
}
