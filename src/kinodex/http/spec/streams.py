"""What a file says of itself, and what was measured of it."""

from kinodex.http.spec.schema import integer, listed, number, or_null, record, text, time
from kinodex.http.wire.values import Json

_PICTURES: Json = record(
    {},
    {
        "index": integer("Its place in the file, from 0."),
        "codec": text(),
        "width": integer("Pixels."),
        "height": integer("Pixels."),
        "fps": number("Pictures per second."),
        "avg_fps": number("Pictures per second on average."),
        "duration_seconds": number(),
        "bitrate_bps": integer("Bits per second."),
        "rotation": number("Degrees clockwise it is to be turned by."),
        "pixel_aspect_ratio": text(),
        "display_aspect_ratio": text(),
        "scan_type": text(),
        "pixel_format": text(),
        "bit_depth": integer(),
        "color_range": text(),
        "color_transfer": text(),
        "color_space": text(),
        "color_primaries": text(),
    },
)
_SOUND: Json = record(
    {},
    {
        "index": integer("Its place in the file, from 0."),
        "codec": text(),
        "codec_long": text(),
        "sample_rate": integer("Hertz."),
        "bit_depth": integer(),
        "channels": integer(),
        "channel_layout": text(),
        "bitrate_bps": integer("Bits per second."),
        "language": text(),
        "duration_seconds": number(),
    },
)
TECHNICAL: Json = record(
    {},
    {
        "file_size_bytes": integer(),
        "file_mime_type": text(),
        "file_container_format": text(),
        "container_creation_time": time(),
        "start_timecode": text(),
        "timecode_source": text(),
        "video_streams": listed(_PICTURES),
        "total_video_streams": integer(),
        "video_codec": text(),
        "video_width": integer("Pixels."),
        "video_height": integer("Pixels."),
        "video_fps": number("Pictures per second."),
        "video_duration_seconds": number(),
        "video_bitrate_bps": integer("Bits per second."),
        "has_audio": {"type": "boolean"},
        "audio_streams": listed(_SOUND),
        "total_audio_streams": integer(),
        "audio_codec": text(),
        "audio_sample_rate": or_null(integer("Hertz.")),
        "audio_channels": or_null(integer()),
        "audio_duration_seconds": or_null(number()),
        "image_width": integer("Pixels."),
        "image_height": integer("Pixels."),
        "image_format": text(),
    },
    "What the file says of itself, and what was measured of it; as much as is known.",
)
