"""Frames as shown: upright, with square pixels, small enough to keep."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from kinodex.domain.arrays import Frame
from kinodex.media.geometry import pixel_shape, quarter_turns, square_size, stored_size
from kinodex.media.opening import VideoFile


class PictureMaker:
    """Turns decoded frames into small RGB pictures; a frame of another size than the last is fine."""

    def __init__(self, file: VideoFile) -> None:
        self._file = file
        # Kept, because a frame's own ``reformat`` makes a context each time.
        self._scaler, self._painter = VideoReformatter(), VideoReformatter()

    def make(self, frame: VideoFrame) -> Frame:
        """Return a frame as shown, the long side at most 640 px."""
        shape = pixel_shape(self._file.video.sample_aspect_ratio)
        size = stored_size(*square_size(frame.width, frame.height, shape))
        scaled = frame
        if not frame.format.is_rgb:  # shrinking first costs a third of shrinking and converting at once
            scaled = self._scaler.reformat(
                frame, *size, "yuv420p", interpolation=Interpolation.AREA, threads=1
            )
        rgb = self._painter.reformat(scaled, *size, "rgb24", interpolation=Interpolation.AREA, threads=1)
        turned: Frame = np.rot90(rgb.to_ndarray(), quarter_turns(frame.rotation))
        return turned
