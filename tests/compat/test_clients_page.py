"""The examples of ``docs/api/clients.md`` do what they say, in the environment of each client."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from client_environments import javascript_environment, python_environment
from live import KEY, LiveServer

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "api" / "clients.md").read_text()
EXAMPLES = dict(re.findall(r"^## (.+?)\n.*?```\w+\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
SLOW = pytest.mark.slow


def _run(example: str, server: LiveServer, folder: Path, *command: str) -> str:
    (folder / "kinodex-data").mkdir()
    (folder / "kinodex-data" / "api-key").write_text(f"{KEY}\n")
    assert example.count("http://127.0.0.1:8080") == 1
    script = folder / "example.mjs"
    script.write_text(example.replace("http://127.0.0.1:8080", server.url))
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ran = subprocess.run(
        [*command, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_plain_http(server: LiveServer, tmp_path: Path) -> None:
    server.new_index("by plain http")
    assert "by plain http" in _run(EXAMPLES["Plain HTTP"], server, tmp_path, sys.executable)


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("Python 0.1 to 0.4", "0.1.25"),
        ("Python 0.1 to 0.4", "0.2.10"),
        ("Python 0.1 to 0.4", "0.3.2"),
        ("Python 0.1 to 0.4", "0.4.11"),
        ("Python 1", "1.3.6"),
    ],
)
@SLOW
def test_python(server: LiveServer, tmp_path: Path, title: str, version: str) -> None:
    server.new_index(f"by python {version}")
    python = str(python_environment(version))
    assert f"by python {version}" in _run(EXAMPLES[title], server, tmp_path, python)


@pytest.mark.parametrize(("title", "version"), [("JavaScript 0.4", "0.4.9"), ("JavaScript 1", "1.3.4")])
@SLOW
def test_javascript(server: LiveServer, tmp_path: Path, title: str, version: str) -> None:
    server.new_index(f"by javascript {version}")
    (tmp_path / "node_modules").symlink_to(javascript_environment(version) / "node_modules")
    assert f"by javascript {version}" in _run(EXAMPLES[title], server, tmp_path, "node")
