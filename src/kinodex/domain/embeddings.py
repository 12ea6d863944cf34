"""Embeddings people ask for: of a text or a picture at once, of a video by a task."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kinodex.domain.ids import EmbedTaskId
from kinodex.domain.tasks import Failure


class EmbedOption(StrEnum):
    """What a vector stands for."""

    VISUAL = "visual"  # what is seen; texts and pictures share its space
    TRANSCRIPTION = "transcription"  # what is said; in the space of sentences


class EmbedScope(StrEnum):
    """How much of a video a vector stands for; the second version of the API says *asset* for *video*."""

    CLIP = "clip"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedWanted:
    """
    What to embed of a video.

    Clips are ``clip_s`` long; with ``minimum_shot_s`` they are shots instead, short ones joined until they
    are that long. ``end_s`` is ``None`` for the end of the video.
    """

    options: tuple[EmbedOption, ...] = (EmbedOption.VISUAL, EmbedOption.TRANSCRIPTION)
    scopes: tuple[EmbedScope, ...] = (EmbedScope.CLIP,)
    clip_s: float = 6.0
    minimum_shot_s: float | None = None
    start_s: float = 0.0
    end_s: float | None = None


class EmbedStatus(StrEnum):
    """Where an embedding task stands."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedTask:
    """
    What is stored of an embedding task; its vectors lie in the blob store.

    ``family`` is the version of the endpoint it came by: ``v1`` or ``v2``. ``url`` loses its query at the
    end. Without one, the file was uploaded.
    """

    id: EmbedTaskId
    family: str
    status: EmbedStatus
    model_name: str
    wanted: EmbedWanted
    filename: str
    created_at: datetime
    updated_at: datetime
    url: str | None = None
    duration_s: float | None = None
    failure: Failure | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """One vector of a video: ``float32`` little endian, of length 1, in the space with this id."""

    option: EmbedOption
    scope: EmbedScope
    start_s: float
    end_s: float
    space: str
    vector: bytes
