"""
Environments of their own for clients that nobody here wrote, in exactly the versions that are locked.

They are made where they are first needed and kept in the user's cache folder; a change of a lock makes
another. Where packages come from is pip's and npm's own configuration.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = Path(__file__).parents[2] / "requirements" / "clients"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kinodex" / "clients"
_MADE = ".made"
_WRONG = ("DO NOT MATCH THE HASHES", "EINTEGRITY")
_LONGEST_S = 300


def python_environment(version: str) -> Path:
    """Return the interpreter of an environment that holds a version of ``twelvelabs``."""
    lock = LOCKS / f"python-{version}.txt"
    folder = _folder(f"python-{version}-py{sys.version_info[0]}{sys.version_info[1]}", lock.read_bytes())
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    _make(
        folder,
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock)],
    )
    return python


def javascript_environment(version: str) -> Path:
    """Return a folder with a version of ``twelvelabs-js`` in its ``node_modules``."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    source = LOCKS / f"javascript-{version}"
    lock = (source / "package-lock.json").read_bytes()
    folder = _folder(f"javascript-{version}", lock)
    copy = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2])"
    _make(
        folder,
        [sys.executable, "-c", copy, str(source), str(folder)],
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)],
    )
    return folder


def _folder(name: str, lock: bytes) -> Path:
    return CACHE / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"


def _make(folder: Path, *commands: list[str]) -> None:
    """Make a folder by commands, once for all processes; skip the test where the network is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / _MADE).exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        for command in commands:
            ran = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_LONGEST_S,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            if ran.returncode != 0:
                _give_up(command, f"{ran.stdout}\n{ran.stderr}")
        (folder / _MADE).touch()


def _give_up(command: list[str], said: str) -> None:
    if any(word in said for word in _WRONG):
        pytest.fail(f"what was downloaded is not what is locked: {said[-2000:]}")
    pytest.skip(
        f"the client cannot be installed here and is not in {CACHE}: {' '.join(command)}: {said[-400:]}"
    )
