"""How long a step may take: by the video's length and size, and the rates measured on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from kinodex.domain.lifelines import Extent
from kinodex.stores.protocols import Records
from kinodex.usecases.estimates import FIRST_RATES, UNKNOWN_DURATION_S

SLOWEST_BYTES_PER_S = 1024**2
"""A step may have to bring the file here first, or to store it: slower stores than this are of no use."""

_DECODED_AGAIN = ("decode",)
_PARTS: Mapping[str, tuple[str, ...]] = {
    # A worker that takes over from a lost machine decodes once more, inside the step it goes on with.
    **{
        step: (step, *_DECODED_AGAIN)
        for step in ("prepare_playback", "transcribe", "read_screen_text", "embed_pictures")
    },
    "take_over": ("publish",),
    "embed": ("decode", "transcribe", "embed_pictures", "embed_sentences"),
}
"""What is done inside a step, where that is not one thing of its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """
    How long steps may take.

    Attributes:
        floor_s: So long any step may take.
        factor: And so many times longer than expected for this video.
        still_s: Without a sign of life for so long, a step is hung.
        fetch_s: A download may take so long on top: the other side sets its pace.
        grace_s: A step that was told to end gets so long to do so.
    """

    floor_s: float = 600.0
    factor: float = 20.0
    still_s: float = 300.0
    fetch_s: float = 4 * 3600.0
    grace_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """That of one try at a step."""

    step: str
    patience: Patience
    rates: Mapping[str, float]

    @property
    def still_s(self) -> float:
        """How long the step may go without a sign of life, in seconds."""
        return self.patience.still_s

    def allowed_s(self, extent: Extent) -> float:
        """Return the seconds the step may take, for a video of this length and size."""
        patience = self.patience
        video_s = extent.video_s if extent.video_s is not None else UNKNOWN_DURATION_S
        expected_s = video_s * sum(map(self._rate, _PARTS.get(self.step, (self.step,))))
        moving_s = (extent.size_bytes or 0) / SLOWEST_BYTES_PER_S
        fetch_s = patience.fetch_s if self.step == "fetch" else 0.0
        return patience.floor_s + patience.factor * expected_s + moving_s + fetch_s

    def _rate(self, step: str) -> float:
        """Return seconds per second of video; a machine that was quick lately may be busy now."""
        first = FIRST_RATES.get(step, 0.0)
        return max(first, self.rates.get(step, first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Sets deadlines."""

    records: Records
    patience: Patience

    def of(self, step: str) -> Deadline:
        """Return the deadline of a step that begins now."""
        with self.records.read() as transaction:
            return Deadline(step, self.patience, transaction.steps.rates())
