"""The way of the pictures through the decode pass: clock, shots, candidates, album."""

from av.video.frame import VideoFrame

from kinodex.domain.timeline import Span
from kinodex.media.album import Album, Candidate, Novelty, PictureSink, Reason, Timing
from kinodex.media.clock import PresentationClock
from kinodex.media.look import look_of
from kinodex.media.opening import VideoFile
from kinodex.media.shots import ShotFinder
from kinodex.media.shown import PictureMaker
from kinodex.media.signature import SignatureReader

SHORTEST_HOLE_S = 1.0


class Filmstrip:
    """
    Takes every frame once, in order, and leaves kept pictures in a sink and shots in ``album``.

    ``end_s`` is when the last frame stops being shown; ``holes`` are the stretches of a second and more in
    which no frame is.
    """

    def __init__(self, file: VideoFile, *, clock: PresentationClock, sink: PictureSink) -> None:
        self.album = Album(sink)
        self.frame_count = 0
        self.end_s = 0.0
        self.holes: list[Span] = []
        self._clock = clock
        self._tick_s = float(file.video.time_base or 0)
        self._signatures = SignatureReader()
        self._finder = ShotFinder()
        self._timing = Timing()
        self._novelty = Novelty()
        self._pictures = PictureMaker(file)

    def add(self, frame: VideoFrame) -> None:
        """Take the next frame."""
        at_s = self._clock.at(None if frame.pts is None else frame.pts * self._tick_s)
        self.frame_count += 1
        if at_s - self.end_s >= SHORTEST_HOLE_S:
            self.holes.append(Span(self.end_s, at_s))
        self.end_s = at_s + (frame.duration * self._tick_s or self._clock.step_s)
        has_jumped = self._finder.wants(at_s) and self._finder.add(at_s, self._signatures.read(frame))
        self._look_at(frame, at_s, has_jumped=has_jumped)
        settled_s = self._finder.settled_s
        boundaries = self._finder.settle()
        if self._finder.settled_s > settled_s:
            self.album.settle(boundaries, until_s=self._finder.settled_s)

    def finish(self) -> None:
        """Decide about everything that is still open."""
        self.album.settle(self._finder.finish(self.end_s), until_s=self.end_s)
        self.album.finish(self.end_s)

    def _look_at(self, frame: VideoFrame, at_s: float, *, has_jumped: bool) -> None:
        """Take a candidate if it is time: after a jump in any case, else if there is something new."""
        reason = self._timing.reason(at_s, has_jumped=has_jumped)
        if reason is Reason.NONE:
            return
        look = look_of(self._signatures.read_fine(frame))
        if reason is Reason.SAMPLE and not self._novelty.is_new(at_s, look):
            return
        is_edge = reason is Reason.EDGE
        if not is_edge:
            self._novelty.remember(at_s, look)
        self.album.add(Candidate(at_s, self._pictures.make(frame), look, is_edge=is_edge))
