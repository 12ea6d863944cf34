"""Values to store; each test changes what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kinodex.domain.ids import IndexId, KeyId, TaskId, VideoId, new_id
from kinodex.domain.indexes import Index, ModelChoice
from kinodex.domain.media import MediaFacts
from kinodex.domain.tasks import Failure, Task, TaskStatus, VideoSource
from kinodex.domain.timeline import Span
from kinodex.domain.videos import Video
from kinodex.domain.warnings import VideoWarning

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_000, tzinfo=UTC)

FACTS = MediaFacts(
    duration_s=61.5,
    width_px=1280,
    height_px=720,
    fps=30000 / 1001,
    size_bytes=5 * 1024**3,
    container="mp4",
    video_codec="h264",
    audio_codec="aac",
    rotation_deg=90,
    subtitle_streams=2,
)


def an_index(**changes: Any) -> Index:
    index = Index(
        id=IndexId(new_id()),
        name=f"index {new_id()}",
        models=(ModelChoice("marengo2.7", ("visual", "audio")), ModelChoice("pegasus1.2", ("visual",))),
        created_at=NOON,
        updated_at=NOON,
        addons=("thumbnail",),
        generation="v1.3",
    )
    return replace(index, **changes)


def a_task(index_id: IndexId, **changes: Any) -> Task:
    task = Task(
        id=TaskId(new_id()),
        index_id=index_id,
        video_id=VideoId(new_id()),
        status=TaskStatus.PENDING,
        source=VideoSource(
            url="https://example.com/a.mp4?token=1",
            upload_blob="uploads/1",
            headers=(("Cookie", "a=1"), ("X-Key", "k")),
            is_incomplete=True,
        ),
        filename="Ünï\u00e7ode 日本.mp4",
        generation="v1.1",
        created_at=NOON,
        updated_at=NOON + timedelta(seconds=1),
        estimated_ready_at=NOON + timedelta(seconds=2),
        language="de",
        transcript_blob="t/1",
        transcript_url="https://example.com/t.srt",
        keep_stream=False,
        user_metadata=(("a", 1), ("b", 1.5), ("c", True), ("d", "x"), ("e", ("x", "y"))),
        duration_s=61.5,
        width_px=1280,
        height_px=720,
        size_bytes=5 * 1024**3,
        step="decode",
        progress=0.25,
        failure=Failure("engine_failed", "No."),
        request_id="r1",
        attempt=2,
        key_id=KeyId("k1"),
        waits_for="another task",
    )
    return replace(task, **changes)


def a_video(index_id: IndexId, **changes: Any) -> Video:
    video = Video(
        id=VideoId(new_id()),
        index_id=index_id,
        filename="a.mp4",
        facts=FACTS,
        sha256="0" * 64,
        created_at=NOON,
        updated_at=NOON + timedelta(seconds=1),
        indexed_at=NOON + timedelta(seconds=2),
        title="A title",
        user_metadata={"n": 3, "f": 2.5, "t": True, "s": "text", "l": ("x", "y"), "empty": ()},
        engines={"speech": "moonshine"},
        warnings=(VideoWarning("no sound"), VideoWarning("torn", "pictures", Span(1.5, 2.0))),
    )
    return replace(video, **changes)
