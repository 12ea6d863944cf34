"""When a task will be ready: from the rates measured on this machine and the video's own length."""

from collections.abc import Mapping
from dataclasses import dataclass

STEPS = (
    "fetch",
    "probe",
    "decode",
    "transcribe",
    "read_screen_text",
    "embed_pictures",
    "embed_sentences",
    "publish",
)

# Seconds per second of video on two shared cores, used until this machine has measured its own.
FIRST_RATES: Mapping[str, float] = {
    "fetch": 0.02,
    "probe": 0.002,
    "decode": 0.06,
    "transcribe": 0.08,
    "read_screen_text": 0.20,
    "embed_pictures": 0.06,
    "embed_sentences": 0.005,
    "publish": 0.01,
}
UNKNOWN_DURATION_S = 600.0
"""Assumed for a video that has not been looked at yet."""
START_S = 1.0
"""Between accepting a task and its first step."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Share of the work that is done, in [0, 1], and seconds that remain."""

    progress: float
    remaining_s: float


def estimate(
    *, step: str | None, share: float, duration_s: float | None, rates: Mapping[str, float]
) -> Estimate:
    """
    Return how far a task is.

    Args:
        step: The step going on, or ``None`` before the first.
        share: How much of that step is done, in [0, 1].
        duration_s: Length of the video where known.
        rates: Seconds per second of video by step; steps without one use ``FIRST_RATES``.
    """
    costs = [rates.get(name, FIRST_RATES[name]) for name in STEPS]
    position = STEPS.index(step) if step is not None else 0
    total = sum(costs)
    done = sum(costs[:position]) + costs[position] * min(max(share, 0.0), 1.0)
    length_s = duration_s if duration_s is not None else UNKNOWN_DURATION_S
    start_s = START_S if step is None else 0.0
    return Estimate(progress=done / total, remaining_s=(total - done) * length_s + start_s)
