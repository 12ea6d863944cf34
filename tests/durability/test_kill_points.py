"""Killed at each named point and started again, the product has lost nothing and left nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.durability.lanes import KILLED, Death, Stage, forking, stage
from tests.durability.points import POINTS

AT_ONCE = 2
LANES = 6
DEATHS = [(scenario, point) for scenario, points in POINTS.items() for point in points]


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Death]:
    """Die everywhere, in lanes side by side; what was found after each death, by point."""
    folder = tmp_path_factory.mktemp("kills")
    parts = [DEATHS[number::LANES] for number in range(LANES)]
    with stage(folder) as common, ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [
            pool.submit(_die_everywhere, common, folder / f"half{half}", parts[half::AT_ONCE])
            for half in range(AT_ONCE)
        ]
        return {death.point: death for run in runs for death in run.result()}


def _die_everywhere(common: Stage, folder: Path, parts: list[list[tuple[str, str]]]) -> list[Death]:
    """Run some lanes one after the other; short ones, since each life looks at all that is there."""
    with forking() as program:
        return [
            death
            for number, part in enumerate(parts)
            for death in common.lane(folder / str(number)).run(program, part)
        ]


@pytest.mark.parametrize("point", [point for _, point in DEATHS])
def test_nothing_is_lost_or_left_behind_by_a_kill_at(point: str, deaths: dict[str, Death]) -> None:
    assert deaths[point].status == KILLED, "the point was never reached"
    assert deaths[point].violations == []


def test_there_are_enough_points_and_each_has_a_name_of_its_own() -> None:
    names = [point for _, point in DEATHS]
    assert len(set(names)) == len(names) >= 45
