"""When a task will be ready: from the rates measured on this machine and the video's own length."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from kinodex.domain.tasks import Task

STEPS = (
    "fetch",
    "probe",
    "decode",
    "prepare_playback",
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
    "prepare_playback": 0.002,
    "transcribe": 0.08,
    "read_screen_text": 0.20,
    "embed_pictures": 0.06,
    "embed_sentences": 0.005,
    "publish": 0.01,
}
SHORTCUTS: Mapping[str, str] = {"take_over": "decode"}
"""Steps done in place of several: each by the first of those."""
UNKNOWN_DURATION_S = 600.0
"""Assumed for a video that has not been looked at yet."""


def progress_of(step: str, share: float, *, rates: Mapping[str, float]) -> float:
    """Return the share of the whole work that is done when ``share`` of a step is, each in [0, 1]."""
    costs = _costs(rates)
    position = STEPS.index(SHORTCUTS.get(step, step))
    done = sum(costs[:position]) + costs[position] * min(max(share, 0.0), 1.0)
    return done / sum(costs)


def forecast(
    task: Task, *, unfinished: Sequence[Task], rates: Mapping[str, float], workers: int, at: datetime
) -> datetime:
    """
    Return when a task will be ready.

    Args:
        task: Not final.
        unfinished: All tasks that are not final, oldest first: those ahead of this one are done before it.
        rates: Seconds per second of video by step; steps without one use ``FIRST_RATES``.
        workers: Tasks that are worked on at the same time.
        at: The present.
    """
    per_second = sum(_costs(rates))
    ahead_s = 0.0
    if task.step is None:
        before = [other for other in unfinished if (other.created_at, other.id) < (task.created_at, task.id)]
        ahead_s = sum(_remaining_s(other, per_second) for other in before) / workers
    seconds = ahead_s + _remaining_s(task, per_second)
    return at + timedelta(milliseconds=round(seconds * 1000))


def _remaining_s(task: Task, per_second: float) -> float:
    length_s = task.duration_s if task.duration_s is not None else UNKNOWN_DURATION_S
    return (1.0 - task.progress) * length_s * per_second


def _costs(rates: Mapping[str, float]) -> list[float]:
    return [rates.get(name, FIRST_RATES[name]) for name in STEPS]
