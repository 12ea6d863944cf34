"""From a video to its vectors: the same that searches compare."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from clips import make_clip
from fakes import SAID

from kinodex.domain.embeddings import EmbedOption, EmbedScope, EmbedStatus, EmbedWanted
from kinodex.domain.errors import ParameterInvalid, TaskWithdrawn
from kinodex.domain.ids import EmbedTaskId, TaskId
from kinodex.domain.tasks import Failure
from kinodex.engines.fake import FakeSentences, FakeVisual
from kinodex.usecases import UseCases
from kinodex.usecases.blobs import embedded_key
from kinodex.usecases.embed_tasks import EmbedRequest

pytestmark = pytest.mark.slow

Result = TypeVar("Result")


class Straight:
    """Checkpoints that remember nothing."""

    def run(self, _name: str, step: Callable[[], Result]) -> Result:
        return step()


def start(usecases: UseCases, folder: Path, wanted: EmbedWanted) -> TaskId:
    path = make_clip(folder / "clip.mp4")
    request = EmbedRequest(family="v1", model_name="marengo3.0", wanted=wanted)
    return TaskId(usecases.library.embed_tasks.create_from_file(request, path, filename="clip.mp4").id)


def test_each_clip_has_a_vector_of_what_is_seen_and_one_of_what_is_said(
    usecases: UseCases, tmp_path: Path
) -> None:
    job = start(usecases, tmp_path, EmbedWanted(clip_s=3, scopes=(EmbedScope.CLIP, EmbedScope.VIDEO)))
    library = usecases.library

    library.embed_work.run(job, Straight())

    task = library.embed_tasks.get(job, family="v1")  # type: ignore[arg-type]  # a job has the id of its task
    assert task.status is EmbedStatus.READY
    vectors = library.embed_tasks.vectors(task)
    seen = [each for each in vectors if each.option is EmbedOption.VISUAL]
    assert [(each.start_s, each.scope.value) for each in seen] == [
        (0, "clip"),
        (3, "clip"),
        (6, "clip"),
        (9, "clip"),
        (0, "video"),
    ]
    words = FakeVisual().embed_words(["red", "green", "blue", "yellow"])
    for clip, colour in zip(seen, words, strict=False):
        vector = np.frombuffer(clip.vector, dtype="<f4")
        assert np.dot(vector, colour) == pytest.approx(1.0, abs=1e-5)
        assert clip.space == FakeVisual().meaning_space.id
    said = [each for each in vectors if each.option is EmbedOption.TRANSCRIPTION]
    assert [(each.start_s, each.scope.value) for each in said] == [(0, "clip"), (6, "clip"), (0, "video")]
    (expected,) = FakeSentences().embed_sentences([SAID[0].text])
    np.testing.assert_allclose(np.frombuffer(said[0].vector, dtype="<f4"), expected)
    assert not list((tmp_path / "embed").glob("*"))


def test_a_stretch_behind_the_end_is_refused(usecases: UseCases, tmp_path: Path) -> None:
    job = start(usecases, tmp_path, EmbedWanted(start_s=99))
    with pytest.raises(ParameterInvalid, match=r"99 s is outside the 12\.00 s"):
        usecases.library.embed_work.run(job, Straight())


@pytest.mark.slow
@pytest.mark.parametrize("ends", ["failed", "ready"])
def test_work_that_is_not_ours_any_more_changes_no_end(usecases: UseCases, tmp_path: Path, ends: str) -> None:
    job = start(usecases, tmp_path, EmbedWanted())
    work, tasks = usecases.library.embed_work, usecases.library.embed_tasks

    class EndedElsewhere(Straight):
        def run(self, name: str, step: Callable[[], Result]) -> Result:
            if name == "publish" and ends == "failed":
                work.fail(job, Failure("worker_lost", "It was."))
                usecases.purging.sweep()
                usecases.indexing.tools.blobs.put_bytes(embedded_key(EmbedTaskId(job)), b"too late")
            if name == "publish" and ends == "ready":
                work.run(job, Straight())
            return step()

    with pytest.raises(TaskWithdrawn):
        work.run(job, EndedElsewhere())
    usecases.purging.sweep()

    assert tasks.get(EmbedTaskId(job), family="v1").status is EmbedStatus(ends)
    left = [*usecases.indexing.tools.blobs.list("embeddings/")]
    assert left == ([embedded_key(EmbedTaskId(job))] if ends == "ready" else [])
