"""The examples of the README do what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from live import KEY, LiveServer

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[2] / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=["requests", "official client"])
def test_an_example_prints_the_moments_it_looks_for(
    server: LiveServer, clip_url: str, tmp_path: Path, example: str
) -> None:
    (tmp_path / "kinodex-data").mkdir()
    (tmp_path / "kinodex-data" / "api-key").write_text(f"{KEY}\n")
    # Another address, another film, and words that are said in it; the rest is as printed.
    here = example.replace("http://127.0.0.1:8080", server.url)
    here = here.replace("https://example.com/lecture.mp4", clip_url)
    here = here.replace("how photosynthesis works", "five dozen liquor jugs")
    assert here.count(server.url) == 1
    assert here.count(clip_url) == 1

    ran = subprocess.run(
        [sys.executable, "-c", here], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip(), "a moment is printed"
