"""
One picture that stands for a file: of a video the most varied of a few pictures spread over it.

Runs in the decoding child. Only key frames are decoded, so that a long film takes no longer than a clip.
"""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageOps

from kinodex.domain.arrays import Frame
from kinodex.domain.errors import PictureBroken
from kinodex.media.framepack import sync
from kinodex.media.geometry import LONGEST_STORED_SIDE_PX
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video
from kinodex.media.shown import PictureMaker
from kinodex.media.stills import FORMATS, read_still

THUMBNAIL_FILE = "thumbnail.jpg"
QUALITY = 85
PLACES = (0.5, 0.25, 0.75, 0.1, 0.9)
"""Where a video is looked at, as shares of its length; of equal pictures the earlier place wins."""
_MOST_PACKETS = 300


def draw_thumbnail(path: Path, folder: Path, *, max_pixels: int) -> None:
    """
    Write ``thumbnail.jpg`` into a folder: upright, with square pixels, its long side at most 640 px.

    Args:
        path: A picture or a video.
        folder: Gets the file.
        max_pixels: Most pixels in one picture of a video.

    Raises:
        Unreadable: Not one picture of it can be decoded.
    """
    still = _still(path)
    picture = Image.fromarray(_most_varied(path, max_pixels=max_pixels)) if still is None else still
    with (folder / THUMBNAIL_FILE).open("wb") as file:
        picture.save(file, "JPEG", quality=QUALITY)
        sync(file)


def _still(path: Path) -> Image.Image | None:
    try:
        if read_still(path) is None:
            return None
    except PictureBroken as error:
        raise Unreadable(error.message) from error
    with Image.open(path, formats=FORMATS) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST_STORED_SIDE_PX, LONGEST_STORED_SIDE_PX))
    return upright


def _most_varied(path: Path, *, max_pixels: int) -> Frame:
    with open_video(path, max_pixels=max_pixels, with_sound=False) as file:
        maker = PictureMaker(file)
        pictures = [np.ascontiguousarray(maker.make(frame)) for frame in _spread(file)]
    if not pictures:
        raise Unreadable("not one picture in it can be decoded")
    return max(pictures, key=lambda picture: round(float(picture.std())))


def _spread(file: VideoFile) -> Iterator[VideoFrame]:
    """Yield a picture of each place; from the beginning where a file cannot be entered later."""
    start, length = file.container.start_time or 0, file.container.duration or 0
    seen = 0
    file.video.codec_context.skip_frame = "NONKEY"
    for place in PLACES if length else ():
        frame = _at(file, start + round(length * place))
        if frame is not None:
            seen += 1
            yield frame
    if not seen:
        file.video.codec_context.skip_frame = "DEFAULT"
        frame = _at(file, start)
        if frame is not None:
            yield frame


def _at(file: VideoFile, offset_us: int) -> VideoFrame | None:
    try:
        file.container.seek(offset_us)
    except av.FFmpegError:
        return None
    return _next(file)


def _next(file: VideoFile) -> VideoFrame | None:
    """Return the next picture that can be decoded, not far away."""
    for number, packet in enumerate(file.packets()):
        if number > _MOST_PACKETS:
            return None
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                return frame
    return None
