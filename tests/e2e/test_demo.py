"""``kinodex demo``: what a newcomer sees first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from kinodex import sample

pytestmark = pytest.mark.slow


def _demo(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KINODEX_")}
    return subprocess.Popen(
        [sys.executable, "-m", "kinodex", "demo", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_once_prints_three_answers_with_times_and_reasons_and_ends(tmp_path: Path) -> None:
    printed, _ = (demo := _demo(tmp_path, "--once")).communicate(timeout=120)
    assert demo.returncode == 0
    for question in sample.QUESTIONS:
        assert f"{question.kind}: “{question.text}”" in printed
        assert f"{question.kind} (" in printed
    assert "x real time" in printed


def test_without_it_the_server_stays_until_the_demo_is_told_to_end(tmp_path: Path) -> None:
    demo = _demo(tmp_path)
    assert demo.stdout is not None
    with demo.stdout as printed:
        address = next(line for line in printed if line.startswith("Kinodex serves on at ")).split()[-1]
        assert requests.get(f"{address}/healthz", timeout=10).ok
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(timeout=40) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/healthz", timeout=10)
    assert (tmp_path / "kinodex-data").stat().st_mode & 0o077 == 0
