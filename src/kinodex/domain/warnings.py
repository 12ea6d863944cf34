"""What a video lacks although it was indexed."""

from dataclasses import dataclass
from typing import Literal

from kinodex.domain.timeline import Span

Missing = Literal["pictures", "sound"]


@dataclass(frozen=True, slots=True)
class VideoWarning:
    """
    One thing that is degraded about a video.

    Attributes:
        message: A sentence for people.
        missing: What cannot be found because of it, where the file is damaged.
        span: When in the video it is missing; ``None`` where it holds for all of it.
    """

    message: str
    missing: Missing | None = None
    span: Span | None = None
