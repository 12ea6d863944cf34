"""Pictures are scaled, cut and normalised as ``preprocessor_config.json`` says."""

import numpy as np
import pytest

from kinodex.domain.errors import EngineNotReady
from kinodex.engines.dual_encoders.pixels import pixel_rules, to_pixels

CLIP = {
    "do_resize": True, "size": {"shortest_edge": 224}, "resample": 3,
    "do_center_crop": True, "crop_size": {"height": 224, "width": 224},
    "do_rescale": True, "rescale_factor": 1 / 255,
    "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
}  # fmt: skip
OLD_CLIP = {
    "do_resize": True, "size": 224, "resample": 3, "do_center_crop": True, "crop_size": 224,
    "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
}  # fmt: skip
SQUASHED = {
    "do_resize": True, "size": {"height": 224, "width": 224}, "resample": 2,
    "do_rescale": True, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
}  # fmt: skip


def pixels(frame, config):
    return to_pixels([frame], pixel_rules(config, name="films"))


@pytest.mark.parametrize("shape", [(360, 640), (640, 360), (100, 100), (225, 224), (48, 900)])
@pytest.mark.parametrize("config", [CLIP, OLD_CLIP, SQUASHED], ids=["cut", "old form", "squashed"])
def test_every_shape_becomes_the_shape_of_the_network(config, shape):
    made = pixels(np.full((*shape, 3), 255, np.uint8), config)
    assert (made.shape, made.dtype) == ((1, 3, 224, 224), np.float32)
    assert np.allclose(made, 1.0)


def test_the_sides_are_cut_off_and_the_middle_stays():
    wide = np.zeros((224, 448, 3), np.uint8)
    wide[:, 112:336] = 255
    assert pixels(wide, CLIP).min() == 1.0
    assert pixels(wide, SQUASHED).min() == -1.0


def test_the_channels_keep_their_order():
    red = np.zeros((224, 224, 3), np.uint8)
    red[..., 0] = 255
    assert pixels(red, CLIP)[0, :, 0, 0].tolist() == [1.0, -1.0, -1.0]


def test_without_normalising_and_rescaling_values_stay_as_they_are():
    config = {**CLIP, "do_normalize": False, "do_rescale": False}
    assert pixels(np.full((224, 224, 3), 200, np.uint8), config).max() == 200


def test_fine_detail_is_averaged_and_not_sampled():
    stripes = np.zeros((896, 896, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(pixels(stripes, CLIP)).max() < 0.1


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": {"longest_edge": 224}},
        {"resample": 9},
        {"image_mean": [0.5]},
        {"crop_size": None},
        {"size": None},
    ],
    ids=str,
)
def test_rules_that_are_not_known_are_refused(wrong):
    with pytest.raises(EngineNotReady, match=r"preprocessor_config\.json has rules that are not known"):
        pixel_rules({**CLIP, **wrong}, name="films")
