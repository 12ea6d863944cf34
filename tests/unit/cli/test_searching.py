"""``kinodex search``: what is told before a server is asked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kinodex.cli.app import app
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.searching import print_moments


def _refused(folder: Path, *arguments: str) -> CommandFailed:
    result = CliRunner().invoke(app, ["--data-dir", str(folder), "search", *arguments])
    assert isinstance(result.exception, CommandFailed)
    return result.exception


def test_broken_grammar_is_pointed_at(tmp_path: Path) -> None:
    refused = _refused(tmp_path, '"goal" then:ten "save"')

    assert refused.status is Status.USAGE
    first, line, mark = str(refused).split("\n")
    assert first.startswith("search_query_invalid: The query cannot be read: column 13: expected a duration")
    assert line[mark.index("^") :] == 'ten "save"'


def test_the_mark_stands_right_under_wide_letters(tmp_path: Path) -> None:
    _, line, mark = str(_refused(tmp_path, '"進球" then:ten')).split("\n")

    assert line == '  "進球" then:ten'
    assert mark == " " * (2 + len('"進球" then:') + 2) + "^"


def test_plain_words_are_not_read(tmp_path: Path) -> None:
    refused = _refused(tmp_path, '"goal" then:ten "save"', "--plain", "--port", "1")

    assert refused.status in {Status.UNREACHABLE, Status.USAGE}
    assert "search_query_invalid" not in str(refused)


def test_parts_are_shown_with_their_times(capsys: pytest.CaptureFixture[str]) -> None:
    part = {"query": 'said:"save"', "start": 61.0, "end": 63.5, "probability": 0.8, "left_out": False}
    against = {**part, "query": "replay", "left_out": True}
    moment = {"start": 50.0, "end": 63.5, "score": 90.0, "confidence": "high", "video_id": "v", "explain": []}

    print_moments({"data": [{**moment, "parts": [part, against]}]})

    printed = capsys.readouterr().out
    assert 'said:"save" 1:01.0-1:03.5 (p 0.80)' in printed
    assert "replay" not in printed
