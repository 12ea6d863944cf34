"""Text subtitles in the file are read on the way of the decode pass."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from av.stream import Disposition
from films import add_subtitles

from kinodex.domain.media import Decoded
from kinodex.media import subtitles

LINES = [(1.0, 2.5, "Mind the gap."), (3.0, 5.0, "two\nlines, <i>one</i> voice")]
SAID = ["Mind the gap.", "two lines, one voice"]
KINDS = [("mov_text", "mp4"), ("subrip", "mkv"), ("webvtt", "mkv"), ("ass", "mkv")]

Pass = Callable[..., Decoded]


@pytest.mark.parametrize(("codec", "ending"), KINDS)
def test_lines_are_read_with_their_times(
    codec: str, ending: str, film: Path, tmp_path: Path, run_pass: Pass
) -> None:
    decoded = run_pass(add_subtitles(film, tmp_path / f"film.{ending}", codec, LINES))
    (track,) = decoded.subtitles
    assert track.language == "en"
    assert [" ".join(line.text.split()) for line in track.lines] == SAID
    assert [(line.span.start_s, line.span.end_s) for line in track.lines] == [(1.0, 2.5), (3.0, 5.0)]
    assert decoded.warnings == ()


def test_times_are_those_of_the_pictures(
    film: Path, tmp_path: Path, run_pass: Pass, write_film, scene
) -> None:
    late = write_film(tmp_path / "late.mkv", scene(1) + scene(2), start_s=10.0)
    decoded = run_pass(add_subtitles(late, tmp_path / "film.mkv", "subrip", [(11.0, 12.0, "one second in")]))
    assert [round(line.span.start_s, 2) for line in decoded.subtitles[0].lines] == [1.0]


def test_a_line_ends_with_the_pictures_at_the_latest(film: Path, tmp_path: Path, run_pass: Pass) -> None:
    lines = [(5.0, 9.0, "to the end"), (8.0, 9.0, "after the end")]
    (track,) = run_pass(add_subtitles(film, tmp_path / "film.mkv", "subrip", lines)).subtitles
    assert [(line.text, round(line.span.end_s, 2)) for line in track.lines] == [("to the end", 6.0)]


@pytest.mark.parametrize(
    ("tag", "language"), [("ger", "de"), ("deu", "de"), ("und", None), (None, None), ("zxx", None)]
)
def test_a_language_is_known_by_any_of_its_codes(
    tag: str | None, language: str | None, film: Path, tmp_path: Path, run_pass: Pass
) -> None:
    path = add_subtitles(film, tmp_path / "film.mp4", "mov_text", LINES, language=tag)
    assert run_pass(path).subtitles[0].language == language


def test_several_tracks_keep_their_order(film: Path, tmp_path: Path, run_pass: Pass) -> None:
    first = add_subtitles(film, tmp_path / "one.mkv", "subrip", LINES, language="fre")
    both = add_subtitles(first, tmp_path / "both.mkv", "ass", LINES)
    assert [track.language for track in run_pass(both).subtitles] == ["fr", "en"]


@pytest.mark.parametrize("kind", [Disposition.forced, Disposition.comment])
def test_tracks_that_do_not_hold_all_that_is_said_are_left_out(
    kind: Disposition, film: Path, tmp_path: Path, run_pass: Pass
) -> None:
    path = add_subtitles(film, tmp_path / "film.mkv", "subrip", LINES, disposition=int(kind))
    with av.open(str(path)) as container:
        assert container.streams[-1].disposition & kind, "the file says so"
    assert run_pass(path).subtitles == ()


def test_a_flood_of_lines_is_cut(
    film: Path, tmp_path: Path, run_pass: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subtitles, "MOST_LINES", 10)
    monkeypatch.setattr(subtitles, "LONGEST_LINE", 5)
    lines = [(number / 100, number / 100 + 0.01, "x" * 9) for number in range(50)]
    (track,) = run_pass(add_subtitles(film, tmp_path / "film.mkv", "subrip", lines)).subtitles
    assert len(track.lines) == 10
    assert {line.text for line in track.lines} == {"x" * 5}


def test_markup_and_control_characters_do_not_reach_the_text(
    film: Path, tmp_path: Path, run_pass: Pass
) -> None:
    lines = [(1.0, 2.0, "<script>alert(1)</script>\x07 {\\an8}Fire!")]
    (track,) = run_pass(add_subtitles(film, tmp_path / "film.mkv", "subrip", lines)).subtitles
    assert [line.text for line in track.lines] == ["alert(1) Fire!"]
