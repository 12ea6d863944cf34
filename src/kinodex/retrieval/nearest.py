"""The rows nearest to a query, also when the vectors of a video are gone or damaged."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import attrgetter

from kinodex.domain.arrays import Vectors
from kinodex.domain.ids import VideoId
from kinodex.stores.protocols import VectorHit, VectorManifest, VectorStore


@dataclass(frozen=True, slots=True)
class NearestRows:
    """Rows, best first, and the videos that could not be looked at."""

    hits: Sequence[VectorHit]
    unreadable: frozenset[VideoId] = frozenset()


def nearest_rows(
    manifests: Sequence[VectorManifest], queries: Vectors, *, vectors: VectorStore, top_k: int
) -> NearestRows:
    """
    Search some segments; those that cannot be read are named instead of ending the search.

    A video deleted while we search takes its segments with it, and one damaged file must not make a whole
    index unsearchable.
    """
    try:
        return NearestRows(vectors.search(manifests, queries, top_k=top_k))
    except (FileNotFoundError, ValueError):
        return _one_by_one(manifests, queries, vectors=vectors, top_k=top_k)


def _one_by_one(
    manifests: Sequence[VectorManifest], queries: Vectors, *, vectors: VectorStore, top_k: int
) -> NearestRows:
    hits: list[VectorHit] = []
    unreadable: set[VideoId] = set()
    for manifest in manifests:
        try:
            hits.extend(vectors.search([manifest], queries, top_k=top_k))
        except (FileNotFoundError, ValueError):
            unreadable.add(manifest.video_id)
    best = nlargest(top_k, hits, key=attrgetter("similarity"))
    return NearestRows(best, frozenset(unreadable))
