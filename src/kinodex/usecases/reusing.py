"""The results of a video that has the same bytes and the same recipe, taken over instead of made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog

from kinodex import __version__
from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.recipes import Recipe
from kinodex.domain.tasks import Task
from kinodex.domain.videos import Video
from kinodex.engines.executor import Executor
from kinodex.stores.protocols import BlobStore, Records, VectorManifest
from kinodex.usecases.blobs import (
    artifact_key,
    frames_key,
    playlist_key,
    source_key,
    stream_key,
    transcript_key,
    video_prefix,
)

log = structlog.get_logger(__name__)

_NEEDED = ("decoded", "segments", "utterances", "screen_text")


def recipe_of(
    task: Task, modalities: frozenset[Modality], *, executor: Executor, transcript_sha256: str | None
) -> Recipe:
    """Return what decides, besides its bytes, how the video of a task is understood on this machine."""
    is_heard = Modality.SPEECH in modalities and transcript_sha256 is None
    return Recipe(
        program=__version__,
        modalities=tuple(sorted(modalities)),
        language=task.language if is_heard else "",
        transcript_sha256=transcript_sha256,
        engines=dict(executor.names()),
        spaces={
            "meaning": executor.meaning_space.id,
            "appearance": executor.appearance_space.id,
            "sentences": executor.sentence_space.id,
        },
        keep_stream=task.keep_stream,
    )


@dataclass(frozen=True, slots=True)
class Reusing:
    """Takes over what other videos have; afterwards the two share nothing that deleting one could harm."""

    records: Records
    blobs: BlobStore

    def find(self, sha256: str, recipe: Recipe) -> Video | None:
        """Return a video with these bytes and this recipe, or ``None``."""
        with self.records.read() as transaction:
            return transaction.videos.twin(sha256, recipe.fingerprint)

    def take_over(self, twin: Video, video_id: VideoId) -> Mapping[str, Any]:
        """
        Copy the results of a video below another id.

        Returns:
            The outcome of all steps from decoding to embedding, of plain JSON values; empty if the video
            went away meanwhile or lacks something.
        """
        with self.records.read() as transaction:
            manifests = transaction.manifests.of_video(twin.id)
        if not self._copy(twin.id, video_id, needed=_needed(twin, manifests)):
            return {}
        with self.records.read() as transaction:
            if transaction.videos.get(twin.index_id, twin.id) is None:
                return {}  # it was being deleted: what was copied may not be all
        return {
            "duration_s": twin.facts.duration_s,
            "warnings": msgspec.to_builtins(twin.warnings),
            "is_playable": twin.is_playable,
            "engines": dict(twin.engines),
            "manifests": [msgspec.to_builtins(_moved(each, video_id)) for each in manifests],
        }

    def _copy(self, source: VideoId, target: VideoId, *, needed: set[str]) -> bool:
        own = {source_key(source), transcript_key(source)}
        keys = [key for key in self.blobs.list(video_prefix(source)) if key not in own]
        if missing := needed - set(keys):
            log.info("a video is not reused: it lacks results", twin=source, missing=len(missing))
            return False
        try:
            for key in keys:
                self.blobs.copy(key, _moved_key(key, target))
        except FileNotFoundError:
            return False
        return True


def _needed(twin: Video, manifests: Sequence[VectorManifest]) -> set[str]:
    results = {artifact_key(twin.id, name) for name in _NEEDED} | {frames_key(twin.id)}
    played = {stream_key(twin.id), playlist_key(twin.id)} if twin.is_playable else set()
    return results | played | {manifest.blob for manifest in manifests}


def _moved(manifest: VectorManifest, video_id: VideoId) -> VectorManifest:
    return replace(manifest, video_id=video_id, blob=_moved_key(manifest.blob, video_id))


def _moved_key(key: str, video_id: VideoId) -> str:
    """Return the key of a blob of one video, below another."""
    _, _, rest = key.removeprefix("videos/").partition("/")
    return video_prefix(video_id) + rest
