"""The parameters that stand in paths."""

from collections.abc import Mapping

from kinodex.http.spec.schema import (
    ASSET_ID,
    EMBED_TASK_ID,
    INDEX_ID,
    KEY_ID,
    TASK_ID,
    UPLOAD_ID,
    VIDEO_ID,
    WEBHOOK_ID,
    identifier,
    text,
    word,
)
from kinodex.http.wire.values import Json

PATH_PARAMETERS: Mapping[str, tuple[Json, str]] = {
    "index_id": (identifier("Id of an index."), INDEX_ID),
    "task_id": (identifier("Id of a task."), TASK_ID),
    "video_id": (identifier("Id of a video."), VIDEO_ID),
    "asset_id": (identifier("Id of an asset."), ASSET_ID),
    "indexed_asset_id": (identifier("Id of the video it is or will be."), VIDEO_ID),
    "upload_id": (identifier("Id of an upload."), UPLOAD_ID),
    "number": (text("Number of the part, from 1.", pattern="^[0-9]{1,9}$"), "1"),
    "embed_task_id": (identifier("Id of an embedding task."), EMBED_TASK_ID),
    "key_id": (identifier("Id of a key."), KEY_ID),
    "webhook_id": (identifier("Id of a webhook."), WEBHOOK_ID),
    "delivery_id": (identifier("Id of a delivery."), f"{1:024x}"),
    "engine_id": (text("Name of an engine."), "marengo2.5"),
    "token": (
        text("What `next_page_token` or `prev_page_token` of a page holds."),
        "9bd3aa64f7a74a4b8a9f6a9a2f0c6d11-1",
    ),
    "start_ms": (text("Milliseconds where a clip begins.", pattern="^[0-9]{1,9}$"), "0"),
    "end_ms": (text("Milliseconds where a clip ends.", pattern="^[0-9]{1,9}$"), "1500"),
    "transcript_form": (word("srt", "vtt", "csv", "txt", "json", about="Form of the file."), "txt"),
    "screen_text_form": (word("csv", "txt", "json", about="Form of the file."), "txt"),
    "at_ms": (text("Milliseconds from the beginning of the video.", pattern="^[0-9]{1,9}$"), "15000"),
}
"""By name: the schema and an example."""
