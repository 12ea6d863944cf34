"""What the compatibility page says is what the routes say."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_routes_say() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "compatibility.py"))["page"]()
    page = ROOT / "docs" / "api" / "compatibility.md"
    assert page.read_text() == written, "run: python scripts/compatibility.py"
