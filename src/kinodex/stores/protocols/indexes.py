"""Indexes and the ready videos in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.indexes import Index, IndexTotals
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.domain.videos import Video


class IndexStore(Protocol):
    """Indexes."""

    def add(self, index: Index) -> None:
        """
        Store a new index.

        Raises:
            IndexNameTaken: If the name is in use.
        """
        ...

    def get(self, index_id: IndexId) -> Index | None:
        """Return an index, or ``None``."""
        ...

    def list(self, listing: Listing) -> Page[Index]:
        """
        Return a page of indexes.

        Fields: ``id name created_at updated_at``; ``options models families`` take a tuple, of which the
        index has all.
        """
        ...

    def rename(self, index_id: IndexId, name: str, at: datetime) -> None:
        """
        Give an index another name.

        Raises:
            IndexNameTaken: If another index has it.
        """
        ...

    def totals(self, index_ids: Sequence[IndexId]) -> Mapping[IndexId, IndexTotals]:
        """Count the ready videos of some indexes; every id asked for is in the answer."""
        ...

    def revisions(self, index_ids: Sequence[IndexId]) -> Mapping[IndexId, str]:
        """
        Return a word for each index that is another one after every change of what a search may find in it.

        Changes of its videos, their metadata, texts and vector manifests count, and those of its own row.
        An index that is not there is not in the answer.
        """
        ...

    def delete(self, index_id: IndexId) -> None:
        """Remove an index with its tasks, videos, texts and vector manifests."""
        ...


class VideoStore(Protocol):
    """Ready videos."""

    def add(self, video: Video) -> None:
        """Store a video; with the same id, it replaces the earlier one."""
        ...

    def get(self, index_id: IndexId, video_id: VideoId) -> Video | None:
        """Return a video of an index, or ``None``."""
        ...

    def list(self, index_id: IndexId, listing: Listing) -> Page[Video]:
        """
        Return a page of videos.

        Fields: ``id filename title duration_s fps width_px height_px size_bytes created_at updated_at
        indexed_at`` and ``metadata.<key>``.
        """
        ...

    def matching(self, index_id: IndexId, conditions: Sequence[Condition]) -> Sequence[VideoId]:
        """Return the ids of all videos of an index that fulfil all conditions (fields as in ``list``)."""
        ...

    def twin(self, sha256: str, recipe: str) -> Video | None:
        """Return a video of any index made of these bytes by this recipe, the newest, or ``None``."""
        ...

    def of_bytes(self, sha256: str) -> Sequence[Video]:
        """Return the videos of all indexes made of these bytes, the newest first."""
        ...

    def update(self, video: Video) -> None:
        """Overwrite title, metadata, warnings, ``is_playable`` and ``updated_at`` of a video."""
        ...

    def delete(self, index_id: IndexId, video_id: VideoId) -> bool:
        """Remove a video with its texts and vector manifests; False if it was not there."""
        ...
