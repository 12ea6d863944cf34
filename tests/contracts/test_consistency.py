"""What does not agree between records and bytes is found, said, and mended where it can be."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.builders import FACTS, NOON, a_task, a_video, an_index

from kinodex.domain.assets import (
    Asset,
    AssetKind,
    AssetLimits,
    AssetMethod,
    AssetStatus,
    PartStatus,
    Upload,
    UploadStatus,
)
from kinodex.domain.clock import now
from kinodex.domain.embeddings import EmbedStatus, EmbedTask, EmbedWanted
from kinodex.domain.errors import ParameterInvalid
from kinodex.domain.ids import AssetId, EmbedTaskId, UploadId, VideoId, new_id
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
from kinodex.usecases.blobs import (
    PREFIXES,
    artifact_key,
    asset_key,
    embedded_key,
    embedding_source_key,
    frames_key,
    part_key,
    playlist_key,
    source_key,
    stream_key,
    upload_prefix,
)
from kinodex.usecases.consistency import Consistency
from kinodex.usecases.findings import Finding
from kinodex.usecases.publishing import final_event
from kinodex.usecases.purging import Purging, announce_bytes
from kinodex.usecases.uploads import UPLOAD_LIFE, PartReport, Uploads

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


def test_strays_are_found_and_removed_below_every_prefix_the_product_writes(library: Library) -> None:
    strays = [f"{prefix}{'f' * 24}/{name}" for prefix in PREFIXES for name in ("one", "two/three")]
    for key in strays:
        library.blobs.put_bytes(key, FILE)

    assert library.kinds(repair=True) == ["bytes_without_record"] * len(PREFIXES)

    assert [key for key in strays if library.blobs.size(key) is not None] == []
    assert library.kinds() == []


def test_a_stream_that_is_lost_is_offered_no_more(library: Library) -> None:
    playable = a_video(library.index.id, facts=_facts(len(FILE)), is_playable=True)
    for key in (
        source_key(playable.id),
        frames_key(playable.id),
        artifact_key(playable.id, "decoded"),
        playlist_key(playable.id),
    ):
        library.blobs.put_bytes(key, FILE)
    with library.records.write() as transaction:
        transaction.videos.add(playable)

    (found,) = library.consistency.check(repair=True)

    assert (found.kind, found.is_repaired) == ("playback_without_bytes", True)
    assert found.sentence.startswith(f"{stream_key(playable.id)} of a video")
    with library.records.read() as transaction:
        video = transaction.videos.get(library.index.id, playable.id)
    assert video is not None
    assert not video.is_playable
    assert "Its stream was lost" in video.warnings[-1].message
    assert library.kinds() == []


def _an_embed_task(status: EmbedStatus, **facts: object) -> EmbedTask:
    return EmbedTask(
        id=EmbedTaskId(new_id()),
        family="v1",
        status=status,
        model_name="marengo3.0",
        wanted=EmbedWanted(),
        filename="a.mp4",
        created_at=now(),
        updated_at=now(),
        **facts,  # type: ignore[arg-type]
    )


def test_embeddings_agree_with_their_tasks(library: Library) -> None:
    whole, lost = _an_embed_task(EmbedStatus.READY), _an_embed_task(EmbedStatus.READY)
    failed, cut = _an_embed_task(EmbedStatus.FAILED), _an_embed_task(EmbedStatus.PROCESSING)
    coming = _an_embed_task(EmbedStatus.PROCESSING, url="https://a.example/a.mp4")
    with library.records.write() as transaction:
        for task in (whole, lost, failed, cut, coming):
            transaction.embed_tasks.add(task)
    kept = [embedded_key(whole.id), embedded_key(cut.id), embedding_source_key(coming.id)]
    needless = [embedding_source_key(whole.id), embedded_key(failed.id)]
    for key in (*kept, *needless):
        library.blobs.put_bytes(key, FILE)

    found = library.consistency.check(repair=True)

    said = {(each.kind, each.subject): each.is_repaired for each in found}
    assert said == {
        ("bytes_without_record", f"embeddings/{whole.id}/source/"): True,
        ("bytes_without_record", f"embeddings/{failed.id}/"): True,
        ("embedding_without_bytes", lost.id): False,
        ("upload_without_bytes", cut.id): False,
    }
    assert sorted(library.blobs.list("embeddings/")) == sorted(kept)


def _an_upload(library: Library, asset: Asset, *, status: UploadStatus = UploadStatus.ACTIVE) -> Upload:
    upload = Upload(
        id=UploadId(new_id()),
        asset_id=asset.id,
        kind=AssetKind.VIDEO,
        status=status,
        total_bytes=2 * len(FILE),
        part_bytes=len(FILE),
        created_at=now(),
        updated_at=now(),
        expires_at=now() + UPLOAD_LIFE,
    )
    with library.records.write() as transaction:
        transaction.assets.add(asset)
        transaction.uploads.add(upload)
    return upload


def _an_asset(status: AssetStatus) -> Asset:
    return replace(
        new_asset(AssetRequest(), AssetMethod.MULTIPART, filename="a.mp4"), status=status, size_bytes=20
    )


def test_a_part_whose_bytes_are_lost_is_asked_for_again(library: Library, tmp_path: Path) -> None:
    upload = _an_upload(library, _an_asset(AssetStatus.PROCESSING))
    uploads = Uploads(
        records=library.records,
        blobs=library.blobs,
        jobs=None,  # type: ignore[arg-type]  # the upload never becomes complete
        limits=AssetLimits(
            direct_bytes=99, url_bytes=99, multipart_bytes=99, image_bytes=99, part_bytes=len(FILE)
        ),
        folder=tmp_path / "parts",
        purging=Purging(records=library.records, blobs=library.blobs),
        through_server=True,
    )

    def send() -> PartReport:
        path = uploads.new_part()
        path.write_bytes(FILE)
        return PartReport(1, uploads.put_part(upload.id, 1, path), len(FILE))

    report = send()
    uploads.report(upload.id, [report])
    assert library.kinds() == [], "the parts of an upload under way are in order"
    library.blobs.delete_prefix(upload_prefix(upload.id))

    (found,) = library.consistency.check(repair=True)

    assert (found.kind, found.subject) == ("part_without_bytes", f"uploads/{upload.id}/1")
    (part,) = uploads.get(upload.id)[1].values()
    assert (part.status, part.error) == (PartStatus.FAILED, "its bytes were lost; send it again")
    with pytest.raises(ParameterInvalid, match="chunk 1: the proof is"):
        uploads.report(upload.id, [report])
    assert uploads.report(upload.id, [send()]).completed == 1
    assert library.kinds() == []


def test_parts_of_an_asset_that_has_ended_are_removed(library: Library) -> None:
    ended = _an_asset(AssetStatus.READY)
    upload = _an_upload(library, ended, status=UploadStatus.COMPLETED)
    library.blobs.put_bytes(asset_key(ended.id), FILE)
    library.blobs.put_bytes(part_key(upload.id, 1, "tag"), FILE)

    assert library.kinds(repair=True) == ["bytes_without_record"]

    assert [*library.blobs.list("uploads/")] == []
    assert library.blobs.size(asset_key(ended.id)) is not None


def test_the_working_folders_of_a_retry_an_asset_and_an_embedding_task_are_kept(library: Library) -> None:
    source = VideoSource(url="https://a.example/a.mp4")
    again = a_task(library.index.id, attempt=2, source=source)
    asset, embedding = _an_asset(AssetStatus.PROCESSING), _an_embed_task(EmbedStatus.PROCESSING, url="x")
    with library.records.write() as transaction:
        transaction.tasks.add(again)
        transaction.assets.add(asset)
        transaction.embed_tasks.add(embedding)
    kept = {
        library.folders / f"{again.video_id}.2",
        library.folders.with_name("intake") / asset.id,
        library.folders.with_name("embed") / embedding.id,
    }
    for folder in (*kept, *(place.with_name("f" * 24) for place in kept)):
        folder.mkdir(parents=True)

    assert library.kinds(repair=True) == ["folder_without_task"] * 3

    assert {folder for place in kept for folder in place.parent.iterdir()} == kept


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
