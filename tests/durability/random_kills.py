"""
Kills at random moments. To run many of them by hand, from the root of the repository:

    PYTHONPATH=tests/support .venv/bin/python -m tests.durability.random_kills --kills 1000
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.durability.lanes import KILLED, Stage, stage

LONGEST_S = 0.8
"""A life that has looked at everything goes on for at most so long: about two tasks."""

DEATHS_PER_LANE = 25
"""Each life looks at all videos there are, so a lane that goes on and on becomes slow."""


@dataclass
class Report:
    kills: int = 0
    violations: list[str] = field(default_factory=list)
    ends: Counter[int] = field(default_factory=Counter)


def run(
    folder: Path,
    *,
    kills: int,
    moments: random.Random,
    most_s: float,
    at_once: int = 1,
    tell: Callable[[Report], None] | None = None,
    **options: Any,
) -> Report:
    """
    Kill so many times, or for so long, and return what was found wrong.

    Args:
        folder: Where data is kept.
        kills: How many.
        moments: Where chance comes from.
        most_s: Begin no further lane after so many seconds.
        at_once: Lanes side by side.
        tell: Told what came of all lanes so far, now and then.
        options: Further arguments of each life.
    """
    report, ends_at = Report(), time.monotonic() + most_s
    sizes = [min(DEATHS_PER_LANE, kills - start) for start in range(0, kills, DEATHS_PER_LANE)]
    seeds = [moments.randrange(2**32) for _ in sizes]
    with stage(folder) as common, ThreadPoolExecutor(at_once) as pool:
        lanes = [
            pool.submit(_lane, common, folder / f"lane{number}", size, seed, ends_at, options)
            for number, (size, seed) in enumerate(zip(sizes, seeds, strict=True))
        ]
        for lane in lanes:
            part = lane.result()
            report.kills += part.kills
            report.violations += part.violations
            report.ends += part.ends
            if tell is not None:
                tell(report)
    return report


def _lane(
    common: Stage, folder: Path, kills: int, seed: int, ends_at: float, options: dict[str, Any]
) -> Report:
    report, moments = Report(), random.Random(seed)
    if time.monotonic() > ends_at:
        return report
    lane = common.lane(folder, **options)
    for number in range(kills + 1):
        # The last one only looks.
        arguments = {"scenario": "everything", "kill_after_s": moments.uniform(0.0, LONGEST_S)}
        if number == kills:
            arguments = {"scenario": "none"}
        status = lane.live(point="none", **arguments)
        report.ends[status] += 1
        report.kills += status == KILLED
        report.violations += [f"{folder.name}, life {number}: {each}" for each in lane.found()]
        if status not in {0, KILLED}:
            report.violations.append(f"{folder.name}, life {number} ended {status}: {lane.log()}")
    shutil.rmtree(folder)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinodex-kills-") as folder:
        began = time.monotonic()
        report = run(
            Path(folder),
            kills=arguments.kills,
            moments=random.Random(arguments.seed),
            most_s=60 * arguments.minutes,
            at_once=2,
            tell=lambda report: print(report, flush=True),  # noqa: T201
        )
    seconds = time.monotonic() - began
    print(f"seed {arguments.seed}: {report.kills} kills in {seconds:.0f} s, ends {dict(report.ends)}")  # noqa: T201
    for violation in report.violations:
        print(violation)  # noqa: T201
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
