"""A poison file has two tries, and no restart gives it a third."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from clips import make_clip
from fakes import quick_executor

from kinodex import bootstrap
from kinodex.domain.errors import DecoderLost, VideoBroken
from kinodex.domain.ids import IndexId
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.media.pyav import PyavReader
from kinodex.settings import Settings
from kinodex.usecases import UseCases
from kinodex.usecases.tasks import TaskRequest

pytestmark = pytest.mark.slow


class Straight:
    """Checkpoints that remember nothing."""

    attempt = 1

    def run(self, name: str, step: Callable[[], object]) -> object:
        return step()


class Poison:
    """Stands for a file on which the decoder dies; counts how often it is tried."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, job: str, deaths: int, then: BaseException | None = None
    ) -> None:
        self.tries = 0
        original = getattr(PyavReader, job)

        def decode(*arguments: object, **options: object) -> object:
            self.tries += 1
            if self.tries <= deaths:
                raise DecoderLost("the decoder was ended by signal 11")
            if then is not None:
                raise then
            return original(*arguments, **options)

        monkeypatch.setattr(PyavReader, job, decode)


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=4.0).read_bytes()


def _send(usecases: UseCases, index_id: IndexId, clip: bytes) -> Task:
    path = usecases.tasks.new_upload()
    path.write_bytes(clip)
    request = TaskRequest(index_id=index_id, generation="v1.3")
    return usecases.tasks.create_from_file(request, path, filename="clip.mp4")


@pytest.fixture
def sent(usecases: UseCases, index_id: IndexId, short_clip: bytes) -> Task:
    return _send(usecases, index_id, short_clip)


def test_a_decoder_that_dies_once_is_tried_again(
    usecases: UseCases, sent: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Poison(monkeypatch, job="decode", deaths=1)

    usecases.indexing.run(sent.id, Straight())

    assert poison.tries == 2
    assert usecases.tasks.get(sent.id).status is TaskStatus.READY


@pytest.mark.parametrize("job", ["probe", "decode"])
def test_a_file_on_which_it_dies_twice_is_given_up(
    job: str, usecases: UseCases, sent: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Poison(monkeypatch, job=job, deaths=9)

    with pytest.raises(DecoderLost, match="ended by signal 11, and 2 of 2 tries ended so") as caught:
        usecases.indexing.run(sent.id, Straight())

    assert (poison.tries, caught.value.code) == (2, "video_decoder_lost")


def test_a_restart_in_between_counts_no_try_anew(
    short_clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is stopped in the second try, and started again: that try is repeated, and is the last."""
    settings = Settings(data_dir=tmp_path)
    with bootstrap.opened(settings, executor=quick_executor()) as usecases:
        index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
        sent = _send(usecases, index.id, short_clip)
        Poison(monkeypatch, job="decode", deaths=1, then=KeyboardInterrupt())
        with contextlib.suppress(KeyboardInterrupt):
            usecases.indexing.run(sent.id, Straight())
    monkeypatch.undo()
    poison = Poison(monkeypatch, job="decode", deaths=9)

    with (
        bootstrap.opened(settings, executor=quick_executor()) as usecases,
        pytest.raises(DecoderLost, match="2 of 2"),
    ):
        usecases.indexing.run(sent.id, Straight())

    assert poison.tries == 1


def test_a_file_that_is_spent_is_not_touched_again(
    usecases: UseCases, sent: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a server that was killed between the second death and the end of the task."""
    poison = Poison(monkeypatch, job="decode", deaths=9)
    with pytest.raises(DecoderLost):
        usecases.indexing.run(sent.id, Straight())

    with pytest.raises(DecoderLost):
        usecases.indexing.run(sent.id, Straight())

    assert poison.tries == 2


def test_damage_that_the_decoder_can_name_is_not_tried_again(
    usecases: UseCases, sent: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Poison(monkeypatch, job="decode", deaths=0, then=VideoBroken("torn"))

    with pytest.raises(VideoBroken, match="torn"):
        usecases.indexing.run(sent.id, Straight())

    assert poison.tries == 1


def test_losses_do_not_stand_among_the_steps(
    usecases: UseCases, sent: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    Poison(monkeypatch, job="decode", deaths=1)

    usecases.indexing.run(sent.id, Straight())

    assert "decoder_losses" not in {step.step for step in usecases.tasks.steps(sent.id)}
