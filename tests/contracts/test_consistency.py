"""What does not agree between records and bytes is found, said, and mended where it can be."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.builders import FACTS, NOON, a_task, a_video, an_index

from kinodex.domain.assets import AssetMethod, AssetStatus
from kinodex.domain.clock import now
from kinodex.domain.ids import AssetId, UploadId, VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.tasks import TaskStatus, VideoSource
from kinodex.domain.timeline import Span
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.protocols import TextLine, VectorManifest, VectorRows
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.sql.tables import outbox, text_lines, vector_manifests
from kinodex.stores.vectors.segments import SegmentVectors
from kinodex.usecases.assets import AssetRequest, new_asset
from kinodex.usecases.blobs import artifact_key, asset_key, frames_key, source_key, upload_prefix
from kinodex.usecases.consistency import Consistency, Finding
from kinodex.usecases.publishing import final_event
from kinodex.usecases.purging import Purging, announce_bytes

FILE = b"the bytes of a video"
SPACE = Space("fake", "0" * 16, 4)


class Library:
    """One index with one ready video, in any database and blob store."""

    def __init__(self, records: SqlRecords, blobs: ObstoreBlobs, folder: Path) -> None:
        self.records, self.blobs, self.folders = records, blobs, folder / "work"
        self.folders.mkdir()
        self.consistency = Consistency(
            records=records,
            blobs=blobs,
            purging=Purging(records=records, blobs=blobs),
            folders=self.folders,
        )
        self.index = an_index()
        self.video = a_video(self.index.id, facts=_facts(len(FILE)))
        self.task = a_task(
            self.index.id, video_id=self.video.id, status=TaskStatus.READY, failure=None, updated_at=now()
        )
        self.manifest = self._store()

    def _store(self) -> VectorManifest:
        import numpy as np

        for key in (
            source_key(self.video.id),
            frames_key(self.video.id),
            artifact_key(self.video.id, "decoded"),
        ):
            self.blobs.put_bytes(key, FILE)
        rows = VectorRows(
            vectors=np.eye(4, dtype=np.float32),
            spans=np.zeros((4, 2), np.float32),
            at_s=np.zeros(4, np.float32),
            numbers=np.arange(4, dtype=np.int32),
        )
        manifest = SegmentVectors(self.blobs).put(self.video.id, Modality.VISUAL, SPACE, rows)
        line = TextLine(
            video_id=self.video.id, modality=Modality.SPEECH, number=0, span=Span(0, 1), text="mind the gap"
        )
        with self.records.write() as transaction:
            transaction.indexes.add(self.index)
            transaction.tasks.add(self.task)
            transaction.videos.add(self.video)
            transaction.texts.add(self.index.id, [line])
            transaction.manifests.add(self.index.id, [manifest])
            transaction.outbox.add(final_event(self.task, self.index))
        return manifest

    def kinds(self, *, repair: bool = False) -> list[str]:
        return [finding.kind for finding in self.consistency.check(repair=repair)]

    def video_warnings(self) -> tuple[str, ...]:
        with self.records.read() as transaction:
            video = transaction.videos.get(self.index.id, self.video.id)
        assert video is not None
        return tuple(warning.message for warning in video.warnings)


def _facts(size_bytes: int):
    return replace(FACTS, size_bytes=size_bytes)


@pytest.fixture
def library(records: SqlRecords, blobs: ObstoreBlobs, tmp_path: Path) -> Library:
    return Library(records, blobs, tmp_path)


def test_a_library_in_order_has_no_findings(library: Library) -> None:
    assert library.consistency.check(repair=True) == []


def test_bytes_without_a_record_are_found_and_removed(library: Library) -> None:
    stray = VideoId("f" * 24)
    library.blobs.put_bytes(source_key(stray), FILE)

    (found,) = library.consistency.check()
    assert found == Finding(
        kind="bytes_without_record",
        subject=f"videos/{stray}/",
        sentence="1 blobs belong to nothing that is recorded.",
    )
    (repaired,) = library.consistency.check(repair=True)
    assert repaired.is_repaired
    assert library.blobs.size(source_key(stray)) is None
    assert library.kinds() == []


def test_bytes_of_an_upload_under_way_and_of_an_unfinished_task_are_in_order(library: Library) -> None:
    coming, waiting = VideoId("e" * 24), VideoId("d" * 24)
    for video_id in (coming, waiting):
        library.blobs.put_bytes(source_key(video_id), FILE)
    with library.records.write() as transaction:
        announce_bytes(transaction, coming)
        transaction.tasks.add(
            a_task(library.index.id, video_id=waiting, source=VideoSource(upload_blob=source_key(waiting)))
        )

    assert library.kinds(repair=True) == []
    assert library.blobs.size(source_key(waiting)) is not None


def test_bytes_of_a_ready_task_whose_video_is_gone_are_found(library: Library) -> None:
    with library.records.write() as transaction:
        transaction.videos.delete(library.index.id, library.video.id)

    assert library.kinds(repair=True) == ["bytes_without_record"]
    assert list(library.blobs.list("videos/")) == []


def test_a_ready_video_without_its_file_is_said_and_left_to_a_person(library: Library) -> None:
    library.blobs.put_bytes(source_key(library.video.id), FILE[:-3])
    (cut,) = library.consistency.check(repair=True)
    assert (cut.kind, cut.is_repairable, cut.is_repaired) == ("video_without_bytes", False, False)
    assert "17 bytes and had 20" in cut.sentence

    library.blobs.delete_prefix(f"videos/{library.video.id}/")
    found = library.consistency.check(repair=True)
    assert [each.kind for each in found] == ["video_without_bytes", "vectors_lost"]
    assert f"{source_key(library.video.id)}, {frames_key(library.video.id)}" in found[0].sentence


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_lost_vectors_are_taken_out_of_search_and_the_video_says_so(library: Library, damage: str) -> None:
    if damage == "changed":
        library.blobs.put_bytes(library.manifest.blob, b"other bytes")
    else:
        library.blobs.delete_prefix(f"videos/{library.video.id}/vectors/")

    (found,) = library.consistency.check()
    assert found.kind == "vectors_lost"
    assert library.video_warnings() == ("no sound", "torn"), "looking changes nothing"

    library.consistency.check(repair=True)
    assert "Its visual vectors in the space" in library.video_warnings()[-1]
    with library.records.read() as transaction:
        assert transaction.manifests.of_index(library.index.id) == []
    assert "vectors_lost" not in library.kinds()


def test_an_end_that_nobody_was_told_of_is_told(library: Library) -> None:
    with library.records.write() as transaction:
        transaction.connection.execute(sa.delete(outbox))

    assert library.kinds(repair=True) == ["event_missing"]

    with library.records.read() as transaction:
        (event,) = transaction.outbox.list(after=None, limit=10)
    assert (event.type, event.data["id"]) == ("index.task.ready", library.task.id)
    assert library.kinds() == []


def test_an_end_of_long_ago_is_not_told_again(library: Library) -> None:
    old = a_task(library.index.id, status=TaskStatus.FAILED, updated_at=NOON)
    with library.records.write() as transaction:
        transaction.tasks.add(old)

    assert library.kinds() == []


def test_an_upload_whose_file_is_gone_is_said(library: Library) -> None:
    source = VideoSource(upload_blob=source_key(VideoId("c" * 24)))
    with library.records.write() as transaction:
        transaction.tasks.add(a_task(library.index.id, source=source))

    assert library.kinds(repair=True) == ["upload_without_bytes"]


def test_parts_and_assets_without_a_record_are_removed_and_a_lost_asset_is_said(library: Library) -> None:
    for key in (asset_key(AssetId("a" * 24)), f"{upload_prefix(UploadId('b' * 24))}1/tag"):
        library.blobs.put_bytes(key, FILE)
    lost, failed = (
        replace(new_asset(AssetRequest(), AssetMethod.DIRECT, filename="a.mp4"), status=status, size_bytes=20)
        for status in (AssetStatus.READY, AssetStatus.FAILED)
    )
    library.blobs.put_bytes(asset_key(failed.id), FILE)
    with library.records.write() as transaction:
        transaction.assets.add(lost)
        transaction.assets.add(failed)

    found = library.consistency.check(repair=True)

    kinds = [each.kind for each in found]
    assert kinds == [*["bytes_without_record"] * 3, "asset_without_bytes"]
    assert found[-1].subject == lost.id
    assert [*library.blobs.list("assets/"), *library.blobs.list("uploads/")] == []


def test_working_folders_of_no_task_are_removed(library: Library) -> None:
    (library.folders / library.video.id / "decoded").mkdir(parents=True)

    assert library.kinds(repair=True) == ["folder_without_task"]
    assert list(library.folders.iterdir()) == []


def test_rows_that_belong_to_nothing_are_said(tmp_path: Path, sqlite_template: Path) -> None:
    records = SqlRecords(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'kinodex.db')}")
    library = Library(records, ObstoreBlobs(str(tmp_path / "blobs")), tmp_path)
    with records.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.execute(sa.update(text_lines).values(video_id="gone"))
        connection.execute(sa.update(vector_manifests).values(video_id="gone"))
        connection.commit()

    (lines, manifests) = (each for each in library.consistency.check() if each.kind == "database_damaged")

    assert lines.sentence == "1 rows of text_lines belong to no row of videos."
    assert manifests.sentence == "1 rows of vector_manifests belong to no row of videos."
    assert not lines.is_repairable
    records.close()


def test_an_index_of_words_that_lost_its_lines_is_said(tmp_path: Path, sqlite_template: Path) -> None:
    records = SqlRecords(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'kinodex.db')}")
    library = Library(records, ObstoreBlobs(str(tmp_path / "blobs")), tmp_path)
    with records.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER text_lines_removed")
        connection.execute(sa.delete(text_lines))

    (found,) = library.consistency.check()

    assert found.sentence.startswith("The index of words does not match the lines")
    records.close()
