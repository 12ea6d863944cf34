"""``kinodex eval`` against a running server."""

import json
from pathlib import Path

import pytest
from command import Command
from live import LiveServer

from kinodex import sample

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def command(server: LiveServer) -> Command:
    return Command(server)


def queries(*more: dict[str, object]) -> str:
    asked = [
        {
            "id": question.kind,
            "kind": question.kind,
            "text": question.text,
            "relevant": [{"video": "sample.mp4", "start": question.start_s, "end": question.end_s}],
        }
        for question in sample.QUESTIONS
    ]
    return "".join(json.dumps(each) + "\n" for each in (*asked, *more))


def test_a_server_is_judged_and_the_report_says_how_good_it_is(
    command: Command, sample_index: str, tmp_path: Path
) -> None:
    asked, made = tmp_path / "queries.jsonl", tmp_path / "first.json"
    asked.write_text(queries({"id": "not there", "text": "a dentist explains wisdom teeth"}))

    ran = command.run("eval", "run", str(asked), "-o", str(made), "--index", sample_index, "--each-option")
    assert ran.returncode == 0, ran.stderr

    told = command.answer("eval", "report", str(made))
    assert (told["videos"], told["queries"]) == (1, 4)
    assert [each["name"] for each in told["passes"]] == [
        "all",
        "visual",
        "conversation",
        "text_in_video",
    ]
    everything = told["passes"][0]["kinds"][-1]
    assert everything["metrics"]["recall@5"]["mean"] == 1.0
    assert everything["metrics"]["miou"]["mean"] > 0.5
    assert "| said | 1 | " in command.run("eval", "report", str(made), "--markdown").stdout

    same = command.answer("eval", "compare", str(made), str(made))
    assert (same["changes"], same["means"]["mrr"]["difference"]["mean"]) == ([], 0.0)


def test_queries_about_videos_that_are_not_there_are_refused(
    command: Command, sample_index: str, tmp_path: Path
) -> None:
    asked = tmp_path / "queries.jsonl"
    place = {"video": "gone.mp4", "start": 0, "end": 1}
    asked.write_text(queries({"id": "gone", "text": "gone", "relevant": [place]}))

    ran = command.run("eval", "run", str(asked), "-o", str(tmp_path / "x.json"), "--index", sample_index)

    assert ran.returncode == 4
    assert ran.stderr.strip() == ("1 of 2 videos that the queries name are not in the index: gone.mp4.")
    assert not (tmp_path / "x.json").exists()


def test_what_cannot_be_read_is_said_with_its_line(command: Command, tmp_path: Path) -> None:
    asked = tmp_path / "queries.jsonl"
    asked.write_text(queries() + '{"id": "said", "text": "again"}\n')

    twice = command.run("eval", "run", str(asked), "-o", str(tmp_path / "x.json"))
    assert (twice.returncode, twice.stderr.strip()) == (2, f"{asked}, line 4: the id 'said' stands twice.")
    no_run = command.run("eval", "report", str(asked))
    assert (no_run.returncode, "is no run" in no_run.stderr) == (2, True)
