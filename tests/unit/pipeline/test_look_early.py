"""A video is judged beside its download: only by what is sure, a few times, and without holding it up."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kinodex.domain.errors import NotAVideo, ResolutionTooLow, VideoBroken, VideoRejected, VideoTooLong
from kinodex.domain.limits import V1_1
from kinodex.domain.media import Glimpse
from kinodex.pipeline.steps.look_early import LOOK_AT_BYTES, EarlyLook, sure_refusal
from kinodex.sources.protocols import FetchedSoFar

TOO_LONG = Glimpse(duration_s=10_800.0, is_duration_sure=True, least_duration_s=10_799.0)


@dataclass
class Sees:
    """A reader that sees what it was told to, and counts how often it looked."""

    glimpse: Glimpse | Exception
    looks: list[int] = field(default_factory=list)
    pause_s: float = 0.0

    def glance(self, path: Path, spans: Any, *, total_bytes: int | None) -> Glimpse:
        self.looks.append(spans[0][1])
        time.sleep(self.pause_s)
        if isinstance(self.glimpse, Exception):
            raise self.glimpse
        return self.glimpse


def _fetch(media: Sees, *, steps: int = 40, step_bytes: int = 4 * 1024**2) -> int:
    """Let a file come in steps; return how much had come when it ended."""
    look = EarlyLook(media, V1_1)  # type: ignore[arg-type]
    for number in range(steps):
        look.heed(FetchedSoFar(Path("/nowhere"), number * step_bytes, steps * step_bytes))
        time.sleep(0.002)
    return steps * step_bytes


def test_what_is_sure_ends_the_download() -> None:
    media = Sees(TOO_LONG)
    with pytest.raises(VideoTooLong, match=r"10800\.00 s is above the maximum of 7200 s"):
        _fetch(media)
    assert len(media.looks) == 1


@pytest.mark.parametrize("seen", [VideoBroken("torn"), FileNotFoundError("renamed"), Glimpse()])
def test_a_look_that_fails_or_sees_nothing_says_nothing(seen: Glimpse | Exception) -> None:
    media = Sees(seen)
    assert _fetch(media) == 160 * 1024**2
    assert 1 < len(media.looks) <= len(LOOK_AT_BYTES)


def test_looks_end_when_there_is_nothing_more_to_see() -> None:
    media = Sees(Glimpse(is_settled=True))
    _fetch(media)
    assert len(media.looks) == 1


def test_a_slow_look_holds_nothing_up_and_is_alone() -> None:
    media = Sees(Glimpse(), pause_s=60.0)  # a minute, in which the whole file comes
    _fetch(media)
    assert len(media.looks) == 1


@pytest.mark.parametrize(
    ("glimpse", "kind"),
    [
        (Glimpse(not_a_video="sound without pictures"), NotAVideo),
        (Glimpse(width_px=320, height_px=240, is_size_sure=True), ResolutionTooLow),
        (Glimpse(width_px=320, height_px=240), None),
        (TOO_LONG, VideoTooLong),
        (Glimpse(duration_s=10_800.0), None),
        (Glimpse(duration_s=60.0, least_duration_s=7_300.0), VideoTooLong),
        (Glimpse(duration_s=3.0, is_duration_sure=True, least_duration_s=2.0), None),
        (Glimpse(), None),
    ],
)
def test_only_what_is_sure_counts(glimpse: Glimpse, kind: type[VideoRejected] | None) -> None:
    refusal = sure_refusal(glimpse, V1_1)
    assert (None if refusal is None else type(refusal)) is kind
