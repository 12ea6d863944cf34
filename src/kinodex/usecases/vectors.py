"""Store the vectors of a video and say which segments of them a search may see."""

from collections.abc import Sequence

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.domain.ids import VideoId
from kinodex.domain.media import Decoded
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Segment, Span
from kinodex.engines.executor import Executor
from kinodex.engines.protocols import FrameVectors
from kinodex.pipeline.steps.time_frames import segment_of
from kinodex.stores.protocols import VectorManifest, VectorRows, VectorStore


def store_pictures(
    video_id: VideoId,
    decoded: Decoded,
    segments: Sequence[Segment],
    *,
    vectors: FrameVectors,
    executor: Executor,
    store: VectorStore,
) -> list[VectorManifest]:
    """
    Store the vectors of the sampled pictures: one row a view, spanning the segment it lies in.

    Returns:
        A manifest for the space shared with words, and one for pictures where that is another.
    """
    if not decoded.frames:
        return []
    spans = _spans([segment_of(frame, segments).span for frame in decoded.frames])
    at_s = np.array([frame.at_s for frame in decoded.frames], dtype=np.float32)
    numbers = np.arange(len(decoded.frames), dtype=np.int32)
    views = vectors.meaning.shape[1]
    meaning = VectorRows(
        vectors=vectors.meaning.reshape(-1, vectors.meaning.shape[2]),
        spans=np.repeat(spans, views, axis=0),
        at_s=np.repeat(at_s, views),
        numbers=np.repeat(numbers, views),
    )
    manifests = [store.put(video_id, Modality.VISUAL, executor.meaning_space, meaning)]
    if executor.appearance_space != executor.meaning_space:
        appearance = VectorRows(vectors=vectors.appearance, spans=spans, at_s=at_s, numbers=numbers)
        manifests.append(store.put(video_id, Modality.VISUAL, executor.appearance_space, appearance))
    return manifests


def store_lines(
    video_id: VideoId,
    modality: Modality,
    lines: Sequence[tuple[Span, str]],
    *,
    executor: Executor,
    store: VectorStore,
) -> list[VectorManifest]:
    """Embed and store spoken or written lines: row *i* for line *i*; nothing for no lines."""
    if not lines:
        return []
    spans = _spans([span for span, _ in lines])
    rows = VectorRows(
        vectors=executor.embed_sentences([text for _, text in lines]),
        spans=spans,
        at_s=spans.mean(axis=1, dtype=np.float32),
        numbers=np.arange(len(lines), dtype=np.int32),
    )
    return [store.put(video_id, modality, executor.sentence_space, rows)]


def _spans(spans: Sequence[Span]) -> AnyArray:
    return np.array([(span.start_s, span.end_s) for span in spans], dtype=np.float32)
