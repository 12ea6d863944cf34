"""Vector segments: immutable blobs, one for each video, modality and space, and exact search over them."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import numpy as np

from kinodex.domain.arrays import AnyArray, Vectors
from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.timeline import Span
from kinodex.stores.protocols import BlobStore, VectorHit, VectorManifest, VectorRows
from kinodex.stores.vectors.cache import SegmentCache
from kinodex.stores.vectors.format import Segment, pack, unpack

CACHE_BYTES = 1024**3
"""Half a million vectors of 512 dimensions. As float32: converting from float16 costs ten times a search."""

LOADING_THREADS = 4


class SegmentVectors:
    """Exact search over segments in the blob store; memory only ever holds copies of them."""

    def __init__(self, blobs: BlobStore, *, cache_bytes: int = CACHE_BYTES) -> None:
        """
        Use a blob store.

        Args:
            blobs: Where the segments lie.
            cache_bytes: Keep so much of them in memory; those used least go first.
        """
        self._blobs = blobs
        self._cache = SegmentCache(cache_bytes)

    def put(self, video_id: VideoId, modality: Modality, space: Space, rows: VectorRows) -> VectorManifest:
        """
        Write a segment and return its manifest; the same rows always get the same key.

        Raises:
            ValueError: The arrays do not go together, or not with the space.
        """
        content = pack(rows, space=space, modality=modality)
        digest = sha256(content).hexdigest()
        key = f"videos/{video_id}/vectors/{modality.value}-{digest[:16]}.vec"
        self._blobs.put_bytes(key, content)
        return VectorManifest(
            video_id=video_id,
            modality=modality,
            space=space.id,
            blob=key,
            sha256=digest,
            rows=len(rows.vectors),
        )

    def search(
        self, manifests: Sequence[VectorManifest], queries: Vectors, *, top_k: int
    ) -> Sequence[VectorHit]:
        """
        Return the rows nearest to any of the queries, best first; one for each number of a video.

        Raises:
            FileNotFoundError: If the blob of a segment is gone.
            ValueError: If the bytes of a segment do not match its checksum, or its space not the queries.
        """
        filled = [manifest for manifest in manifests if manifest.rows]
        if not filled:
            return []
        segments = self._segments(filled)
        columns = np.ascontiguousarray(queries.T, dtype=np.float32)
        hits = [
            _hit(filled[place].video_id, segments[place], group, columns=columns)
            for place, group in _nearest(segments, columns, count=top_k * _most_of_one_video(filled))
        ]
        hits.sort(key=lambda hit: (-hit.similarity, hit.video_id, hit.number))
        once: dict[tuple[VideoId, int], VectorHit] = {}
        for hit in hits:
            once.setdefault((hit.video_id, hit.number), hit)
        return list(once.values())[:top_k]

    def _segments(self, manifests: Sequence[VectorManifest]) -> list[Segment]:
        """Return all segments; those not in memory are read side by side."""
        held = {manifest.sha256: self._cache.get(manifest.sha256) for manifest in manifests}
        missing = {each.sha256: each for each in manifests if held[each.sha256] is None}
        if missing:
            with ThreadPoolExecutor(LOADING_THREADS, thread_name_prefix="segments") as readers:
                held.update(zip(missing, readers.map(self._load, missing.values()), strict=True))
        return [segment for each in manifests if (segment := held[each.sha256]) is not None]

    def _load(self, manifest: VectorManifest) -> Segment:
        content = self._blobs.get_bytes(manifest.blob)
        if sha256(content).hexdigest() != manifest.sha256:
            raise ValueError(f"the bytes of {manifest.blob} do not match their checksum")
        segment = unpack(content, space=manifest.space)
        self._cache.put(manifest.sha256, segment)
        return segment


def _most_of_one_video(manifests: Sequence[VectorManifest]) -> int:
    """Return how often a row may come up: once for each segment of its video."""
    return max(Counter(manifest.video_id for manifest in manifests).values())


def _nearest(segments: Sequence[Segment], columns: AnyArray, *, count: int) -> list[tuple[int, int]]:
    """Return which group of which segment is among the nearest, in no order."""
    scores = [_best_of_groups(segment, columns) for segment in segments]
    ends = np.cumsum([len(each) for each in scores])
    flat = np.concatenate(scores)
    chosen = np.arange(len(flat)) if len(flat) <= count else np.argpartition(-flat, count - 1)[:count]
    places = np.searchsorted(ends, chosen, side="right")
    groups = chosen - (ends[places] - [len(scores[place]) for place in places])
    return list(zip(places.tolist(), groups.tolist(), strict=True))


def _best_of_groups(segment: Segment, columns: AnyArray) -> AnyArray:
    """Return the best similarity to any query for each number of a segment."""
    if segment.vectors.shape[1] != columns.shape[0]:
        raise ValueError(
            f"queries of {columns.shape[0]} dimensions for vectors of {segment.vectors.shape[1]}"
        )
    best: AnyArray = np.maximum.reduceat((segment.vectors @ columns).max(axis=1), segment.starts)
    return best


def _hit(video_id: VideoId, segment: Segment, group: int, *, columns: AnyArray) -> VectorHit:
    """Return the best row of a group."""
    start = int(segment.starts[group])
    end = int(segment.starts[group + 1]) if group + 1 < len(segment.starts) else len(segment.numbers)
    similarities = (segment.vectors[start:end] @ columns).max(axis=1)
    row = start + int(similarities.argmax())
    return VectorHit(
        video_id=video_id,
        span=Span(float(segment.spans[row, 0]), float(segment.spans[row, 1])),
        at_s=float(segment.at_s[row]),
        number=int(segment.numbers[row]),
        similarity=float(np.clip(similarities.max(), -1.0, 1.0)),
    )
