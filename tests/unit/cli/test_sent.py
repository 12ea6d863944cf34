"""What was sent is remembered, so that a list that was broken off goes on where it was."""

from pathlib import Path

import pytest

from kinodex.cli.sent import Sent

URL = "https://example.com/a.mp4?token=secret"


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sent:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Sent.to("http://127.0.0.1:8080", "1" * 24)


def again(index_id: str = "1" * 24) -> Sent:
    return Sent.to("http://127.0.0.1:8080", index_id)


def test_it_is_remembered_by_the_next_run_for_that_index_only(sent: Sent) -> None:
    sent.note(URL, "task-1")
    assert again().task(URL) == "task-1"
    assert again("2" * 24).task(URL) is None


def test_no_address_is_written_down(sent: Sent) -> None:
    sent.note(URL, "task-1")
    assert "secret" not in sent.path.read_text()
    assert "example" not in sent.path.read_text()


def test_a_file_that_changed_is_another(sent: Sent, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"one")
    sent.note(str(film), "task-1")
    assert again().task(str(film)) == "task-1"
    film.write_bytes(b"another")
    assert again().task(str(film)) is None


def test_half_a_line_of_a_killed_run_is_passed_over(sent: Sent) -> None:
    sent.note(URL, "task-1")
    with sent.path.open("a") as file:
        file.write('{"source": "ab')
    assert again().task(URL) == "task-1"


def test_a_source_is_sent_under_the_same_key_until_it_has_a_task(sent: Sent) -> None:
    first = sent.key(URL)
    assert again().key(URL) == first
    sent.note(URL, "task-1")
    assert again().key(URL) != first
