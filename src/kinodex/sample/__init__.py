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
    Question("said", "what goes into a good loaf", "conversation", 25.8, 32.2),
    Question("written", "festival of the sky", "text_in_video", 11.8, 18.6),
    Question("seen", "a clock on the wall", "visual", 32.2, 38.0),
)


def path() -> Path:
    """Return the clip: 38 s, 640x360, 25 fps, H.264 and AAC, six shots with hard cuts."""
    return Path(str(resources.files(__name__) / "clip.mp4"))
