"""The command, against a running server."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from clips import make_clip
from command import Command
from live import LiveServer
from origin import Origin

from kinodex import sample
from kinodex.pipeline.steps.parse_transcript import parse_transcript

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def command(server: LiveServer) -> Command:
    return Command(server)


def test_a_url_is_estimated_before_it_is_sent(command: Command, origin: Origin) -> None:
    url = origin.add("asked.mp4", sample.path())
    told = command.answer("estimate", url)
    assert (told["reachable"], told["accepted"], told["limits"]) == (True, True, "v1.1")
    gone = command.run("estimate", f"{url}.gone", "--limits", "v1.3")
    assert gone.returncode == 4
    assert "fetch_http_status: The host answered with HTTP status 404." in gone.stdout
    assert gone.stderr == "A task would fail.\n"


def test_a_file_is_added_waited_for_and_found(command: Command, tmp_path: Path) -> None:
    (task,) = command.answer("index", "add", str(sample.path()), "--index", "by hand", "--wait")
    assert task["status"] == "ready"

    said = next(question for question in sample.QUESTIONS if question.kind == "said")
    answer = command.answer("search", said.text, "--index", "by hand", "--option", said.option)
    assert answer["data"][0]["video_id"] == task["video_id"]

    shown = command.answer("task", "show", task["_id"])
    assert [step["step"] for step in shown["steps"]][-1] == "publish"
    assert task["_id"] in [each["_id"] for each in command.answer("task", "ls")]
    assert "by hand" in [each["index_name"] for each in command.answer("index", "ls")]

    file = tmp_path / "said.vtt"
    ran = command.run("export", task["video_id"], "--format", "vtt", "-o", str(file))
    assert ran.returncode == 0, ran.stderr
    spoken = [each.text for each in parse_transcript(file.read_bytes())]
    assert "\n".join(spoken) == command.run("export", task["video_id"], "--format", "txt").stdout.strip()
    assert spoken
    gone = command.run("export", "0" * 24)
    assert (gone.returncode, "There is no video" in gone.stderr) == (4, True)


def test_a_list_that_was_broken_off_goes_on_where_it_was(
    command: Command, origin: Origin, tmp_path: Path
) -> None:
    home = {"XDG_STATE_HOME": str(tmp_path / "state")}
    clip = make_clip(tmp_path / "clip.mp4")
    wrong = "ftp://example.com/film.mp4"
    listed = tmp_path / "list.txt"
    listed.write_text(f"{origin.add('listed.mp4', clip)}\n{wrong}\nclip.mp4\n")

    first = command.run("index", "add", str(listed), "--index", "lists", "--json", **home)
    assert first.returncode == 4
    assert first.stderr.strip().endswith("1 video was not taken; the others were.")
    by_url, by_file, refused = json.loads(first.stdout)
    assert refused["source"] == wrong
    assert "url_scheme_not_allowed" in refused["error"]

    listed.write_text(listed.read_text().replace(wrong, origin.add("later.mp4", clip)))
    second = command.run("index", "add", str(listed), "--index", "lists", "--json", **home)
    assert second.returncode == 0, second.stderr
    ids = [task["_id"] for task in json.loads(second.stdout)]
    assert (ids[0], ids[2]) == (by_url["_id"], by_file["_id"])
    assert ids[1] not in {ids[0], ids[2]}

    third = command.run("index", "add", str(listed), "--index", "lists", "--again", "--json", **home)
    assert not {task["_id"] for task in json.loads(third.stdout)} & set(ids)


def test_moments_are_shown_to_people_with_times_and_reasons(command: Command, sample_index: str) -> None:
    seen = next(question for question in sample.QUESTIONS if question.kind == "seen")
    ran = command.run("search", seen.text, "--index", sample_index)
    assert ran.returncode == 0, ran.stderr
    assert "seen (words to picture" in ran.stdout


def test_parts_of_a_query_are_joined_in_one_moment(command: Command, sample_index: str) -> None:
    said, written, _ = sample.QUESTIONS
    joined = f'text:"{written.text}" then:10s said:"{said.text}"'
    best = command.answer("search", joined, "--index", sample_index)["data"][0]
    assert [part["query"] for part in best["parts"]] == [
        f'text:"{written.text}"',
        f'said:"{said.text}"',
    ]
    assert abs(best["start"] - written.start_s) < 2
    assert abs(best["end"] - said.end_s) < 2
    without = command.answer("search", f'{joined} not said:"{said.text}"', "--index", sample_index)
    assert best["start"] not in {hit["start"] for hit in without["data"]}


def test_a_refused_video_ends_with_its_own_status_and_sentence(command: Command, tmp_path: Path) -> None:
    short = make_clip(tmp_path / "short.mp4", seconds=3.0)
    ran = command.run("index", "add", str(short), "--index", "short")
    assert ran.returncode == 4
    assert "video_duration_too_short: The duration 3.00 s is below the minimum of 10 s." in ran.stderr


def test_a_key_is_made_listed_and_revoked(command: Command) -> None:
    made = command.answer("key", "create", "laptop", "--scope", "read")
    assert command.run("index", "ls", KINODEX_API_KEY=made["key"]).returncode == 0
    assert made["key"] not in command.run("key", "ls").stdout
    assert command.run("key", "revoke", made["_id"]).returncode == 0
    listed = {key["_id"]: key for key in command.answer("key", "ls")}
    assert listed[made["_id"]]["revoked_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "message"),
    [
        (("index", "ls"), {"KINODEX_PORT": "1"}, 3, "Start one with: kinodex serve"),
        (("index", "ls"), {"KINODEX_API_KEY": "wrong"}, 4, "api_key_invalid"),
        (("index", "ls"), {"KINODEX_PROT": "1"}, 2, "KINODEX_PROT"),
        (("index", "ls"), {"KINODEX_PORT": "many"}, 2, "KINODEX_PORT"),
        (("index", "add", "/no/such/file.mp4"), {}, 2, "There is no file"),
        (("search", "x", "--index", "nowhere"), {}, 4, "There is no index nowhere"),
    ],
)
def test_what_is_wrong_has_a_status_and_one_line(
    command: Command, arguments: tuple[str, ...], environment: dict[str, str], status: int, message: str
) -> None:
    ran = command.run(*arguments, **environment)
    assert ran.returncode == status
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_doctor_shows_settings_checks_and_hides_secrets(command: Command, tmp_path: Path) -> None:
    ran = command.run("doctor", "--data-dir", str(tmp_path), "--json")
    report = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert all(check["ok"] for check in report["checks"])
    settings = {each["name"]: each for each in report["settings"]}
    assert settings["KINODEX_API_KEY"] == {
        "name": "KINODEX_API_KEY",
        "value": "**********",
        "from": "environment",
    }
    assert settings["KINODEX_DATA_DIR"]["from"] == "command line"


def test_sign_in_prints_a_link_that_works_once(command: Command, server: LiveServer) -> None:
    ran = command.run("sign-in")
    assert ran.returncode == 0, ran.stderr
    link = urlsplit(ran.stdout.strip())
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{server.url}/"
    token = {"token": link.fragment.removeprefix("sign-in=")}
    answers = [requests.post(f"{server.url}/v1.3/sign-ins", json=token, timeout=10) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 401]
