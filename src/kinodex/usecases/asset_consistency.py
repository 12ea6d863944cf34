"""Whether the records of assets, uploads and embedding tasks agree with their bytes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

from kinodex.domain.assets import (
    Asset,
    AssetMethod,
    AssetStatus,
    PartStatus,
    Upload,
    UploadPart,
    UploadStatus,
)
from kinodex.domain.clock import now
from kinodex.domain.embeddings import EmbedStatus, EmbedTask
from kinodex.domain.listing import Listing
from kinodex.stores.protocols import BlobStore, Records, Transaction
from kinodex.usecases.blobs import (
    asset_key,
    asset_prefix,
    embedded_key,
    embedding_prefix,
    embedding_source_key,
    embedding_source_prefix,
    part_key,
    sent_part_key,
    upload_prefix,
)
from kinodex.usecases.findings import Finding, Mend

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ComingAsset:
    """An asset, the upload it comes by if it comes in parts, and what is known of these."""

    asset: Asset
    upload: Upload | None = None
    parts: Sequence[UploadPart] = ()


@dataclass(frozen=True, slots=True)
class Holdings:
    """All assets and embedding tasks, as one transaction saw them."""

    assets: Sequence[ComingAsset]
    embed_tasks: Sequence[EmbedTask]

    @classmethod
    def read(cls, transaction: Transaction) -> "Holdings":
        """Return what there is."""
        return cls(
            assets=[_coming(transaction, asset) for asset in _all(transaction.assets)],
            embed_tasks=list(_all(transaction.embed_tasks)),
        )

    def prefixes(self) -> set[str]:
        """Return below what bytes lie that are still needed."""
        owned: set[str] = set()
        for each in self.assets:
            if each.asset.status is not AssetStatus.FAILED:
                owned.add(asset_prefix(each.asset.id))
            if each.upload is not None and not each.asset.status.is_final:
                owned.add(upload_prefix(each.upload.id))
        for task in self.embed_tasks:
            if task.status is not EmbedStatus.FAILED:
                owned.add(embedding_prefix(task.id))
            if task.status is EmbedStatus.PROCESSING:
                owned.add(embedding_source_prefix(task.id))
        return owned

    def under_way(self) -> set[str]:
        """Return the names of the working folders that are still needed."""
        return {each.asset.id for each in self.assets if not each.asset.status.is_final} | {
            task.id for task in self.embed_tasks if task.status is EmbedStatus.PROCESSING
        }


@dataclass(frozen=True, slots=True)
class AssetConsistency:
    """Finds records whose bytes are gone."""

    records: Records
    blobs: BlobStore

    def found(self, holdings: Holdings, keys: Mapping[str, Sequence[str]]) -> Iterator[Mend]:
        """
        Yield what is missing.

        Args:
            holdings: What is recorded.
            keys: The blobs that were there a moment ago, by the prefix of what they belong to.
        """
        here = set(chain.from_iterable(keys.values()))
        for each in holdings.assets:
            yield from self._of_asset(each, here)
        for task in holdings.embed_tasks:
            yield from self._of_embed_task(task, here)

    def _of_asset(self, coming: ComingAsset, here: set[str]) -> Iterator[Mend]:
        asset, upload = coming.asset, coming.upload
        if asset.status is AssetStatus.READY and self._is_gone(asset_key(asset.id), here):
            sentence = f"{asset_key(asset.id)} of a ready asset is gone; delete the asset and send it again."
            yield Mend(Finding(kind="asset_without_bytes", subject=asset.id, sentence=sentence))
        if upload is None or upload.status is not UploadStatus.ACTIVE:
            return
        for part in coming.parts:
            keys = (part_key(upload.id, part.number, part.etag), sent_part_key(upload.id, part.number))
            if part.status is not PartStatus.FAILED and all(self._is_gone(key, here) for key in keys):
                finding = Finding(
                    kind="part_without_bytes",
                    subject=f"{upload_prefix(upload.id)}{part.number}",
                    sentence=f"Chunk {part.number} of an unfinished upload is gone.",
                )
                yield Mend(finding, partial(self._ask_again, upload, part))

    def _of_embed_task(self, task: EmbedTask, here: set[str]) -> Iterator[Mend]:
        if task.status is EmbedStatus.READY and self._is_gone(embedded_key(task.id), here):
            sentence = f"{embedded_key(task.id)} of a ready embedding task is gone; make the task again."
            yield Mend(Finding(kind="embedding_without_bytes", subject=task.id, sentence=sentence))
        source = embedding_source_key(task.id)
        if task.status is EmbedStatus.PROCESSING and task.url is None and self._is_gone(source, here):
            sentence = f"Its upload {source} is gone; the embedding task will fail. Send the file again."
            yield Mend(Finding(kind="upload_without_bytes", subject=task.id, sentence=sentence))

    def _is_gone(self, key: str, here: set[str]) -> bool:
        return key not in here and self.blobs.size(key) is None

    def _ask_again(self, upload: Upload, part: UploadPart) -> None:
        """Let the upload say that a part has to be sent again; with its tag it would pass as here."""
        lost = replace(
            part,
            status=PartStatus.FAILED,
            etag="",
            error="its bytes were lost; send it again",
            updated_at=now(),
        )
        with self.records.write() as transaction:
            current = transaction.uploads.get(upload.id, for_change=True)
            if current is not None and current.status is UploadStatus.ACTIVE:
                transaction.uploads.put_part(upload.id, lost)


def _coming(transaction: Transaction, asset: Asset) -> ComingAsset:
    if asset.method is not AssetMethod.MULTIPART or asset.status.is_final:
        return ComingAsset(asset)
    upload = transaction.uploads.of_asset(asset.id)
    return ComingAsset(asset, upload, () if upload is None else transaction.uploads.parts(upload.id))


def _all(store: Any) -> Iterator[Any]:
    """Yield everything a store lists, page by page."""
    number = 1
    while items := store.list(Listing(page=number, page_limit=_PAGE)).items:
        yield from items
        number += 1
