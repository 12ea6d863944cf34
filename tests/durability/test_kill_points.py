"""Killed at each named point between a submission and its end, nothing is lost and nothing left behind."""

import pytest
from tests.durability.dying import die_at
from tests.durability.lanes import KILLED, Death
from tests.durability.points import POINTS

EVERYDAY = ("upload", "url", "twin", "broken", "delete_video", "delete_task", "delete_index")
"""The ways of a video, from its submission to its deletion; the others are in the slow file beside this."""

DEATHS = [(scenario, point) for scenario in EVERYDAY for point in POINTS[scenario]]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Death]:
    return die_at(DEATHS, tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("point", [point for _, point in DEATHS])
def test_nothing_is_lost_or_left_behind_by_a_kill_at(point: str, deaths: dict[str, Death]) -> None:
    assert deaths[point].status == KILLED, "the point was never reached"
    assert deaths[point].violations == []


def test_there_are_enough_points_and_each_has_a_name_of_its_own() -> None:
    names = [point for points in POINTS.values() for point in points]
    assert len(set(names)) == len(names)
    assert len(DEATHS) >= 45
