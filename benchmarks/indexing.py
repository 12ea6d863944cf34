"""
How fast the whole default profile indexes a video, step by step.

    python benchmarks/indexing.py [VIDEO …] [--rounds N] [--json]

Runs the production steps with the real engines in one process, each round into a fresh data folder, and
prints seconds and multiples of real time: the median over the rounds. Where an ``ffmpeg`` program is
installed, its bare decode of the same file (``ffmpeg -f null``) is timed in the same round, for scale.
"""

import argparse
import json
import logging
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog

from kinodex import bootstrap, sample
from kinodex.domain.ids import TaskId
from kinodex.settings import Settings
from kinodex.usecases.estimates import STEPS
from kinodex.usecases.tasks import TaskRequest

Result = TypeVar("Result")


class Straight:
    """Checkpoints of a benchmark: nothing is remembered."""

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        """Run a step."""
        return step()


def measure(video: Path, executor: Any) -> dict[str, float]:
    """Index a video once; return seconds by step, the total, and the duration of the video."""
    folder = Path(tempfile.mkdtemp(prefix="kinodex-benchmark-"))
    try:
        settings = Settings(data_dir=folder)
        with bootstrap.opened(settings, executor=executor) as usecases:
            index = usecases.indexes.create(
                "benchmark", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3"
            )
            upload = usecases.tasks.new_upload()
            shutil.copyfile(video, upload)
            request = TaskRequest(index_id=index.id, generation="v1.3")
            task = usecases.tasks.create_from_file(request, upload, filename=video.name)
            began = time.perf_counter()
            usecases.indexing.run(TaskId(task.id), Straight())
            total = time.perf_counter() - began
            seconds = {step.step: step.seconds or 0.0 for step in usecases.tasks.steps(task.id)}
        return {**seconds, "total": total, "duration": task.duration_s or 0.0}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bare_decode(video: Path) -> float | None:
    """Return the seconds ffmpeg needs to decode the file and throw it away, if it is installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    command = [program, "-v", "error", "-nostdin", "-threads", "1", "-i", str(video), "-f", "null", "-"]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def run(video: Path, executor: Any, *, rounds: int) -> dict[str, Any]:
    """Return the medians of some rounds on one video."""
    measured, decoded = [], []
    for _ in range(rounds):
        measured.append(measure(video, executor))
        decoded.append(bare_decode(video))
    middle = {name: statistics.median(each[name] for each in measured) for name in measured[0]}
    duration = middle["duration"]
    known = [each for each in decoded if each is not None]
    return {
        "video": video.name,
        "duration_s": duration,
        "seconds": {name: middle[name] for name in STEPS if name in middle},
        "total_s": middle["total"],
        "times_real_time": duration / middle["total"],
        "ffmpeg_null_s": statistics.median(known) if known else None,
        "decode_over_ffmpeg_null": statistics.median(known) / middle["decode"] if known else None,
    }


def show(result: dict[str, Any]) -> None:
    """Print one result for people."""
    duration = result["duration_s"]
    print(f"\n{result['video']}: {duration:.1f} s of video")
    for name, seconds in result["seconds"].items():
        print(f"  {name:18} {seconds:8.2f} s   {seconds / duration:7.4f} s per s of video")
    print(f"  {'all steps':18} {result['total_s']:8.2f} s   {result['times_real_time']:7.2f} x real time")
    if result["ffmpeg_null_s"] is not None:
        ratio = result["decode_over_ffmpeg_null"]
        bare_s = result["ffmpeg_null_s"]
        print(f"  ffmpeg -f null     {bare_s:8.2f} s   our decode step: {ratio:.2f} x its speed")


def main() -> None:
    """Run the benchmark of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", nargs="*", type=Path, help="video files; the sample clip without any")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object of named figures")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    executor = bootstrap.build_executor(Settings())
    executor.warm_up()
    results = [run(video, executor, rounds=arguments.rounds) for video in arguments.videos or [sample.path()]]
    if arguments.json:
        json.dump({"results": results}, sys.stdout, indent=2)
        print()
        return
    for result in results:
        show(result)


if __name__ == "__main__":
    main()
