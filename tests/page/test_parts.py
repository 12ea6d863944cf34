"""The parts of the page that need no browser, tested in their own language."""

import shutil
import subprocess

import pytest
from browsing import WEB

pytestmark = pytest.mark.slow

LONGEST_S = 120


def test_queries_times_addresses_and_copied_requests_are_right() -> None:
    if not shutil.which("npm"):
        pytest.skip("there is no Node here")
    if not (WEB / "node_modules" / "vite").exists():
        pytest.skip("what the page is built with is not installed: run 'npm ci' in web/")
    ran = subprocess.run(
        ["npm", "test"], cwd=WEB, check=False, capture_output=True, text=True, timeout=LONGEST_S
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# fail 0" in ran.stdout
    assert "# pass 0" not in ran.stdout
