"""A checkpoint that was trained and exported as the large ones are, loaded by the same loader."""

import cv2
import numpy as np
import pytest
from checkpoints import TINY_CLIP, changed, copy_of, reference
from tests.models.scenes import draw, held_out

from kinodex.domain.errors import EngineNotReady
from kinodex.engines.dual_encoders.encoder import DualEncoder, dimensions_of
from kinodex.engines.dual_encoders.layout import read_layout

SCENES = held_out()


def encoder(folder=TINY_CLIP):
    layout = read_layout(folder, name="tiny-clip")
    return DualEncoder(layout, build="0" * 16, dimensions=dimensions_of(layout, threads=1), threads=1)


@pytest.fixture(scope="module")
def tiny():
    return encoder()


def test_its_vectors_are_those_of_the_model_it_was_exported_from(tiny):
    known = reference(TINY_CLIP)
    seen = tiny.embed_frames(list(known["pictures"]))
    assert np.abs(seen.appearance - known["seen"]).max() < 1e-5
    assert np.abs(tiny.embed_words([str(text) for text in known["captions"]]) - known["read"]).max() < 1e-5


def test_a_description_finds_its_picture_among_compositions_never_seen_in_training(tiny):
    chance = np.random.default_rng(5)
    seen = tiny.embed_frames([draw(scene, size_px=64, chance=chance) for scene in SCENES]).appearance
    read = tiny.embed_words([scene.caption for scene in SCENES])
    first = (read @ seen.T).argmax(axis=1) == np.arange(len(SCENES))
    assert first.mean() >= 0.9


def test_a_picture_of_any_size_is_found(tiny):
    chance = np.random.default_rng(6)
    wide = [cv2.resize(draw(scene, size_px=64, chance=chance), (360, 360)) for scene in SCENES[:20]]
    read = tiny.embed_words([scene.caption for scene in SCENES[:20]])
    assert ((read @ tiny.embed_frames(wide).appearance.T).argmax(axis=1) == np.arange(20)).mean() >= 0.9


def test_words_and_pictures_share_one_space_with_one_view_a_picture(tiny):
    assert tiny.meaning_space == tiny.appearance_space
    vectors = tiny.embed_frames([np.zeros((40, 60, 3), np.uint8)] * 3)
    assert vectors.meaning.shape == (3, 1, tiny.meaning_space.dimensions)
    assert vectors.appearance.shape == (3, tiny.meaning_space.dimensions)
    assert vectors.meaning.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors.appearance, axis=1), 1.0, atol=1e-5)


def test_no_words_are_no_rows(tiny):
    assert tiny.embed_words([]).shape == (0, tiny.meaning_space.dimensions)


def test_a_vector_does_not_depend_on_its_batch(tiny):
    texts = [scene.caption for scene in SCENES[:6]] + ["a red ring"]
    together, alone = tiny.embed_words(texts), np.concatenate([tiny.embed_words([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_a_description_longer_than_the_network_takes_is_cut(tiny):
    assert tiny.embed_words(["a red circle on grass " * 50]).shape == (1, tiny.meaning_space.dimensions)


def test_templates_move_the_vectors_of_words(tmp_path, tiny):
    folder = copy_of(TINY_CLIP, tmp_path / "model")
    changed(folder, "kinodex.json", templates=["{}", "a photo of {}"])
    texts = ["a red circle on grass, left"]
    assert 0.3 < float((encoder(folder).embed_words(texts) @ tiny.embed_words(texts).T)[0, 0]) < 0.9999


def test_its_probabilities_tell_right_from_wrong(tiny):
    chance = np.random.default_rng(7)
    seen = tiny.embed_frames([draw(scene, size_px=64, chance=chance) for scene in SCENES[:40]]).appearance
    cosines = tiny.embed_words([scene.caption for scene in SCENES[:40]]) @ seen.T
    sure = np.vectorize(tiny.meaning_calibration.probability)(cosines)
    assert np.median(np.diag(sure)) > 0.75
    assert np.median(sure[~np.eye(40, dtype=bool)]) < 0.1


def test_a_graph_that_takes_something_else_is_refused(tmp_path):
    folder = copy_of(TINY_CLIP, tmp_path / "model")
    (folder / "onnx/text_model.onnx").write_bytes((folder / "onnx/vision_model.onnx").read_bytes())
    with pytest.raises(EngineNotReady, match=r"text_model\.onnx takes pixel_values and no input_ids"):
        encoder(folder).warm_up()


def test_a_broken_graph_is_refused(tmp_path):
    folder = copy_of(TINY_CLIP, tmp_path / "model")
    (folder / "onnx/vision_model.onnx").write_bytes(b"no graph")
    with pytest.raises(EngineNotReady, match=r"vision_model\.onnx cannot be loaded"):
        encoder(folder)


def test_a_broken_tokenizer_is_refused(tmp_path):
    folder = copy_of(TINY_CLIP, tmp_path / "model")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(EngineNotReady, match=r"tokenizer\.json cannot be read"):
        encoder(folder).warm_up()
