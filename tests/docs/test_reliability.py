"""Every test a promise leans on exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tests_that_show_the_promises_exist() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    assert set(re.findall(r"\*\*(P\d+)\*\*", page)) == {f"P{number}" for number in range(1, 11)}
    named = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", page)
    rows = [line for line in page.splitlines() if line.startswith("| **P")]
    assert [row for row in rows if "::test_" not in row] == [], "a promise that nothing shows"
    missing = [f"{path}::{name}" for path, name in named if f"def {name}(" not in _content(path)]
    assert missing == []


def _content(path: str) -> str:
    file = ROOT / path
    return file.read_text() if file.exists() else ""
