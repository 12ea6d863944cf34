"""Embedding tasks."""

from typing import Protocol

from kinodex.domain.embeddings import EmbedTask
from kinodex.domain.ids import EmbedTaskId
from kinodex.domain.listing import Listing, Page


class EmbedTaskStore(Protocol):
    """Embedding tasks."""

    def add(self, task: EmbedTask) -> None:
        """Store a new task."""
        ...

    def get(self, task_id: EmbedTaskId) -> EmbedTask | None:
        """Return a task, or ``None``."""
        ...

    def replace(self, task: EmbedTask) -> bool:
        """Overwrite a task that is being worked on; False if it has ended or is gone."""
        ...

    def list(self, listing: Listing) -> Page[EmbedTask]:
        """Return a page of tasks. Fields: ``id family status created_at updated_at``."""
        ...
