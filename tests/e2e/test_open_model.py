"""A model that was brought by name looks at pictures: from the command to a found moment."""

import os
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from checkpoints import TINY_CLIP
from live import live_server
from tests.models.scenes import Scene, draw, is_held_out

pytestmark = pytest.mark.slow

FPS, SCENE_S, SIDE_PX = 10, 4, 480
SHOWN = (
    Scene("red", "star", "grass", "left"),
    Scene("blue", "ring", "sand", "right"),
    Scene("yellow", "cross", "night", "middle"),
    Scene("white", "circle", "brick", "left"),
    Scene("purple", "square", "sky", "right"),
)


def write_film(path):
    """Write a film of some scenes that the model has not seen in training, one after the other."""
    chance = np.random.default_rng(11)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        video.width = video.height = SIDE_PX
        video.pix_fmt = "yuv420p"
        for number, scene in enumerate(SHOWN):
            picture = draw(scene, size_px=SIDE_PX, chance=chance)
            for tick in range(FPS * SCENE_S):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number * FPS * SCENE_S + tick, Fraction(1, FPS)
                container.mux(video.encode(frame))
        container.mux(video.encode())
    return path


@pytest.fixture(scope="module")
def folder_with_the_model(models_dir, tmp_path_factory):
    """A models folder with the offline profile, and the tiny checkpoint brought into it by the command."""
    folder = tmp_path_factory.mktemp("models")
    for path in models_dir.iterdir():
        if path.name != "brought":
            (folder / path.name).symlink_to(path)
    command = [sys.executable, "-m", "kinodex", "models", "pull", "scenes", "--from", str(TINY_CLIP)]
    subprocess.run(command, env={**os.environ, "KINODEX_MODELS_DIR": str(folder)}, check=True)
    return folder


@pytest.fixture(scope="module")
def server(folder_with_the_model, tmp_path_factory):
    environment = {"KINODEX_MODELS_DIR": str(folder_with_the_model), "KINODEX_VISUAL_MODEL": "scenes"}
    with live_server(tmp_path_factory.mktemp("server"), environment=environment) as running:
        running.wait_ready()
        yield running


@pytest.fixture(scope="module")
def film(server, tmp_path_factory):
    index_id = server.new_index()
    path = write_film(tmp_path_factory.mktemp("film") / "scenes.mp4")
    with path.open("rb") as file:
        form = {"index_id": index_id, "language": "en"}
        task = server.post("/v1.1/tasks", data=form, files={"video_file": ("scenes.mp4", file, "video/mp4")})
    assert server.wait_for(task["_id"])["status"] == "ready"
    return index_id


@pytest.mark.parametrize("scene", SHOWN, ids=lambda scene: scene.caption)
def test_each_scene_is_found_by_its_description(server, film, scene):
    start_s = SHOWN.index(scene) * SCENE_S
    best = server.search(film, scene.caption, ["visual"])["data"][0]
    assert start_s - 0.5 <= best["start"] < best["end"] <= start_s + SCENE_S + 0.5
    assert best["confidence"] == "high"
    assert best["explain"][0]["engine"] == "scenes"


def test_some_of_the_scenes_are_new_to_the_model():
    assert sum(is_held_out(scene) for scene in SHOWN) >= 1


def test_what_is_not_shown_is_no_confident_match(server, film):
    answer = server.search(film, "a green triangle on brick, middle", ["visual"])
    assert not [moment for moment in answer["data"] if moment["confidence"] == "high"]


def test_a_picture_finds_its_scene(server, film):
    import cv2

    chance = np.random.default_rng(12)
    picture = cv2.imencode(".png", draw(SHOWN[3], size_px=200, chance=chance)[..., ::-1])[1].tobytes()
    asked = {"index_id": film, "search_options": "visual", "query_media_type": "image"}
    files = {"query_media_file": ("frame.png", picture, "image/png")}
    best = server.post("/v1.3/search", data=asked, files=files)["data"][0]
    assert 3 * SCENE_S - 0.5 <= best["start"] < best["end"] <= 4 * SCENE_S + 0.5


def test_the_server_says_which_model_looks_and_how_sure_its_figures_are(server):
    capabilities = server.get("/capabilities")
    assert capabilities["profile"] == "open"
    assert capabilities["search_options"]["visual"]["engine"] == "scenes"
    assert capabilities["search_options"]["visual"]["calibration"] == "fitted"


def test_after_a_change_of_the_model_it_says_what_is_not_compared(server, film, models_dir):
    server.stop()
    with live_server(server.data_dir, environment={"KINODEX_MODELS_DIR": str(models_dir)}) as other:
        other.wait_ready()
        answer = other.search(film, "a red star", ["visual"])
    assert "1 video was indexed with another visual model" in str(answer)
