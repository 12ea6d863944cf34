"""What the records do with assets, uploads and indexed assets, in every database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.contracts.builders import FACTS, NOON, a_task, a_video, an_index

from kinodex.domain.assets import (
    Asset,
    AssetFacts,
    AssetKind,
    AssetMethod,
    AssetStatus,
    PartStatus,
    Rendition,
    RenditionStatus,
    Upload,
    UploadPart,
    UploadStatus,
)
from kinodex.domain.ids import AssetId, UploadId, new_id
from kinodex.domain.indexes import Index
from kinodex.domain.listing import Condition, Listing
from kinodex.domain.streams import FileFacts, PictureStream, SoundStream
from kinodex.domain.tasks import Failure, TaskStatus
from kinodex.stores.sql.records import SqlRecords

FILE = FileFacts(
    container="mp4",
    pictures=(PictureStream(index=0, codec="h264", width_px=640, height_px=360, fps=25.0),),
    sounds=(
        SoundStream(
            index=1, codec="aac", codec_long="AAC", sample_rate_hz=48_000, channels=2, channel_layout="stereo"
        ),
    ),
    duration_s=12.5,
)


def an_asset(**changes: Any) -> Asset:
    asset = Asset(
        id=AssetId(new_id()),
        method=AssetMethod.DIRECT,
        status=AssetStatus.READY,
        filename="Straße_1%.mp4",
        created_at=NOON,
        updated_at=NOON,
        url="https://example.com/a",
        kind=AssetKind.VIDEO,
        file_type="video/mp4",
        size_bytes=5 * 1024**3,
        duration_s=12.5,
        sha256="0" * 64,
        technical=AssetFacts(file=FILE, video=FACTS),
        wants_stream=True,
        wants_thumbnail=True,
        stream=Rendition(RenditionStatus.READY, "Playback: it plays without sound."),
        thumbnail=Rendition(RenditionStatus.ERROR, "There is no picture of sound."),
        user_metadata={"a": 1, "b": ("x", "y"), "c": True, "d": 1.5},
        failure=Failure("file_empty", "The file is empty (0 bytes)."),
        request_id="r",
    )
    return replace(asset, **changes)


def an_upload(asset: Asset, **changes: Any) -> Upload:
    upload = Upload(
        id=UploadId(new_id()),
        asset_id=asset.id,
        kind=AssetKind.AUDIO,
        status=UploadStatus.ACTIVE,
        total_bytes=10 * 1024**3,
        part_bytes=16 * 1024**2,
        created_at=NOON,
        updated_at=NOON,
        expires_at=NOON + timedelta(hours=24),
    )
    return replace(upload, **changes)


@pytest.fixture
def index(records: SqlRecords) -> Index:
    index = an_index()
    with records.write() as transaction:
        transaction.indexes.add(index)
    return index


def test_an_asset_comes_back_as_it_went_in(records: SqlRecords) -> None:
    whole = an_asset()
    bare = Asset(
        id=AssetId(new_id()),
        method=AssetMethod.URL,
        status=AssetStatus.PROCESSING,
        filename="a",
        created_at=NOON,
        updated_at=NOON,
    )
    with records.write() as transaction:
        transaction.assets.add(whole)
        transaction.assets.add(bare)

    with records.read() as transaction:
        assert transaction.assets.get(whole.id) == whole
        assert transaction.assets.get(bare.id) == bare
        assert transaction.assets.get(AssetId("0" * 24)) is None


def test_replacing_an_asset_that_is_gone_says_so(records: SqlRecords) -> None:
    asset = an_asset()
    with records.write() as transaction:
        assert not transaction.assets.replace(asset)
        transaction.assets.add(asset)
        assert transaction.assets.replace(replace(asset, filename="b"))
        transaction.assets.delete(asset.id)
        assert transaction.assets.get(asset.id) is None


@pytest.mark.parametrize(
    ("part", "count"), [("STRASSE", 1), ("straße", 1), ("1%", 1), ("%", 1), ("_", 1), ("x", 0), ("e_", 1)]
)
def test_a_part_of_a_name_is_found_whatever_its_case(records: SqlRecords, part: str, count: int) -> None:
    with records.write() as transaction:
        transaction.assets.add(an_asset())
        transaction.assets.add(an_asset(filename="other.mp4"))

    with records.read() as transaction:
        listing = Listing(conditions=(Condition("filename", "eq", part),))
        assert transaction.assets.list(listing).total == count


def test_uses_are_videos_that_are_there_or_may_still_come(records: SqlRecords, index: Index) -> None:
    asset = an_asset()
    running, ready, failed, deleted = (
        a_task(index.id, asset_id=asset.id, status=status)
        for status in (TaskStatus.INDEXING, TaskStatus.READY, TaskStatus.FAILED, TaskStatus.READY)
    )
    with records.write() as transaction:
        transaction.assets.add(asset)
        for task in (running, ready, failed, deleted):
            transaction.tasks.add(task)
        transaction.videos.add(a_video(index.id, id=ready.video_id, asset_id=asset.id))

    with records.read() as transaction:
        uses = transaction.assets.uses(asset.id)
        assert {use.video_id for use in uses.items} == {running.video_id, ready.video_id}
        assert uses.items[0].index_name == index.name
        assert transaction.videos.get(index.id, ready.video_id) == a_video(
            index.id, id=ready.video_id, asset_id=asset.id
        )


def test_an_upload_and_its_parts_go_with_the_asset(records: SqlRecords) -> None:
    asset = an_asset()
    upload = an_upload(asset)
    part = UploadPart(number=2, status=PartStatus.PENDING, size_bytes=7, etag="e", updated_at=NOON)
    with records.write() as transaction:
        transaction.assets.add(asset)
        transaction.uploads.add(upload)
        transaction.uploads.put_part(upload.id, part)
        done = replace(part, status=PartStatus.COMPLETED, uploaded_at=NOON, error="none")
        transaction.uploads.put_part(upload.id, done)
        first = replace(part, number=1)
        transaction.uploads.put_part(upload.id, first)

    with records.write() as transaction:
        assert transaction.uploads.get(upload.id, for_change=True) == upload
        assert transaction.uploads.of_asset(asset.id) == upload
        assert transaction.uploads.parts(upload.id) == [first, done]
        transaction.assets.delete(asset.id)
        assert transaction.uploads.get(upload.id) is None
        assert transaction.uploads.parts(upload.id) == []


def test_overdue_and_incomplete_uploads_are_found(records: SqlRecords) -> None:
    assets = [an_asset() for _ in range(4)]
    late, early, completed, expired = (
        an_upload(asset, expires_at=NOON + timedelta(hours=hours), status=status)
        for asset, hours, status in zip(
            assets,
            (30, 1, 1, 1),
            (UploadStatus.ACTIVE, UploadStatus.ACTIVE, UploadStatus.COMPLETED, UploadStatus.EXPIRED),
            strict=True,
        )
    )
    with records.write() as transaction:
        for asset, upload in zip(assets, (late, early, completed, expired), strict=True):
            transaction.assets.add(asset)
            transaction.uploads.add(upload)

    with records.read() as transaction:
        assert transaction.uploads.overdue(NOON + timedelta(hours=2)) == [early]
        page = transaction.uploads.incomplete(page=1, page_limit=10)
        assert {upload.id for upload in page.items} == {late.id, early.id, expired.id}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("metadata.topic", "eq", "sea"), {"running"}),
        (Condition("metadata.topic", "eq", "sky"), {"ready"}),
        (Condition("metadata.n", "gte", "2"), {"running", "ready"}),
        (Condition("status", "in", ("ready", "failed")), {"ready", "failed"}),
        (Condition("fps", "gte", 1.0), {"ready"}),
        (Condition("updated_at", "gte", NOON + timedelta(seconds=5)), {"ready"}),
        (Condition("width_px", "eq", 1280), {"running", "ready", "failed"}),
    ],
)
def test_indexed_assets_are_filtered_by_task_or_video(
    records: SqlRecords, index: Index, condition: Condition, found: set[str]
) -> None:
    metadata = (("topic", "sea"), ("n", 3))
    tasks = {
        "running": a_task(index.id, status=TaskStatus.INDEXING, user_metadata=metadata),
        "ready": a_task(index.id, status=TaskStatus.READY, user_metadata=metadata),
        "failed": a_task(index.id, status=TaskStatus.FAILED, user_metadata=()),
        "deleted": a_task(index.id, status=TaskStatus.READY, user_metadata=metadata),
    }
    video = a_video(
        index.id,
        id=tasks["ready"].video_id,
        user_metadata={"topic": "sky", "n": 2},
        updated_at=NOON + timedelta(seconds=9),
    )
    with records.write() as transaction:
        for task in tasks.values():
            transaction.tasks.add(task)
        transaction.videos.add(video)

    with records.read() as transaction:
        listing = Listing(conditions=(condition,), sort_by="updated_at")
        page = transaction.indexed_assets.list(index.id, listing)
    names = {task.video_id: name for name, task in tasks.items()}
    assert {names[each.task.video_id] for each in page.items} == found
    assert [each.video for each in page.items if each.video] in ([video], [])


def test_describing_a_task_changes_what_filters_see(records: SqlRecords, index: Index) -> None:
    task = a_task(index.id, status=TaskStatus.FAILED)
    with records.write() as transaction:
        transaction.tasks.add(task)
        changed = replace(task, user_metadata=(("k", "new"),), updated_at=NOON + timedelta(hours=1))
        transaction.indexed_assets.describe(changed)

    with records.read() as transaction:
        assert transaction.tasks.get(task.id) == changed
        listing = Listing(conditions=(Condition("metadata.k", "eq", "new"),))
        assert transaction.indexed_assets.list(index.id, listing).total == 1
        old = Listing(conditions=(Condition("metadata.d", "eq", "x"),))
        assert transaction.indexed_assets.list(index.id, old).total == 0
