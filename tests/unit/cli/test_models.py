"""``kinodex models``, run as a user runs it."""

import json
import os
import subprocess
import sys

import pytest
from checkpoints import TINY_CLIP, copy_of

pytestmark = pytest.mark.slow


@pytest.fixture
def kinodex(tmp_path):
    """The command with a models folder of its own."""
    environment = {**os.environ, "KINODEX_MODELS_DIR": str(tmp_path / "models"), "HF_HUB_OFFLINE": "1"}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "kinodex", "models", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    return run


def test_a_model_is_brought_from_a_folder_listed_verified_and_removed(kinodex, tmp_path):
    pulled = kinodex("pull", "scenes", "--from", str(TINY_CLIP))
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert "KINODEX_VISUAL_MODEL=scenes kinodex serve" in pulled.stdout

    listed = {model["name"]: model for model in json.loads(kinodex("ls", "--json").stdout)}
    assert listed["scenes"]["installed"]
    assert listed["scenes"]["source"] == "folder"
    assert not listed["clip-vit-b32"]["installed"]

    assert kinodex("verify", "scenes").returncode == 0
    (tmp_path / "models/brought/scenes/tokenizer.json").write_text("{}")
    broken = kinodex("verify", "scenes")
    assert broken.returncode == 7
    assert "tokenizer.json is not the file installed" in broken.stdout

    assert kinodex("rm", "scenes").returncode == 0
    assert kinodex("rm", "scenes").returncode == 2


def test_a_folder_that_is_not_whole_is_refused_with_what_it_lacks(kinodex, tmp_path):
    folder = copy_of(TINY_CLIP, tmp_path / "half")
    (folder / "preprocessor_config.json").unlink()
    refused = kinodex("pull", "scenes", "--from", str(folder))
    assert refused.returncode == 6
    assert "has no preprocessor_config.json" in refused.stderr


def test_a_name_nobody_knows_is_refused_with_the_known_ones(kinodex):
    refused = kinodex("pull", "clip")
    assert refused.returncode == 2
    assert "There is no model called 'clip'; there are clip-vit-b32," in refused.stderr


def test_without_a_network_it_says_so_and_nothing_is_left(kinodex):
    refused = kinodex("pull", "clip-vit-b32")
    assert refused.returncode == 3
    assert "The model clip-vit-b32 could not be brought: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not any(model["installed"] for model in json.loads(kinodex("ls", "--json").stdout))


def test_a_precision_goes_with_a_folder_only(kinodex):
    assert "--precision goes with --from" in kinodex("pull", "clip-vit-b32", "--precision", "int8").stderr
    assert kinodex("pull", "scenes", "--from", str(TINY_CLIP), "--precision", "int4").returncode == 2


def test_a_server_does_not_start_with_a_model_that_is_not_here(tmp_path):
    served = subprocess.run(
        [sys.executable, "-m", "kinodex", "--data-dir", str(tmp_path / "data"), "serve", "--port", "0"],
        env={**os.environ, "KINODEX_MODELS_DIR": str(tmp_path / "models"), "KINODEX_VISUAL_MODEL": "scenes"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert served.returncode == 2
    assert "'kinodex models pull scenes' brings it" in served.stderr
