"""
How fast the decode pass is, as a share of a loop that only decodes.

    python benchmarks/decoding.py FILE [--rounds 5] [--json]

Both run in this process on one thread, without the child's start-up and sandbox, in turns; the numbers are
processor seconds, the median of the rounds. The bare loop decodes pictures and sound and keeps nothing.
"""

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kinodex.media.decoding import decode
from kinodex.media.opening import open_video
from kinodex.media.probing import probe
from kinodex.media.pyav import Allowance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.file.absolute(), rounds=options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:24} {value:.3f}")


def measure(path: Path, *, rounds: int) -> dict[str, float]:
    gc.freeze()  # as the child does
    jobs: dict[str, Callable[[Path], None]] = {
        "pictures_cpu_s": _decode_pictures,
        "pictures_and_sound_cpu_s": _decode_all,
        "pass_cpu_s": _run_pass,
    }
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            started = time.process_time()
            job(path)
            taken[name].append(time.process_time() - started)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    return {
        **medians,
        "ratio_to_pictures": medians["pictures_cpu_s"] / medians["pass_cpu_s"],
        "ratio": medians["pictures_and_sound_cpu_s"] / medians["pass_cpu_s"],
    }


def _decode_pictures(path: Path) -> None:
    _decode(path, with_sound=False)


def _decode_all(path: Path) -> None:
    _decode(path, with_sound=True)


def _decode(path: Path, *, with_sound: bool) -> None:
    with open_video(path, max_pixels=Allowance().max_pixels, with_sound=with_sound) as file:
        for packet in file.packets():
            packet.decode()


def _run_pass(path: Path) -> None:
    max_pixels = Allowance().max_pixels
    facts = probe(path, max_pixels=max_pixels)
    with tempfile.TemporaryDirectory() as folder:
        decode(path, Path(folder), facts=facts, max_pixels=max_pixels, progress=_ignore)


def _ignore(share: float) -> None:
    """Take no notice of progress."""


if __name__ == "__main__":
    main()
