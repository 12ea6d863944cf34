"""Which frames a storyboard shows."""

import pytest

from kinodex.domain.storyboards import MOST_TILES, choose_tiles
from kinodex.domain.timeline import SampledFrame


def _frames(*times: float) -> tuple[SampledFrame, ...]:
    return tuple(SampledFrame(number, at_s, 0, 0, 1, 64, 36) for number, at_s in enumerate(times))


@pytest.mark.parametrize("count", [1, 2, 50, 99, 100, 101, 7200])
def test_tiles_are_few_in_order_and_spread_over_the_video(count: int) -> None:
    frames = _frames(*map(float, range(count)))
    chosen = choose_tiles(frames, duration_s=float(count))
    times = [frame.at_s for frame in chosen]
    assert len(chosen) == min(count, MOST_TILES)
    assert times == sorted(set(times))
    assert times[0] == 0
    assert times[-1] >= 0.95 * (count - 1)


def test_a_still_video_with_few_frames_shows_each_once() -> None:
    chosen = choose_tiles(_frames(0.0, 100.0), duration_s=600.0)
    assert [frame.at_s for frame in chosen] == [0.0, 100.0] or [frame.at_s for frame in chosen] == [0.0]


def test_without_frames_there_are_no_tiles() -> None:
    assert choose_tiles((), duration_s=10.0) == []
