"""Remembered answers in every database: whatever changes what a search may find makes them forgotten."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.contracts.builders import a_task, a_video, an_index

from kinodex.domain.clock import now
from kinodex.domain.indexes import Index
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.domain.videos import Video
from kinodex.stores.protocols import TextLine, Transaction, VectorManifest
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.known_answers import ENTRY_BYTES, KEPT_S, KnownAnswers, Revisions

NAME = b"what was asked"
INDEX, VIDEO = an_index(), a_video("")
VIDEO = replace(VIDEO, index_id=INDEX.id)
MANIFEST = VectorManifest(
    video_id=VIDEO.id, modality=Modality.VISUAL, space="fake:0:8", blob="a", sha256="0" * 64, rows=7
)
LINE = TextLine(video_id=VIDEO.id, modality=Modality.SPEECH, number=9, span=Span(0, 1), text="a car")
CHANGES: dict[str, Callable[[Transaction], object]] = {
    "add a video": lambda to: to.videos.add(a_video(INDEX.id)),
    "change a video": lambda to: to.videos.update(replace(VIDEO, user_metadata={"a": "b"})),
    "delete a video": lambda to: to.videos.delete(INDEX.id, VIDEO.id),
    "add lines": lambda to: to.texts.add(INDEX.id, [LINE]),
    "add vectors": lambda to: to.manifests.add(INDEX.id, [replace(MANIFEST, space="fake:1:8")]),
    "remove vectors": lambda to: to.manifests.remove(MANIFEST),
    "rename the index": lambda to: to.indexes.rename(INDEX.id, "another", now()),
    "delete the index": lambda to: to.indexes.delete(INDEX.id),
}


@pytest.fixture(autouse=True)
def there(records: SqlRecords) -> tuple[Index, Video]:
    with records.write() as transaction:
        transaction.indexes.add(INDEX)
        transaction.videos.add(VIDEO)
        transaction.manifests.add(INDEX.id, [MANIFEST])
    return INDEX, VIDEO


def kept(records: SqlRecords, answers: KnownAnswers) -> None:
    version = records.version()
    with records.read() as transaction:
        revisions = Revisions(transaction.indexes.revisions([INDEX.id]), version)
    answers.keep(NAME, b"an answer", revisions)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_at_once(records: SqlRecords, change: str) -> None:
    answers = KnownAnswers(records=records)
    kept(records, answers)
    assert answers.look(NAME) == b"an answer"
    with records.write() as transaction:
        CHANGES[change](transaction)
    assert answers.recall(NAME) is None
    assert answers.look(NAME) is None


def test_other_writes_leave_an_answer_as_it_is(records: SqlRecords) -> None:
    answers = KnownAnswers(records=records)
    kept(records, answers)
    other = an_index(name="other")
    with records.write() as transaction:
        transaction.tasks.add(a_task(INDEX.id))
        transaction.indexes.add(other)
        transaction.videos.add(a_video(other.id))
    assert answers.look(NAME) == b"an answer"


def test_what_is_not_committed_changes_nothing(records: SqlRecords) -> None:
    answers = KnownAnswers(records=records)
    kept(records, answers)
    with pytest.raises(ZeroDivisionError), records.write() as transaction:  # noqa: PT012  raised last
        transaction.videos.delete(INDEX.id, VIDEO.id)
        raise ZeroDivisionError
    assert answers.look(NAME) == b"an answer"


def test_an_answer_is_forgotten_after_a_while(records: SqlRecords) -> None:
    times = [0.0]
    answers = KnownAnswers(records=records, clock_s=lambda: times[0])
    kept(records, answers)
    times[0] = KEPT_S
    assert not answers.may_know(NAME)


def test_memory_is_bounded_in_bytes(records: SqlRecords) -> None:
    answers = KnownAnswers(records=records, most_bytes=3 * (ENTRY_BYTES + 10))
    for number in range(9):
        answers.keep(bytes([number]), b"x" * 10, Revisions({INDEX.id: "0"}, None))
    assert [answers.may_know(bytes([number])) for number in range(9)] == [False] * 6 + [True] * 3
    assert answers.figures().held_bytes == 3 * (ENTRY_BYTES + 10)
    answers.keep(b"large", b"x" * 10_000, Revisions({INDEX.id: "0"}, None))
    assert not answers.may_know(b"large")
