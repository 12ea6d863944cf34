"""Models brought by name: put in place whole or not at all, checked, verified, removed."""

import numpy as np
import pytest
from checkpoints import TINY_CLIP, changed, copy_of

from kinodex.domain.errors import EngineNotReady, ModelNotBrought, ModelUnknown
from kinodex.engines.installing.folder import MANIFEST, InstalledModels, copy_from


@pytest.fixture
def models(tmp_path):
    return InstalledModels(tmp_path / "models", threads=1)


@pytest.fixture
def installed(models):
    models.install("tiny", "fp32", copy_from(TINY_CLIP, name="tiny"))
    return models


def test_an_installed_model_works_as_an_engine(installed):
    encoder = installed.encoder("tiny")
    encoder.warm_up()
    assert encoder.embed_words(["a red circle"]).shape == (1, encoder.meaning_space.dimensions)
    assert encoder.name == encoder.meaning_space.engine == "tiny"


def test_it_is_listed_with_what_it_is(installed):
    (listed,) = installed.all()
    assert (listed.name, listed.source, listed.precision) == ("tiny", "folder", "fp32")
    assert listed.size_bytes == sum(
        path.stat().st_size for path in TINY_CLIP.rglob("*") if path.is_file() and path.suffix != ".npz"
    )
    assert "reference.npz" not in listed.files


def test_the_same_files_make_the_same_space_wherever_they_lie(installed, tmp_path):
    other = InstalledModels(tmp_path / "elsewhere", threads=1)
    other.install("tiny", "fp32", copy_from(TINY_CLIP, name="tiny"))
    assert other.encoder("tiny").meaning_space == installed.encoder("tiny").meaning_space


def test_nothing_is_installed_when_files_are_missing(models, tmp_path):
    folder = copy_of(TINY_CLIP, tmp_path / "model")
    (folder / "onnx/text_model.onnx").unlink()
    with pytest.raises(EngineNotReady, match=r"has no onnx/text_model\.onnx"):
        models.install("tiny", "fp32", copy_from(folder, name="tiny"))
    assert models.all() == ()


def test_a_failed_pull_leaves_the_earlier_model_in_place(installed):
    def broken(_incoming):
        raise ModelNotBrought("tiny", "the line is down")

    with pytest.raises(ModelNotBrought, match="the line is down"):
        installed.install("tiny", "fp32", broken)
    installed.encoder("tiny").warm_up()


def test_a_broken_download_goes_on_with_what_is_there(models):
    def half(incoming):
        (incoming / "config.json").write_bytes((TINY_CLIP / "config.json").read_bytes())
        raise ModelNotBrought("tiny", "the line is down")

    def rest(incoming):
        assert (incoming / "config.json").is_file()
        return copy_from(TINY_CLIP, name="tiny")(incoming)

    with pytest.raises(ModelNotBrought):
        models.install("tiny", "fp32", half)
    assert models.all() == ()
    models.install("tiny", "fp32", rest)
    assert [model.name for model in models.all()] == ["tiny"]


@pytest.mark.parametrize("name", ["", "..", "../tiny", "a/b", "Tiny", ".tiny", "a" * 65, "tiny\n"])
def test_a_name_that_could_leave_the_folder_is_refused(models, name):
    with pytest.raises(ModelNotBrought, match="a name has lower-case letters"):
        models.install(name, "fp32", copy_from(TINY_CLIP, name=name))
    with pytest.raises(ModelUnknown):
        models.get(name)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(EngineNotReady, match="is no folder"):
        copy_from(tmp_path / "nothing", name="tiny")


def test_a_model_that_is_not_here_is_refused_with_those_that_are(installed):
    with pytest.raises(ModelUnknown) as caught:
        installed.encoder("films")
    assert caught.value.message == (
        "The model 'films' is not on this machine (there are tiny); 'kinodex models pull films' brings it."
    )


def test_a_whole_model_verifies(installed):
    assert installed.verify("tiny") == ()


def test_a_changed_and_a_missing_file_are_found(installed):
    folder = installed.folder / "tiny"
    changed(folder, "config.json", projection_dim=4)
    (folder / "tokenizer.json").unlink()
    assert installed.verify("tiny") == (
        "config.json is not the file installed",
        "tokenizer.json is missing",
    )


def test_a_file_cut_short_is_found_before_it_is_loaded(installed):
    graph = installed.folder / "tiny/onnx/vision_model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1])
    with pytest.raises(
        EngineNotReady, match=r"onnx/vision_model\.onnx is missing or cut short; run 'kinodex"
    ):
        installed.encoder("tiny")


def test_a_model_that_computes_something_else_is_refused_at_first_use(installed):
    path = installed.folder / "tiny/onnx/vision_model.onnx"
    graph = bytearray(path.read_bytes())
    weights = np.frombuffer(graph, dtype=np.uint8)[len(graph) // 2 : len(graph) // 2 + 20_000]
    weights[:] = np.random.default_rng(0).integers(0, 120, len(weights))
    path.write_bytes(graph)
    with pytest.raises(
        EngineNotReady, match=r"are not what they were when it was installed|cannot be loaded"
    ):
        installed.encoder("tiny").warm_up()


def test_a_removed_model_is_gone_and_its_bytes_with_it(installed):
    assert installed.remove("tiny") > 100_000
    assert installed.all() == ()
    assert not (installed.folder / "tiny").exists()
    with pytest.raises(ModelUnknown):
        installed.remove("tiny")


def test_a_folder_without_a_manifest_is_no_model(installed):
    (installed.folder / "tiny" / MANIFEST).unlink()
    assert installed.all() == ()
