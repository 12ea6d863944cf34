"""What must hold of assets, embeddings and webhooks after any kill."""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from tests.durability.journal import Journal

from kinodex.bootstrap import Running
from kinodex.domain.assets import AssetStatus, UploadStatus
from kinodex.domain.embeddings import EmbedStatus
from kinodex.domain.ids import AssetId, EmbedTaskId, UploadId
from kinodex.domain.listing import Listing
from kinodex.domain.webhooks import Delivery, DeliveryStatus, Webhook
from kinodex.stores.protocols import BlobStore, Transaction
from kinodex.usecases.blobs import PREFIXES, asset_key, asset_prefix
from kinodex.usecases.embed_tasks import EmbedTasks


def library_violations(running: Running, journal: Journal, folder: Path) -> Iterator[str]:
    """Yield a sentence for each promise that does not hold; receivers note in a folder what they got."""
    blobs = running.usecases.indexing.tools.blobs
    with running.usecases.indexing.tools.records.read() as transaction:
        yield from _stuck(transaction)
        for line in journal.did("kept"):
            yield from _kept(line, journal, transaction, blobs)
        yield from _parts(journal, transaction)
        yield from _embeddings(running.usecases.library.embed_tasks, journal, transaction)
        yield from _webhooks(journal, transaction, folder)
    root = running.settings.data_dir / "blobs"
    for place in {path.relative_to(root).parts[0] for path in root.rglob("*") if path.is_file()}:
        if f"{place}/" not in PREFIXES:
            yield f"bytes lie below {place}, where nobody looks"


def _stuck(transaction: Transaction) -> Iterator[str]:
    for asset in transaction.assets.list(Listing(page_limit=10_000)).items:
        upload = transaction.uploads.of_asset(asset.id)
        is_coming = upload is not None and upload.status is UploadStatus.ACTIVE
        if asset.status is AssetStatus.PROCESSING and not is_coming:
            yield f"the asset {asset.id} is left processing"


def _kept(
    line: dict[str, str], journal: Journal, transaction: Transaction, blobs: BlobStore
) -> Iterator[str]:
    asset_id = AssetId(line["asset"])
    asset, is_deleted = transaction.assets.get(asset_id), asset_id in journal.deleted["asset"]
    if is_deleted and (asset is not None or [*blobs.list(asset_prefix(asset_id))]):
        yield f"the deleted asset {asset_id} is there again"
    if asset is None:
        if asset_id not in journal.begun["asset"]:
            yield f"the acknowledged asset {asset_id} is lost"
    elif asset.status.value != line["ends"]:
        yield f"the asset {asset_id} ended {asset.status} ({asset.failure}) instead of {line['ends']}"
    elif line["sha256"] and sha256(blobs.get_bytes(asset_key(asset_id))).hexdigest() != line["sha256"]:
        yield f"the bytes of asset {asset_id} are not those that came"


def _parts(journal: Journal, transaction: Transaction) -> Iterator[str]:
    for line in journal.did("part"):
        upload = transaction.uploads.get(UploadId(line["upload"]))
        if upload is None:
            yield f"the upload {line['upload']} is lost"
            continue
        known = {str(part.number): part.etag for part in transaction.uploads.parts(upload.id)}
        if known.get(line["number"]) != line["etag"]:
            yield f"the acknowledged part {line['number']} of upload {upload.id} is lost"


def _embeddings(tasks: EmbedTasks, journal: Journal, transaction: Transaction) -> Iterator[str]:
    for task in transaction.embed_tasks.list(Listing(page_limit=10_000)).items:
        if task.status is EmbedStatus.PROCESSING:
            yield f"the embedding task {task.id} is left processing"
        elif task.status is EmbedStatus.READY and not tasks.vectors(task):
            yield f"the ready embedding task {task.id} has no vectors"
    for line in journal.did("embedded"):
        found = transaction.embed_tasks.get(EmbedTaskId(line["embedding"]))
        if found is None or found.status.value != line["ends"]:
            yield f"the embedding task {line['embedding']} is {found and found.status}, not {line['ends']}"


def _webhooks(journal: Journal, transaction: Transaction, folder: Path) -> Iterator[str]:
    """Each event is told at least once under its own id; nothing is told that has not happened."""
    events = {event.id: event for event in transaction.outbox.list(after=None, limit=10_000)}
    told = {"taken": _told(folder / "told-204"), "gone": _told(folder / "told-410")}
    for ids in told.values():
        yield from (f"the event {each} is told and has not happened" for each in set(ids) - set(events))
    for webhook in transaction.webhooks.list():
        deliveries = transaction.deliveries.list(webhook.id, status=None, offset=0, limit=10_000).items
        queued = Counter(delivery.event.id for delivery in deliveries)
        yield from (f"the event {each} is queued {n} times" for each, n in queued.items() if n != 1)
        if webhook.url.endswith("/gone"):
            yield from _gone(journal, webhook, transaction, deliveries)
            continue
        due = [each.id for each in events.values() if each.created_at >= webhook.created_at]
        yield from (f"the event {each} is queued for nobody" for each in due if each not in queued)
        yield from (f"the event {each} is never told" for each in queued if each not in told["taken"])
        for delivery in deliveries:
            if delivery.status is not DeliveryStatus.SUCCESS or not delivery.attempts:
                yield f"the delivery {delivery.number} is left {delivery.status}"


def _gone(
    journal: Journal, webhook: Webhook, transaction: Transaction, deliveries: Sequence[Delivery]
) -> Iterator[str]:
    """A webhook that was switched off stays so, and its receiver hears nothing any more."""
    for line in journal.did("switched off"):
        if line["webhook"] == webhook.id and webhook.enabled:
            yield f"the webhook {webhook.id} is switched on again"
    attempts = [each for delivery in deliveries for each in transaction.deliveries.attempts(delivery.number)]
    if not webhook.enabled and any(each.at > webhook.updated_at for each in attempts):
        yield f"the webhook {webhook.id} is told of events although it is switched off"


def _told(path: Path) -> Sequence[str]:
    return path.read_text().split() if path.exists() else ()
