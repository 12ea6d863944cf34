"""Killed at each other named point: webhooks, cancelling, retrying, assets, parts, embeddings."""

import pytest
from tests.durability.dying import die_at
from tests.durability.lanes import KILLED, Death
from tests.durability.points import POINTS
from tests.durability.test_kill_points import EVERYDAY

pytestmark = pytest.mark.slow

DEATHS = [(scenario, point) for scenario in POINTS if scenario not in EVERYDAY for point in POINTS[scenario]]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Death]:
    return die_at(DEATHS, tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("point", [point for _, point in DEATHS])
def test_nothing_is_lost_or_left_behind_by_a_kill_at(point: str, deaths: dict[str, Death]) -> None:
    assert deaths[point].status == KILLED, "the point was never reached"
    assert deaths[point].violations == []
