"""What a life does besides indexing and deleting: webhooks, cancels, retries, assets, embeddings."""

import hashlib
import time
from collections.abc import Callable
from secrets import token_hex
from typing import TYPE_CHECKING

from kinodex.domain.assets import Asset, AssetKind
from kinodex.domain.embeddings import EmbedTask, EmbedWanted
from kinodex.domain.errors import TaskNotCancelable, TaskNotRetryable
from kinodex.domain.tasks import Task
from kinodex.usecases.assets import AssetRequest
from kinodex.usecases.embed_tasks import EmbedRequest
from kinodex.usecases.uploads import PartReport

if TYPE_CHECKING:
    from tests.durability.life import Life

LOOKS_EVERY_S = 0.02
PATIENCE_S = 60.0


def webhook(life: "Life") -> None:
    """Let a webhook be told of the end of a task."""
    life.url_and_wait()
    wait(lambda: not life.is_telling())


def webhook_gone(life: "Life") -> None:
    """Tell a webhook whose receiver says that it is gone."""
    made = life.usecases.webhooks.create(life.hooks["gone"])
    life.url_and_wait()
    wait(lambda: not life.usecases.webhooks.get(made.id).enabled)
    life.note("switched off", webhook=made.id)


def cancel(life: "Life") -> Task:
    """Cancel a task that is being worked on, and see that the work stops."""
    task = life.url(has_transcript_at_url=True)  # one sent along would be gone for a retry
    wait(lambda: (now := life.stored(task)).step is not None or now.status.is_final)
    life.note("begins to cancel", task=task.id)
    try:
        life.usecases.control.cancel(task.id)
    except TaskNotCancelable:
        return life.stored(task)
    life.note("cancelled", task=task.id)
    wait(lambda: not life.is_at_work())
    return life.stored(task)


def retry(life: "Life") -> None:
    """Cancel a task and try it again."""
    task = cancel(life)
    if task.status.value != "failed":
        return
    life.note("begins to retry", task=task.id)

    def retried() -> bool:
        try:
            life.usecases.control.retry(task.id)
        except TaskNotRetryable:  # its bytes are being removed
            return False
        return True

    wait(retried)
    life.note("retried", task=task.id)
    life.ended(task)


def asset(life: "Life") -> Asset:
    """Send a file to be kept."""
    path = life.usecases.library.uploads.new_part()
    path.write_bytes(content := _content(life))
    made = life.usecases.library.assets.create_from_file(AssetRequest(), path, filename="a.mp4")
    _noted(life, made, content)
    return made


def asset_url(life: "Life") -> None:
    """Keep the file at a URL."""
    path = f"/{token_hex()}/asset.mp4"
    made = life.usecases.library.assets.create_from_url(AssetRequest(), f"{life.site}{path}")
    _noted(life, made, life.clip + path.encode())
    _settled(life, made)


def asset_broken(life: "Life") -> None:
    """Keep what is no video at a URL."""
    url = f"{life.site}/{token_hex()}/failed.mp4"
    made = life.usecases.library.assets.create_from_url(AssetRequest(), url)
    life.note("kept", asset=made.id, ends="failed", sha256="")
    _settled(life, made)


def asset_parts(life: "Life") -> None:
    """Send a file in parts."""
    uploads, content = life.usecases.library.uploads, _content(life)
    made, upload = uploads.create(
        AssetRequest(filename="a.mp4"), kind=AssetKind.VIDEO, total_bytes=len(content)
    )
    reports = []
    for number in range(1, upload.parts + 1):
        part = content[(number - 1) * upload.part_bytes : number * upload.part_bytes]
        path = uploads.new_part()
        path.write_bytes(part)
        reports.append(PartReport(number, uploads.put_part(upload.id, number, path), len(part)))
        life.note("part", upload=upload.id, number=str(number), etag=reports[-1].etag)
    uploads.report(upload.id, reports)
    _noted(life, made, content)
    _settled(life, made)


def index_asset(life: "Life") -> None:
    """Make a video of an asset."""
    made = asset(life)
    life.ended(life.submitted(life.usecases.library.indexed.create(life.request(), made.id)))


def delete_asset(life: "Life") -> None:
    """Remove an asset."""
    made = asset(life)
    with life.deleting("asset", made.id):
        life.usecases.library.assets.delete(made.id, force=False)


def embed(life: "Life") -> None:
    """Make vectors of a file."""
    path = life.usecases.tasks.new_upload()
    path.write_bytes(_content(life))
    tasks = life.usecases.library.embed_tasks
    _embedded(life, tasks.create_from_file(_embedding(), path, filename="a.mp4"), ends="ready")


def embed_broken(life: "Life") -> None:
    """Make vectors of what is no video."""
    url = f"{life.site}/{token_hex()}/failed.mp4"
    made = life.usecases.library.embed_tasks.create_from_url(_embedding(), url)
    _embedded(life, made, ends="failed")


def wait(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, for as long as anybody would."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(LOOKS_EVERY_S)


def _content(life: "Life") -> bytes:
    return life.clip + token_hex().encode()


def _embedding() -> EmbedRequest:
    return EmbedRequest(family="v1", model_name="marengo3.0", wanted=EmbedWanted(clip_s=2.0))


def _embedded(life: "Life", made: EmbedTask, *, ends: str) -> None:
    life.note("embedded", embedding=made.id, ends=ends)
    tasks = life.usecases.library.embed_tasks
    wait(lambda: tasks.get(made.id, family="v1").status.value != "processing")


def _noted(life: "Life", made: Asset, content: bytes) -> None:
    life.note("kept", asset=made.id, ends="ready", sha256=hashlib.sha256(content).hexdigest())


def _settled(life: "Life", made: Asset) -> None:
    wait(lambda: life.usecases.library.assets.get(made.id).status.is_final)


DOINGS: dict[str, Callable[["Life"], object]] = {
    function.__name__: function
    for function in (
        webhook,
        webhook_gone,
        cancel,
        retry,
        asset,
        asset_url,
        asset_broken,
        asset_parts,
        index_asset,
        delete_asset,
        embed,
        embed_broken,
    )
}
"""By the names of their points."""
