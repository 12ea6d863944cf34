"""Identifiers: 24 lower-case hex digits, the first eight a time in seconds."""

import re
import secrets
import time
from typing import NewType

IndexId = NewType("IndexId", str)
TaskId = NewType("TaskId", str)
VideoId = NewType("VideoId", str)
KeyId = NewType("KeyId", str)
WebhookId = NewType("WebhookId", str)
AssetId = NewType("AssetId", str)
UploadId = NewType("UploadId", str)
EmbedTaskId = NewType("EmbedTaskId", str)

_PATTERN = re.compile(r"[0-9a-f]{24}")


def new_id() -> str:
    """Return a fresh identifier that sorts by the second it was made in."""
    return f"{int(time.time()):08x}{secrets.token_hex(8)}"


def is_id(text: str) -> bool:
    """Return whether the text has the form of an identifier."""
    return _PATTERN.fullmatch(text) is not None
