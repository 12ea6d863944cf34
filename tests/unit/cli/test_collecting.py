"""What ``kinodex index add`` is given becomes a list of videos."""

import io
from pathlib import Path

import pytest

from kinodex.cli.collecting import collect
from kinodex.cli.failures import CommandFailed

URL = "https://example.com/a.mp4"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    folder = tmp_path / "talks"
    (folder / "2024").mkdir(parents=True)
    for name in ("b.mp4", "a.MKV", "2024/c.webm", "notes.pdf", "cover.jpg"):
        (folder / name).write_bytes(b"x")
    return folder


def test_a_url_and_a_file_are_themselves(talks: Path) -> None:
    assert collect([URL, str(talks / "b.mp4")]) == [URL, str(talks / "b.mp4")]


def test_a_folder_is_the_videos_in_it_and_below(talks: Path) -> None:
    assert collect([str(talks)]) == [str(talks / name) for name in ("2024/c.webm", "a.MKV", "b.mp4")]


def test_a_pattern_is_what_fits_it(talks: Path) -> None:
    assert collect([str(talks / "*.mp4")]) == [str(talks / "b.mp4")]
    assert collect([str(talks / "**/*.webm")]) == [str(talks / "2024/c.webm")]


def test_a_text_file_lists_addresses_and_places_beside_it(talks: Path) -> None:
    (talks / "list.txt").write_text(f"\ufeff# talks\n\n{URL}\n  b.mp4  \n2024\n", encoding="utf-8")
    assert collect([str(talks / "list.txt")]) == [URL, str(talks / "b.mp4"), str(talks / "2024/c.webm")]


def test_a_list_may_come_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{URL}\n{URL}?part=2\n"))
    assert collect(["-"]) == [URL, f"{URL}?part=2"]


def test_each_video_comes_once(talks: Path) -> None:
    assert collect([str(talks / "b.mp4"), str(talks), URL, URL])[0] == str(talks / "b.mp4")
    assert len(collect([str(talks / "b.mp4"), str(talks), URL, URL])) == 4


@pytest.mark.parametrize(
    ("source", "reason"),
    [("nothing.mp4", "There is no file"), ("*.mov", "No file fits"), ("empty", "There is no video in")],
)
def test_what_means_no_video_is_refused(source: str, reason: str, talks: Path) -> None:
    (talks / "empty").mkdir()
    with pytest.raises(CommandFailed, match=reason):
        collect([str(talks / source)])


def test_a_list_in_another_encoding_is_refused(talks: Path) -> None:
    (talks / "list.txt").write_bytes(b"caf\xe9.mp4\n")
    with pytest.raises(CommandFailed, match=r"list\.txt is no UTF-8 text"):
        collect([str(talks / "list.txt")])
