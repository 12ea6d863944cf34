"""From a file to a searchable video, and what is left when something is wrong."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from clips import make_clip
from fakes import quick_executor
from films import add_subtitles

from kinodex import bootstrap
from kinodex.domain.embeddings import EmbedOption
from kinodex.domain.errors import (
    KinodexError,
    NotFound,
    PageExpired,
    TaskNotDeletable,
    TaskWithdrawn,
    VideoTooShort,
)
from kinodex.domain.ids import IndexId, TaskId
from kinodex.domain.listing import Listing
from kinodex.domain.options import Modality
from kinodex.domain.tasks import Failure, Task, TaskStatus
from kinodex.jobs.protocols import Attempt
from kinodex.settings import Settings
from kinodex.usecases import UseCases, indexing
from kinodex.usecases.search_request import SearchRequest
from kinodex.usecases.tasks import TaskRequest

Result = TypeVar("Result")


class Straight:
    """Checkpoints that remember nothing and can do something between two steps."""

    def __init__(self, before: Callable[[str], None] = lambda _name: None) -> None:
        self._before = before

    attempt = 1

    def run(self, name: str, step: Callable[[], Result]) -> Result:
        self._before(name)
        return step()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def _send(usecases: UseCases, index_id: IndexId, clip: Path, **changes: object) -> Task:
    request = replace(TaskRequest(index_id=index_id, generation="v1.3"), **changes)  # type: ignore[arg-type]
    path = usecases.tasks.new_upload()
    path.write_bytes(clip.read_bytes())
    return usecases.tasks.create_from_file(request, path, filename="clip.mp4")


@pytest.fixture(scope="module")
def indexed(empty_library: Path, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TaskId]:
    """A data folder with a clip that is ready, and the task that did it."""
    folder = tmp_path_factory.mktemp("indexed")
    shutil.copytree(empty_library, folder, dirs_exist_ok=True)
    with bootstrap.opened(Settings(data_dir=folder), executor=quick_executor()) as usecases:
        index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
        sent = _send(usecases, index.id, clip)
        usecases.indexing.run(sent.id, Straight())
    return folder, sent.id


@pytest.fixture
def beginning(request: pytest.FixtureRequest, empty_library: Path) -> Path:
    if "task" not in request.fixturenames:
        return empty_library
    folder: Path = request.getfixturevalue("indexed")[0]
    return folder


@pytest.fixture
def task(usecases: UseCases, indexed: tuple[Path, TaskId]) -> Task:
    return usecases.tasks.get(indexed[1])


def _search(usecases: UseCases, index_id: IndexId, **changes: object) -> SearchRequest:
    base = SearchRequest(
        index_id=index_id, generation="v1.1", options=("visual",), text="red", threshold="none"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_ready_task_leaves_a_video_with_everything_understood(usecases: UseCases, task: Task) -> None:
    assert task.status is TaskStatus.READY
    assert task.progress == 1.0
    video = usecases.videos.get(task.index_id, task.video_id)
    assert video.engines == {
        "speech": "fake-speech",
        "screen_text": "fake-screen-text",
        "visual": "fake-colours",
        "sentences": "fake-sentences",
    }
    said = usecases.videos.lines(task.index_id, task.video_id, modality=Modality.SPEECH, span=None)
    assert [line.text.split()[0] for line in said] == ["the", "pack"]


def test_each_step_ran_once_and_nothing_is_left_in_the_working_folder(usecases: UseCases, task: Task) -> None:
    assert {step.attempts for step in usecases.tasks.steps(task.id)} == {1}
    assert list(usecases.indexing.folders.iterdir()) == []


def test_what_is_seen_said_and_written_is_found(usecases: UseCases, task: Task) -> None:
    wanted = {
        "visual": ("red", 0.0),
        "conversation": ("liquor jugs", 6.0),
        "text_in_video": ("platform", 3.0),
    }
    for option, (text, start_s) in wanted.items():
        request = _search(usecases, task.index_id, options=(option,), text=text)
        best = usecases.search.search(request, owner="me").moments[0]
        assert best.video_id == task.video_id
        assert best.span.start_s == pytest.approx(start_s, abs=0.5)


def test_a_video_gives_the_vectors_it_was_indexed_with(usecases: UseCases, task: Task) -> None:
    of = usecases.library.video_embeddings.of
    seen = of(task.index_id, task.video_id, {EmbedOption.VISUAL})
    said = of(task.index_id, task.video_id, {EmbedOption.TRANSCRIPTION})
    assert [each.start_s for each in seen] == sorted({each.start_s for each in seen})
    assert seen[-1].end_s == pytest.approx(usecases.videos.get(task.index_id, task.video_id).facts.duration_s)
    lines = usecases.videos.lines(task.index_id, task.video_id, modality=Modality.SPEECH, span=None)
    assert [each.start_s for each in said] == pytest.approx([line.span.start_s for line in lines])
    for each in (*seen, *said):
        assert np.linalg.norm(np.frombuffer(each.vector, dtype="<f4")) == pytest.approx(1)
    # Both are what texts are compared with: the words that are said find their own line.
    words = usecases.library.embeddings.text(lines[0].text, truncate="none")
    assert {each.space for each in seen} == {words.visual.space.id}
    near = [float(np.frombuffer(each.vector, dtype="<f4") @ words.sentence.values) for each in said]
    assert near[0] == max(near) == pytest.approx(1, abs=1e-2)

    usecases.videos.delete(task.index_id, task.video_id)
    with pytest.raises(NotFound):
        of(task.index_id, task.video_id, {EmbedOption.VISUAL})


def test_a_file_that_breaks_a_limit_leaves_no_task_and_no_upload(
    usecases: UseCases, index_id: IndexId, tmp_path: Path
) -> None:
    short = make_clip(tmp_path / "short.mp4", seconds=3.0)
    with pytest.raises(VideoTooShort, match=r"3\.00 s is below the minimum of 4 s"):
        _send(usecases, index_id, short)
    assert usecases.tasks.list(Listing()).total == 0
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_failed_task_says_why_and_keeps_no_bytes(
    usecases: UseCases, index_id: IndexId, clip: Path, tmp_path: Path
) -> None:
    sent = _send(usecases, index_id, clip)
    usecases.indexing.fail(sent.id, Failure("video_file_broken", "The video cannot be decoded: torn."))
    failed = usecases.tasks.get(sent.id)
    assert failed.status is TaskStatus.FAILED
    assert failed.failure == Failure("video_file_broken", "The video cannot be decoded: torn.")
    usecases.purging.sweep()
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_the_end_of_a_task_queues_one_event_that_says_so(usecases: UseCases, task: Task, clip: Path) -> None:
    second = _send(usecases, task.index_id, clip)
    usecases.indexing.fail(second.id, Failure("video_file_broken", "The video cannot be decoded: torn."))
    usecases.indexing.fail(second.id, Failure("video_file_broken", "Said again."))

    with usecases.indexing.tools.records.read() as transaction:
        ready, failed = transaction.outbox.list(after=None, limit=10)

    assert (ready.type, ready.data["id"]) == ("index.task.ready", task.id)
    assert "engines" not in ready.data, "the index was made under v1.3"
    assert failed.type == "index.task.failed"
    assert failed.data["error"] == {
        "code": "video_file_broken",
        "message": "The video cannot be decoded: torn.",
    }
    assert len({ready.id, failed.id}) == 2
    assert all(re.fullmatch("whe_[0-9a-f]{32}", event.id) for event in (ready, failed))


def test_of_many_unfinished_tasks_those_that_nobody_will_do_fail(
    usecases: UseCases, index_id: IndexId, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OneLost:
        asked: list[int] = []  # noqa: RUF012  one queue, one list

        def unattended(self, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
            self.asked.append(len(attempts))
            return [each for each in attempts if each.task_id == sent[3].id]

    monkeypatch.setattr(indexing, "LOOKED_AT_AT_ONCE", 2)
    sent = [_send(usecases, index_id, clip) for _ in range(5)]
    usecases.indexing.fail_unattended(OneLost())  # type: ignore[arg-type]

    assert OneLost.asked == [2, 2, 1]
    failed = [task.id for task in sent if usecases.tasks.get(task.id).status is TaskStatus.FAILED]
    assert failed == [sent[3].id]


def test_a_sweep_spares_the_folder_of_the_attempt_under_way_and_no_other(
    usecases: UseCases, index_id: IndexId, clip: Path
) -> None:
    ended, sent = _send(usecases, index_id, clip), _send(usecases, index_id, clip)
    usecases.indexing.fail(ended.id, Failure("video_file_broken", "The video cannot be decoded: torn."))
    folders = usecases.indexing.folders
    for name in (ended.video_id, sent.video_id, f"{sent.video_id}.2", "0" * 24, "stray"):
        (folders / name).mkdir(parents=True)

    usecases.indexing.sweep()

    assert [folder.name for folder in folders.iterdir()] == [sent.video_id]


def test_a_final_task_stays_as_it_is(usecases: UseCases, task: Task) -> None:
    usecases.indexing.fail(task.id, Failure("internal_server_error", "Too late."))
    assert usecases.tasks.get(task.id).status is TaskStatus.READY


def test_an_index_deleted_during_the_work_leaves_nothing_behind(
    usecases: UseCases, index_id: IndexId, clip: Path, tmp_path: Path
) -> None:
    sent = _send(usecases, index_id, clip)

    def delete_before(name: str) -> None:
        if name == "publish":
            usecases.indexes.delete(index_id)

    with pytest.raises(TaskWithdrawn):
        usecases.indexing.run(sent.id, Straight(delete_before))
    usecases.purging.sweep()
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert list(usecases.indexing.folders.iterdir()) == []


def test_a_task_is_deletable_once_its_video_is(usecases: UseCases, task: Task) -> None:
    with pytest.raises(TaskNotDeletable, match=task.video_id):
        usecases.tasks.delete(task.id)
    usecases.videos.delete(task.index_id, task.video_id)
    usecases.tasks.delete(task.id)
    with pytest.raises(NotFound):
        usecases.tasks.get(task.id)


def test_a_deleted_video_is_not_found_by_the_very_next_search_nor_on_later_pages(
    usecases: UseCases, task: Task
) -> None:
    request = _search(usecases, task.index_id, text="red or blue", page_limit=1)
    first = usecases.search.search(request, owner="me")
    assert first.next_token is not None
    usecases.videos.delete(task.index_id, task.video_id)
    assert usecases.search.page(first.next_token, owner="me").moments == []
    assert usecases.search.search(request, owner="me").moments == []


def test_a_page_token_belongs_to_the_key_that_searched(usecases: UseCases, task: Task) -> None:
    request = _search(usecases, task.index_id, text="red or blue", page_limit=1)
    token = usecases.search.search(request, owner="me").next_token
    assert token is not None
    second = usecases.search.page(token, owner="me")
    assert second.first_rank == 2
    with pytest.raises(PageExpired):
        usecases.search.page(token, owner="somebody else")


def test_a_transcript_sent_along_is_used_instead_of_listening(
    usecases: UseCases, index_id: IndexId, clip: Path
) -> None:
    sent = _send(usecases, index_id, clip, transcript=b"WEBVTT\n\n00:01.000 --> 00:02.000\nMind the gap\n")
    usecases.indexing.run(sent.id, Straight())
    said = usecases.videos.lines(index_id, sent.video_id, modality=Modality.SPEECH, span=None)
    assert [line.text for line in said] == ["Mind the gap"]


@pytest.mark.parametrize(
    ("tag", "asked", "said"),
    [
        ("eng", {}, ["Mind the gap"]),
        pytest.param(None, {}, ["Mind the gap"], marks=pytest.mark.slow),
        pytest.param("fre", {"language": "fr"}, ["Mind the gap"], marks=pytest.mark.slow),
        ("fre", {}, None),
        ("eng", {"transcript": b"WEBVTT\n\n00:01.000 --> 00:02.000\nSent along\n"}, ["Sent along"]),
    ],
    ids=["its language", "no language said", "another language", "not its language", "a transcript is sent"],
)
def test_subtitles_in_the_file_are_used_instead_of_listening(
    tag: str | None,
    asked: dict[str, object],
    said: list[str] | None,
    usecases: UseCases,
    index_id: IndexId,
    clip: Path,
    tmp_path: Path,
) -> None:
    lines = [(1.0, 2.0, "Mind the gap")]
    titled = add_subtitles(clip, tmp_path / "titled.mp4", "mov_text", lines, language=tag)
    sent = _send(usecases, index_id, titled, **asked)
    usecases.indexing.run(sent.id, Straight())
    found = usecases.videos.lines(index_id, sent.video_id, modality=Modality.SPEECH, span=None)
    video = usecases.videos.get(index_id, sent.video_id)
    if said is None:
        assert video.engines["speech"] == "fake-speech"
    else:
        assert [line.text for line in found] == said
        assert video.engines["speech"] == ("user-transcript" if "transcript" in asked else "subtitles")


def test_a_language_the_engine_does_not_know_is_announced_not_guessed(
    usecases: UseCases, index_id: IndexId, clip: Path
) -> None:
    sent = _send(usecases, index_id, clip, language="fr")
    usecases.indexing.run(sent.id, Straight())
    video = usecases.videos.get(index_id, sent.video_id)
    assert [warning.message for warning in video.warnings] == [
        "Speech was not transcribed: fake-speech does not understand 'fr'."
    ]
    assert "speech" not in video.engines


def test_errors_of_steps_reach_the_caller(usecases: UseCases, index_id: IndexId, clip: Path) -> None:
    sent = _send(usecases, index_id, clip, transcript=b"not a transcript")
    with pytest.raises(KinodexError, match="cannot be read"):
        usecases.indexing.run(sent.id, Straight())
