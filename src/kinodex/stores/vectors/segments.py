"""Vector segments: immutable blobs, one for each video, modality and space, and exact search over them."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from operator import attrgetter

import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.timeline import Span
from kinodex.stores.protocols import BlobStore, VectorHit, VectorManifest, VectorRows
from kinodex.stores.vectors.cache import SegmentCache
from kinodex.stores.vectors.format import Segment, pack, unit, unpack
from kinodex.stores.vectors.scanning import NearRow, nearest

CACHE_BYTES = 2 * 1024**3
"""More than a million vectors of 512 dimensions: three bytes a dimension, and their times."""

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

    def rows(self, manifest: VectorManifest) -> VectorRows:
        """
        Return what a segment holds, its rows sorted by number; vectors as ``float32`` of length 1.

        Raises:
            FileNotFoundError: If the blob of the segment is gone.
            ValueError: If its bytes do not match its checksum.
        """
        (segment,) = self._segments([manifest])
        return VectorRows(unit(segment.vectors), segment.spans, segment.at_s, segment.numbers)

    def search(
        self, manifests: Sequence[VectorManifest], queries: Vectors, *, top_k: int
    ) -> Sequence[VectorHit]:
        """
        Return the rows nearest to any of the queries, best first; one for each number of a video.

        Raises:
            FileNotFoundError: If the blob of a segment is gone.
            ValueError: If the bytes of a segment do not match its checksum, or its space not the queries.
        """
        filled = sorted((each for each in manifests if each.rows), key=attrgetter("video_id"))
        if not filled:
            return []
        segments = self._segments(filled)
        _check_dimensions(segments, queries)
        asked = np.ascontiguousarray(queries, dtype=np.float32)
        once: dict[tuple[VideoId, int], VectorHit] = {}
        for near in nearest(segments, asked, count=top_k * _most_of_one_video(filled)):
            hit = _hit(filled[near.segment].video_id, segments[near.segment], near)
            once.setdefault((hit.video_id, hit.number), hit)
            if len(once) == top_k:
                break
        return list(once.values())

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


def _check_dimensions(segments: Sequence[Segment], queries: Vectors) -> None:
    for dimensions in {segment.vectors.shape[1] for segment in segments}:
        if dimensions != queries.shape[1]:
            raise ValueError(f"queries of {queries.shape[1]} dimensions for vectors of {dimensions}")


def _hit(video_id: VideoId, segment: Segment, near: NearRow) -> VectorHit:
    start_s, end_s = segment.spans[near.row].tolist()
    return VectorHit(
        video_id=video_id,
        span=Span(start_s, end_s),
        at_s=float(segment.at_s[near.row]),
        number=int(segment.numbers[near.row]),
        similarity=near.similarity,
    )
