"""The vectors a video was indexed with, as searches compare them."""

from collections.abc import Collection, Iterator

import numpy as np

from kinodex.domain.embeddings import Embedded, EmbedOption, EmbedScope
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.engines.executor import Executor
from kinodex.stores.protocols import Records, VectorManifest, VectorRows, VectorStore
from kinodex.usecases.videos import Videos

_OPTIONS = {Modality.VISUAL: EmbedOption.VISUAL, Modality.SPEECH: EmbedOption.TRANSCRIPTION}


class VideoEmbeddings:
    """Reads the stored vectors of videos; nothing is computed anew."""

    def __init__(self, *, records: Records, videos: Videos, vectors: VectorStore, executor: Executor) -> None:
        self._records = records
        self._videos = videos
        self._vectors = vectors
        self._executor = executor

    def of(
        self, index_id: IndexId, video_id: VideoId, options: Collection[EmbedOption]
    ) -> tuple[Embedded, ...]:
        """
        Return a vector for each segment that is seen and for each utterance, in order of time.

        What is seen in a segment is the mean of its pictures and their views, of length 1. Each vector
        says its space: a video that another model has indexed has vectors of that one.

        Raises:
            NotFound: No such index, or no such video in it.
            FileNotFoundError: The bytes of vectors are gone.
            ValueError: The bytes of vectors are not those that were written.
        """
        self._videos.get(index_id, video_id)
        with self._records.read() as transaction:
            manifests = transaction.manifests.of_video(video_id)
        found = [
            embedded
            for manifest in manifests
            if _OPTIONS.get(manifest.modality) in options and not self._is_for_pictures_only(manifest)
            for embedded in _by_span(self._vectors.rows(manifest), manifest)
        ]
        return tuple(sorted(found, key=lambda each: (each.option, each.space, each.start_s, each.end_s)))

    def _is_for_pictures_only(self, manifest: VectorManifest) -> bool:
        """Return whether no text can be compared with these: the platform gives only such that can."""
        engines = self._executor
        return manifest.space == engines.appearance_space.id != engines.meaning_space.id


def _by_span(rows: VectorRows, manifest: VectorManifest) -> Iterator[Embedded]:
    spans, places = np.unique(rows.spans, axis=0, return_inverse=True)
    sums = np.zeros((len(spans), rows.vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, places.reshape(-1), rows.vectors)
    for (start_s, end_s), total in zip(spans.tolist(), sums, strict=True):
        length = float(np.linalg.norm(total))
        if length > 0:
            yield Embedded(
                option=_OPTIONS[manifest.modality],
                scope=EmbedScope.CLIP,
                start_s=start_s,
                end_s=end_s,
                space=manifest.space,
                vector=(total / length).astype("<f4").tobytes(),
            )
