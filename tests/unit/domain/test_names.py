"""File names shown to people."""

import pytest

from kinodex.domain.names import clean_filename, filename_of_url


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://host/a/best-racing-moments.mp4", "best-racing-moments.mp4"),
        ("http://host/a%20b.mp4?token=secret#x", "a b.mp4"),
        ("http://host/", "video"),
        ("http://host", "video"),
        ("http://host/..%2f..%2fetc%2fpasswd", "passwd"),
    ],
)
def test_the_last_path_segment_names_the_file(url: str, name: str) -> None:
    assert filename_of_url(url) == name


def test_control_and_direction_characters_are_dropped() -> None:
    assert clean_filename("a\u202egpj.mp4\x00\n") == "agpj.mp4"


def test_a_long_name_is_cut_at_a_character() -> None:
    assert len(clean_filename("ä" * 500).encode()) <= 255


def test_dots_alone_are_no_name() -> None:
    assert clean_filename("..") == "video"
