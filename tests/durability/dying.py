"""Die at named points, in lanes side by side, and tell what was found after each death."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.durability.lanes import Death, Stage, stage

AT_ONCE = 2
LANES = 6


def die_at(points: Sequence[tuple[str, str]], folder: Path) -> dict[str, Death]:
    """
    Die at each point once.

    Args:
        points: What leads there, and the point.
        folder: Where the lanes live.

    Returns:
        What was found after each death, by point.
    """
    parts = [points[number::LANES] for number in range(LANES)]
    with stage(folder) as common, ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [
            pool.submit(_die_everywhere, common, folder / f"half{half}", parts[half::AT_ONCE])
            for half in range(AT_ONCE)
        ]
        return {death.point: death for run in runs for death in run.result()}


def _die_everywhere(common: Stage, folder: Path, parts: Sequence[Sequence[tuple[str, str]]]) -> list[Death]:
    """Run some lanes one after the other; short ones, since each life looks at all that is there."""
    return [
        death for number, part in enumerate(parts) for death in common.lane(folder / str(number)).run(part)
    ]
