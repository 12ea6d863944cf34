"""What tasks over the same bytes know of one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinodex.domain.ids import TaskId, VideoId
from kinodex.domain.tasks import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBytes:
    """
    The bytes a source gave: their SHA-256 in hex, and the video below which they lie in the blob store.

    ``validator`` is a strong one of HTTP, if the source sent any.
    """

    video_id: VideoId
    sha256: str
    size_bytes: int
    filename: str
    validator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSource:
    """
    What came of the last time a source was asked for a video.

    ``digest`` stands for a URL and the header fields sent along, which are not kept. Either ``found`` or
    ``failure`` is there; a failure may depend on ``generation``, the API version of the task.
    """

    digest: str
    generation: str
    task_id: TaskId
    at: datetime
    found: KnownBytes | None = None
    failure: Failure | None = None


class SourceStore(Protocol):
    """Known sources, one for each digest and API version; they go with their tasks."""

    def put(self, source: KnownSource) -> None:
        """Store what came of asking a source, in place of what was known before."""
        ...

    def of(self, digest: str) -> Sequence[KnownSource]:
        """Return what is known of a source, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """Who does something that others wait for; ``beat`` grows as long as the claim is alive."""

    task_id: TaskId
    beat: int


class ClaimStore(Protocol):
    """Claims: at most one for each key. They go with their tasks."""

    def take(self, key: str, task_id: TaskId, *, over: Claim | None) -> Claim | None:
        """
        Claim a key for a task.

        Args:
            key: What is claimed.
            task_id: A task that is there.
            over: A claim found dead; it is replaced if it has not changed since.

        Returns:
            ``None`` if the key is the task's now, else the claim that stands in the way.
        """
        ...

    def holder(self, key: str) -> Claim | None:
        """Return the claim on a key, or ``None``."""
        ...

    def keep(self, key: str, task_id: TaskId) -> bool:
        """Let a claim beat once; False if it is not the task's any more."""
        ...

    def release(self, key: str, task_id: TaskId) -> None:
        """Give a claim up; that of another task stays."""
        ...
