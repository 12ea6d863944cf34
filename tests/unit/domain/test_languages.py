"""Languages are known by their codes."""

import pytest

from kinodex.domain.languages import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("eng", "en"),
        ("en", "en"),
        ("en-US", "en"),
        ("DE_at", "de"),
        ("ger", "de"),
        ("chi", "zh"),
        ("zho", "zh"),
    ],
)
def test_a_tag_names_its_language(tag: str, language: str) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize("tag", ["", "und", "mul", "qaa", "english", "-"])
def test_other_tags_name_none(tag: str) -> None:
    assert language_of(tag) is None


def test_every_language_has_a_code_of_two_letters() -> None:
    assert {len(code) for code in LANGUAGES} == {2}
