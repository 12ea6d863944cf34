"""Vectors and what makes them visible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kinodex.domain.arrays import AnyArray, Vectors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.timeline import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorManifest:
    """
    A stored vector segment: all vectors of one video in one space for one modality.

    ``blob`` is its key; ``sha256`` (hex) that of its bytes; ``rows`` how many vectors it holds.
    """

    video_id: VideoId
    modality: Modality
    space: str
    blob: str
    sha256: str
    rows: int


class ManifestStore(Protocol):
    """Which vector segments are visible to search."""

    def add(self, index_id: IndexId, manifests: Sequence[VectorManifest]) -> None:
        """Make segments visible when the transaction commits."""
        ...

    def of_video(self, video_id: VideoId) -> Sequence[VectorManifest]:
        """Return all segments of a video."""
        ...

    def list(
        self,
        index_id: IndexId,
        *,
        modality: Modality,
        space: str,
        videos: Sequence[VideoId] | None,
    ) -> Sequence[VectorManifest]:
        """Return the segments of an index, or of some of its videos; an empty sequence gives none."""
        ...

    def lacking(
        self,
        index_id: IndexId,
        *,
        modality: Modality,
        space: str,
        videos: Sequence[VideoId] | None,
    ) -> Sequence[VideoId]:
        """Return the videos of an index, or of some, with segments of a modality but none in a space."""
        ...

    def of_index(self, index_id: IndexId) -> Sequence[VectorManifest]:
        """Return all segments of an index."""
        ...

    def remove(self, manifest: VectorManifest) -> None:
        """Hide a segment from search; one that has taken its place meanwhile stays."""
        ...


@dataclass(frozen=True, slots=True)
class VectorRows:
    """
    Vectors and the time each stands for.

    ``vectors`` has shape ``(n, dimensions)``; ``spans`` is ``float32``, shape ``(n, 2)``: start and end in
    seconds; ``at_s`` is ``float32``, shape ``(n,)``: the instant that stands for the row, the picture's
    own time where it is one; ``numbers`` is ``int32``, shape ``(n,)``: which frame or line a row
    belongs to.
    """

    vectors: Vectors
    spans: AnyArray
    at_s: AnyArray
    numbers: AnyArray


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A stored vector near a query; ``similarity`` is the cosine, ``at_s`` the instant it stands for."""

    video_id: VideoId
    span: Span
    at_s: float
    number: int
    similarity: float


class VectorStore(Protocol):
    """Immutable vector segments in the blob store, and exact search over them."""

    def put(self, video_id: VideoId, modality: Modality, space: Space, rows: VectorRows) -> VectorManifest:
        """Write a segment and return its manifest, which is to be added in the publishing transaction."""
        ...

    def rows(self, manifest: VectorManifest) -> VectorRows:
        """
        Return what a segment holds, its rows sorted by number; vectors as ``float32`` of length 1.

        Raises:
            FileNotFoundError: If the blob of the segment is gone.
            ValueError: If its bytes do not match its checksum.
        """
        ...

    def search(
        self, manifests: Sequence[VectorManifest], queries: Vectors, *, top_k: int
    ) -> Sequence[VectorHit]:
        """
        Return the rows nearest to any of the queries, best first; the similarity is the best one.

        Args:
            manifests: Segments of one space; only these are looked at, so filters come before the cut.
            queries: Shape ``(m, dimensions)``, m >= 1.
            top_k: At most so many rows.

        Raises:
            FileNotFoundError: If the blob of a segment is gone.
            ValueError: If the bytes of a segment do not match its checksum.
        """
        ...
