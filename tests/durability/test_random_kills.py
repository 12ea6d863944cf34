"""Killed at random moments, over and over on the same data, the product loses nothing."""

import random
from pathlib import Path

import pytest
from tests.durability.random_kills import run

KILLS = 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_left_behind_by_kills_at_random_moments(tmp_path: Path, seed: int) -> None:
    report = run(tmp_path, kills=KILLS, moments=random.Random(seed), most_s=240.0)
    assert report.violations == []
    assert report.kills > KILLS / 4, "bounded in time, and yet not so slow"
