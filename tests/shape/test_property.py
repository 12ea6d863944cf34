"""What lies in the repository says nothing about the machine it was made on, and installs what it should."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [ROOT / "requirements" / name for name in ("base.txt", "dev.txt", "models.txt")]

# Written in two halves, so that this file is not what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me/\w+|Use" r"rs/\w+)/")
INDEX_OPTIONS = re.compile(r"--(?:extra-)?index" r"-url\b|--find" r"-links\b|^\s*-[fi]\s", re.MULTILINE)
INDEX_HOSTS = re.compile(r"pypi\." r"org|files\.python" r"hosted|/simp" r"le\b|art" r"ifactory|dev" r"pi\b")


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("this is not a git checkout")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> dict[str, str]:
    """Return the tracked files that are text."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found[str(path.relative_to(ROOT))] = content.decode()
    return found


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert [name for name, text in texts().items() if MACHINE_PATHS.search(text)] == []


def test_no_file_says_where_packages_come_from() -> None:
    hosts = [name for name, text in texts().items() if INDEX_HOSTS.search(text)]
    options = [path.name for path in LOCKS if INDEX_OPTIONS.search(path.read_text())]
    assert (hosts, options) == ([], [])
    assert not [path for path in tracked() if path.name in {"uv.lock", "poetry.lock"}]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_locked_package_has_one_version_and_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^#.*\n", "", lock.read_text()))
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


@pytest.mark.parametrize("lock", LOCKS[:2], ids=lambda path: path.name)
def test_one_opencv_is_installed_and_no_torch(lock: Path) -> None:
    names = re.findall(r"(?m)^([a-z0-9.-]+)==", lock.read_text())
    assert [name for name in names if name.startswith("opencv")] == ["opencv-python-headless"]
    assert not {"torch", "torchvision", "transformers", "tensorflow"} & set(names)


def test_tests_run_with_the_versions_that_users_get() -> None:
    base, development = (
        set(re.findall(r"(?m)^[a-z0-9.-]+==[^\\\n]+", lock.read_text())) for lock in LOCKS[:2]
    )
    assert base <= development


def test_a_change_of_dependencies_reaches_the_locks() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    wanted = re.findall(r'(?m)^    "([A-Za-z0-9_-]+)[^"]*[<=>]', project.split("[project.scripts]")[0])
    locked = set(re.findall(r"(?m)^([a-z0-9.-]+)==", LOCKS[1].read_text()))
    assert len(wanted) > 20
    assert [name for name in wanted if name.lower().replace("_", "-") not in locked] == []
