"""Judge a video while it is on its way, so that one that cannot be taken is not fetched whole."""

import threading
from dataclasses import dataclass, field

import structlog

from kinodex.domain.errors import KinodexError, NotAVideo, VideoRejected, VideoTooLong
from kinodex.domain.limits import Limits, broken_limits
from kinodex.domain.media import Glimpse
from kinodex.media.protocols import MediaReader
from kinodex.sources.protocols import FetchedSoFar

log = structlog.get_logger(__name__)

LOOK_AT_BYTES = (128 * 1024, 1024**2, 4 * 1024**2, 16 * 1024**2, 64 * 1024**2)
"""A look is taken when so much has come: an index that is larger is rare, and each look costs a process."""


@dataclass(slots=True)
class EarlyLook:
    """
    Looks at a growing file beside its download, a few times at most, one look at a time.

    Only what is sure counts against a video; a look that fails says nothing.
    """

    media: MediaReader
    limits: Limits
    _left: list[int] = field(default_factory=lambda: list(LOOK_AT_BYTES))
    _looking: threading.Thread | None = None
    _verdict: VideoRejected | None = None

    def heed(self, so_far: FetchedSoFar) -> None:
        """
        Take notice of what has come; returns at once.

        Raises:
            VideoRejected: An earlier look found that the video cannot be taken.
        """
        if self._verdict is not None:
            raise self._verdict
        if self._looking is not None and self._looking.is_alive():
            return
        if not self._left or so_far.size_bytes < self._left[0]:
            return
        self._left = [each for each in self._left if each > so_far.size_bytes]
        self._looking = threading.Thread(target=self._look, args=(so_far,), name="early-look", daemon=True)
        self._looking.start()

    def _look(self, so_far: FetchedSoFar) -> None:
        here = [(0, so_far.size_bytes)]
        try:
            glimpse = self.media.glance(so_far.path, here, total_bytes=so_far.total_bytes)
        except (KinodexError, OSError) as error:
            # The file may have got its name meanwhile, or begin anew: the probe of the whole comes anyway.
            log.debug("an early look failed", reason=str(error))
            return
        if glimpse.is_settled:
            self._left = []
        self._verdict = sure_refusal(glimpse, self.limits)


def sure_refusal(glimpse: Glimpse, limits: Limits) -> VideoRejected | None:
    """Return why a video will surely be refused; ``None`` while nothing is sure."""
    if glimpse.not_a_video is not None:
        return NotAVideo(glimpse.not_a_video)
    if glimpse.is_size_sure and glimpse.width_px and glimpse.height_px:
        for broken in broken_limits(limits, sides_px=(glimpse.width_px, glimpse.height_px)):
            return broken
    for broken in broken_limits(limits, duration_s=glimpse.least_duration_s):
        if isinstance(broken, VideoTooLong):
            longest_s = max(glimpse.least_duration_s or 0.0, glimpse.duration_s or 0.0)
            return VideoTooLong(longest_s, limits.maximum_duration_s)
    return None
