"""
The same steps in a wrong order: what the kill tests are for, and must find.

Each function changes the product in this process so that it works as well as ever until it is killed.
"""

from collections.abc import Callable
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

from kinodex.domain.errors import NotFound
from kinodex.jobs.tending import Tending
from kinodex.stores.protocols import VectorManifest
from kinodex.stores.vectors.format import pack
from kinodex.stores.vectors.segments import SegmentVectors
from kinodex.usecases import publishing
from kinodex.usecases.blobs import video_prefix
from kinodex.usecases.indexing_steps import IndexingSteps
from kinodex.usecases.videos import Videos


def publish_before_the_vectors_are_written() -> None:
    """Show the video first and write its vectors afterwards."""
    waiting: list[tuple[SegmentVectors, str, bytes]] = []

    def put(self: SegmentVectors, video_id: Any, modality: Any, space: Any, rows: Any) -> VectorManifest:
        content = pack(rows, space=space, modality=modality)
        digest = sha256(content).hexdigest()
        key = f"videos/{video_id}/vectors/{modality.value}-{digest[:16]}.vec"
        waiting.append((self, key, content))
        return VectorManifest(
            video_id=video_id,
            modality=modality,
            space=space.id,
            blob=key,
            sha256=digest,
            rows=len(rows.vectors),
        )

    publish = IndexingSteps._publish

    def publish_first(self: IndexingSteps, *arguments: Any) -> Any:
        result = publish(self, *arguments)
        while waiting:
            vectors, key, content = waiting.pop()
            vectors._blobs.put_bytes(key, content)
        return result

    SegmentVectors.put, IndexingSteps._publish = put, publish_first


def tell_in_a_transaction_of_its_own() -> None:
    """Make the task final first and queue the event that says so afterwards."""
    publish, untold = IndexingSteps._publish, ContextVar("untold", default=None)
    original = publishing.publish

    class Postponed:
        def __init__(self, transaction: Any) -> None:
            self._transaction = transaction

        def __getattr__(self, name: str) -> Any:
            return self if name == "outbox" else getattr(self._transaction, name)

        def add(self, event: Any) -> None:
            untold.set(event)

    def publish_first(self: IndexingSteps, *arguments: Any) -> Any:
        result = publish(self, *arguments)
        with self._tools.records.write() as transaction:
            transaction.outbox.add(untold.get())
        return result

    from kinodex.usecases import indexing_steps

    indexing_steps.publish = lambda transaction, *rest: original(Postponed(transaction), *rest)
    IndexingSteps._publish = publish_first


def remove_bytes_before_the_rows() -> None:
    """Remove the bytes of a video first and commit its deletion afterwards."""
    delete = Videos.delete

    def bytes_first(self: Videos, index_id: Any, video_id: Any) -> None:
        self._blobs.delete_prefix(video_prefix(video_id))
        delete(self, index_id, video_id)

    Videos.delete = bytes_first


def forget_running_tasks() -> None:
    """Take no notice at start of what an earlier life had under way."""
    Tending._take_over = lambda _self: None


def remove_bytes_in_the_request() -> None:
    """Remove the bytes right after the commit: after a kill in between nobody knows of them."""

    def delete(self: Videos, index_id: Any, video_id: Any) -> None:
        with self._records.write() as transaction:
            if not transaction.videos.delete(index_id, video_id):
                raise NotFound("video", video_id)
        self._blobs.delete_prefix(video_prefix(video_id))

    Videos.delete = delete


WRONG_ORDERS: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (
        publish_before_the_vectors_are_written,
        tell_in_a_transaction_of_its_own,
        remove_bytes_before_the_rows,
        forget_running_tasks,
        remove_bytes_in_the_request,
    )
}
