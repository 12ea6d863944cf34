from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.errors import EngineNotReady
from kinodex.engines import weights
from kinodex.engines.conse import ConseVisual, Labels, unit
from kinodex.engines.minilm_onnx import MiniLmSentences

CLASSES, DIMENSIONS = 1000, 384


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    """Random labels that share a direction, as names of things do."""
    random = np.random.default_rng(5)
    return unit(random.standard_normal((CLASSES, DIMENSIONS)) + 4 * random.standard_normal(DIMENSIONS))


@pytest.fixture(scope="module")
def labels(places: np.ndarray) -> Labels:
    return Labels(places)


def seen(shares: dict[int, float]) -> np.ndarray:
    """Return probabilities; what is left goes evenly to all classes."""
    rest = 1 - sum(shares.values())
    row = np.full(CLASSES, rest / CLASSES, dtype=np.float32)
    for place, share in shares.items():
        row[place] += share
    return row


def test_a_sure_picture_stands_at_its_label(labels: Labels, places: np.ndarray) -> None:
    query = labels.without_common(places[[3]])[0]

    assert labels.place(seen({3: 1.0})) @ query > 0.999


def test_a_picture_of_two_things_is_near_both_and_far_from_others(labels: Labels, places: np.ndarray) -> None:
    queries = labels.without_common(places[[3, 4, 5]])

    first, second, other = queries @ labels.place(seen({3: 0.5, 4: 0.5}))

    assert min(first, second) > 0.5
    assert abs(other) < 0.2


def test_an_unsure_picture_is_near_nothing(labels: Labels, places: np.ndarray) -> None:
    queries = labels.without_common(places)

    assert np.abs(queries @ labels.place(seen({}))).max() < 0.2


def test_likeness_falls_with_certainty(labels: Labels, places: np.ndarray) -> None:
    query = labels.without_common(places[[3]])[0]

    likeness = [float(labels.place(seen({3: share})) @ query) for share in (0.1, 0.3, 0.6, 0.9)]

    assert likeness == sorted(likeness)
    assert likeness[0] < 0.5


def test_every_row_has_length_one_in_any_shape(labels: Labels) -> None:
    random = np.random.default_rng(1)
    probabilities = random.dirichlet(np.full(CLASSES, 0.01), size=(4, 3)).astype(np.float32)

    vectors = labels.place(probabilities)

    assert (vectors.shape, vectors.dtype) == ((4, 3, DIMENSIONS), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5)


def test_labels_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        Labels(np.ones((10, DIMENSIONS), dtype=np.float32))


def test_spaces_are_known_without_files_and_differ(tmp_path: Path) -> None:
    sentences = MiniLmSentences(tmp_path, threads=1)
    visual = ConseVisual(tmp_path, threads=1, sentences=sentences)

    assert len({visual.meaning_space.id, visual.appearance_space.id, sentences.space.id}) == 3
    assert visual.meaning_space == ConseVisual(tmp_path, threads=2, sentences=sentences).meaning_space


def test_without_files_each_engine_names_the_command(tmp_path: Path) -> None:
    sentences = MiniLmSentences(tmp_path, threads=1)
    visual = ConseVisual(tmp_path, threads=1, sentences=sentences)

    for engine in (sentences, visual):
        with pytest.raises(EngineNotReady, match="sh scripts/setup"):
            engine.warm_up()
    with pytest.raises(EngineNotReady):
        visual.embed_frames([np.zeros((10, 10, 3), dtype=np.uint8)])
    with pytest.raises(EngineNotReady):
        visual.embed_words(["a clock"])


def test_files_that_are_not_models_are_named(tmp_path: Path) -> None:
    for name in ("minilm/model.onnx", "minilm/tokenizer.json", "lite0/model.onnx", "lite0/label_vectors.npy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"not a model")
    weights.write_manifest(tmp_path)
    sentences = MiniLmSentences(tmp_path, threads=1)
    visual = ConseVisual(tmp_path, threads=1, sentences=sentences)

    with pytest.raises(EngineNotReady):
        sentences.embed_sentences(["a"])
    with pytest.raises(EngineNotReady):
        visual.embed_frames([np.zeros((10, 10, 3), dtype=np.uint8)])
