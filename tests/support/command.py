"""The command, run as a user would run it."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

from live import KEY, LiveServer


class Command:
    """Runs ``kinodex`` as a user would, pointed at one server."""

    def __init__(self, server: LiveServer) -> None:
        self._environment = {
            **os.environ,
            "KINODEX_API_KEY": KEY,
            "KINODEX_PORT": str(urlsplit(server.url).port),
        }

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "kinodex", *arguments],
            env={**self._environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def answer(self, *arguments: str) -> Any:
        ran = self.run(*arguments, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)
