"""A clip of our own that shows what Kinodex does; ``scripts/make_sample.py`` made it."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look for, and the span in which it is, in seconds."""

    kind: str
    text: str
    option: str
    start_s: float
    end_s: float


QUESTIONS = (
    Question("said", "when did the boats go out to catch fish", "conversation", 5.44, 10.88),
    Question("written", "line 42 departs", "text_in_video", 26.44, 30.76),
    Question("seen", "a burning candle", "visual", 10.88, 15.96),
)


def path() -> Path:
    """Return the clip: 30.76 s, 640x360, 25 fps, H.264 and AAC, six shots with hard cuts."""
    return Path(str(resources.files(__name__) / "clip.mp4"))
