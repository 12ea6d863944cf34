"""What a folder must hold to be a checkpoint, and what is said of one that is none."""

import re
import shutil

import pytest
from checkpoints import TINY_CLIP, changed, copy_of

from kinodex.domain.errors import EngineNotReady
from kinodex.engines.dual_encoders.families import FAMILIES
from kinodex.engines.dual_encoders.layout import read_layout


@pytest.fixture
def folder(tmp_path):
    return copy_of(TINY_CLIP, tmp_path / "model")


def refusal(folder, **options):
    with pytest.raises(EngineNotReady) as caught:
        read_layout(folder, name="films", **options)
    return caught.value.message


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "tokenizer.json"])
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert refusal(folder) == f"The engine films is not ready: {folder} has no {file}."


def test_all_missing_files_are_named(tmp_path):
    assert "has no config.json and no preprocessor_config.json and no tokenizer.json" in refusal(tmp_path)


def test_a_missing_graph_is_named(folder):
    shutil.rmtree(folder / "onnx")
    assert "has no onnx/vision_model.onnx" in refusal(folder)


def test_the_graphs_of_another_precision_are_looked_for_under_both_names_in_use(folder):
    assert "onnx/vision_model_int8.onnx or onnx/vision_model_quantized.onnx" in refusal(
        folder, precision="int8"
    )
    for stem in ("vision_model", "text_model"):
        (folder / f"onnx/{stem}.onnx").rename(folder / f"onnx/{stem}_quantized.onnx")
    assert read_layout(folder, name="films", precision="int8").text_graph.name == "text_model_quantized.onnx"


def test_a_kind_of_model_that_cannot_be_run_is_refused_with_those_that_can(folder):
    changed(folder, "config.json", model_type="llava")
    assert refusal(folder) == (
        "The engine films is not ready: its config.json says model_type 'llava'; "
        f"{', '.join(FAMILIES)} can be run."
    )


@pytest.mark.parametrize("content", ["", "[1]", "{", "\x00"])
@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "kinodex.json"])
def test_a_file_that_is_no_object_is_refused(folder, file, content):
    (folder / file).write_text(content)
    assert re.search(f"{re.escape(file)} cannot be read", refusal(folder))


@pytest.mark.parametrize(
    "templates", [[], ["a photo"], ["{} and {}"]], ids=["none", "no place", "two places"]
)
def test_a_template_without_one_place_is_refused(folder, templates):
    changed(folder, "kinodex.json", templates=templates)
    assert "has no place for the description, or two" in refusal(folder)


def test_calibrations_are_those_of_the_family_unless_they_were_fitted(folder):
    assert read_layout(folder, name="films").is_calibrated
    (folder / "kinodex.json").unlink()
    assumed = read_layout(folder, name="films")
    assert not assumed.is_calibrated
    assert assumed.words == FAMILIES["clip"].words


def test_everything_that_moves_a_vector_moves_its_space(folder):
    layout = read_layout(folder, name="films")
    digests = {path.relative_to(folder).as_posix(): "a" for path in layout.files}
    spaces = {layout.build(digests | {name: "b"}) for name in digests if name != "kinodex.json"}
    changed(folder, "kinodex.json", templates=["{}", "a photo of {}"])
    spaces |= {layout.build(digests), read_layout(folder, name="films").build(digests)}
    assert len(spaces) == len(digests) - 1 + 2


def test_a_new_calibration_does_not_move_the_space(folder):
    layout = read_layout(folder, name="films")
    digests = {path.relative_to(folder).as_posix(): "a" for path in layout.files}
    assert layout.build(digests) == layout.build(digests | {"kinodex.json": "b"})
