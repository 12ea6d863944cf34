"""What an operator can set or meet is documented."""

import re
import runpy
from pathlib import Path

from kinodex.cli.failures import Status
from kinodex.settings import PREFIX, Settings
from kinodex.usecases import asset_consistency, consistency

SCRIPTS = Path(__file__).parents[2] / "scripts"
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"


def test_the_settings_page_lists_exactly_the_settings() -> None:
    page = (OPERATIONS / "settings.md").read_text()
    listed = set(re.findall(r"^\| `(KINODEX_\w+)`", page, re.MULTILINE))
    assert listed == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_command_page_lists_exactly_the_exit_statuses() -> None:
    page = (OPERATIONS / "command.md").read_text()
    assert set(re.findall(r"^\| (\d+) \|", page, re.MULTILINE)) == {str(status.value) for status in Status}


def test_the_fsck_page_lists_exactly_the_findings() -> None:
    page = (OPERATIONS / "fsck.md").read_text()
    sources = "".join(Path(module.__file__).read_text() for module in (consistency, asset_consistency))
    kinds = re.findall(r'kind="(\w+)"', sources)
    assert set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE)) == set(kinds)


def test_the_models_page_lists_the_catalogue() -> None:
    page = runpy.run_path(str(SCRIPTS / "models_page.py"))["page"]
    assert (OPERATIONS / "models.md").read_text() == page()
