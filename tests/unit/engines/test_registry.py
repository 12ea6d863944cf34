import re
from pathlib import Path

from kinodex.engines import registry

REQUIREMENTS = Path(__file__).parents[3] / "requirements" / "models.txt"


def test_every_wheel_of_the_registry_is_pinned_with_a_hash() -> None:
    text = REQUIREMENTS.read_text()
    pinned = {name.replace("-", "_") for name in re.findall(r"^(\S+==\S+) \\$", text, flags=re.MULTILINE)}

    assert {file.wheel.replace("-", "==") for file in (*registry.KEPT, *registry.SOURCES)} == pinned
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", text)) >= len(pinned)


def test_no_two_files_have_one_place() -> None:
    places = [file.target for file in registry.KEPT] + list(registry.MADE)

    assert len(set(places)) == len(places)


def test_every_wheel_brings_its_licence() -> None:
    wheels = {file.wheel for file in registry.KEPT if file.target.startswith("licences/")}

    assert wheels == {file.wheel for file in (*registry.KEPT, *registry.SOURCES)}


def test_the_recipe_is_a_short_stable_word() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", registry.recipe())
    assert registry.recipe() == registry.recipe()
