"""The work behind an asset that does not come whole with its request; safe to kill at any point."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog

from kinodex.domain import errors, lifelines
from kinodex.domain.assets import Asset, AssetLimits, AssetMethod, AssetStatus, Upload
from kinodex.domain.ids import AssetId, TaskId
from kinodex.domain.names import clean_filename, filename_of_url
from kinodex.domain.tasks import Failure
from kinodex.jobs.protocols import Checkpoints
from kinodex.sources.protocols import VideoFetcher
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.asset_renditions import RenditionMaker, unmade
from kinodex.usecases.assets import failed, purge_asset, ready
from kinodex.usecases.blobs import asset_key, part_key, sent_part_key, upload_prefix
from kinodex.usecases.examining import Examined, Examiner
from kinodex.usecases.purging import Purging, purge_prefixes
from kinodex.usecases.uploads import expire_overdue

log = structlog.get_logger(__name__)

Outcome = dict[str, Any]
"""What a step leaves in its checkpoint: plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetIntake:
    """Brings the bytes of assets here and looks at them; ``folders`` holds files on their way."""

    records: Records
    blobs: BlobStore
    fetcher: VideoFetcher
    examiner: Examiner
    limits: AssetLimits
    folders: Path
    purging: Purging

    def takes(self, job: TaskId) -> bool:
        """Return whether a job is that of an asset."""
        with self.records.read() as transaction:
            return transaction.assets.get(AssetId(job)) is not None

    def run(self, job: TaskId, checkpoints: Checkpoints) -> None:
        """
        Do what is to be done about an asset; one that is gone is left alone.

        Raises:
            KinodexError: Why it cannot be done; the caller records it with ``fail``.
            TaskWithdrawn: The asset was deleted, or has ended, meanwhile; nothing is left behind.
        """
        with self.records.read() as transaction:
            asset = transaction.assets.get(AssetId(job))
            upload = transaction.uploads.of_asset(AssetId(job))
        if asset is None or not asset.is_worked_on:
            return
        with structlog.contextvars.bound_contextvars(asset_id=asset.id, request_id=asset.request_id):
            try:
                if not asset.status.is_final:
                    self._receive(asset, upload, checkpoints)
                checkpoints.run("render", lambda: self._render(asset.id))
            except errors.TaskWithdrawn:
                self._discard(asset.id, upload)
                raise
            log.info("asset ready")
        shutil.rmtree(self._folder(asset.id), ignore_errors=True)
        self.purging.soon()

    def fail(self, job: TaskId, failure: Failure) -> None:
        """Record why an asset failed, and remove its bytes; one that is ready lacks what was wished for."""
        with self.records.write() as transaction:
            asset = transaction.assets.get(AssetId(job), for_change=True)
            if asset is None or not asset.is_worked_on:
                return
            if asset.status.is_final:
                transaction.assets.replace(unmade(asset, failure.message))
            else:
                upload = transaction.uploads.of_asset(asset.id)
                transaction.assets.replace(failed(asset, failure))
                purge_asset(transaction, asset.id, upload, is_worked_on=False)
        log.warning("asset failed", asset_id=job, code=failure.code, reason=failure.message)
        shutil.rmtree(self._folder(asset.id), ignore_errors=True)
        self.purging.soon()

    def sweep(self) -> None:
        """Remove what crashes left, and end uploads whose time is over."""
        expire_overdue(self.records, self.purging)
        folders = list(self.folders.glob("*"))
        with self.records.read() as transaction:
            for folder in folders:
                asset = transaction.assets.get(AssetId(folder.name))
                if asset is None or not asset.is_worked_on:
                    shutil.rmtree(folder, ignore_errors=True)

    def _receive(self, asset: Asset, upload: Upload | None, checkpoints: Checkpoints) -> None:
        self._folder(asset.id).mkdir(parents=True, exist_ok=True)
        if asset.method is AssetMethod.URL:
            brought = checkpoints.run("fetch", lambda: self._fetch(asset))
        else:
            brought = checkpoints.run("assemble", lambda: self._assemble(asset, upload))
        examined = checkpoints.run("examine", lambda: self._examine(asset, upload))
        checkpoints.run("publish", lambda: self._publish(asset, upload, brought, examined))

    def _fetch(self, asset: Asset) -> Outcome:
        if asset.url is None:
            raise ValueError("an asset from a URL has none")
        fetched = self.fetcher.fetch(
            asset.url,
            self._source(asset.id),
            limit_bytes=self.limits.url_bytes,
            progress=lambda _sofar: None,
            kind="media",
        )
        self.blobs.put_file(asset_key(asset.id), self._source(asset.id))
        return {"filename": clean_filename(fetched.filename)}

    def _assemble(self, asset: Asset, upload: Upload | None) -> Outcome:
        """Put the parts together; none is trusted to be what it was when it was reported."""
        if upload is None:
            raise errors.TaskWithdrawn
        with self.records.read() as transaction:
            parts = transaction.uploads.parts(upload.id)
        here = set(self.blobs.list(upload_prefix(upload.id)))
        with self._source(asset.id).open("wb") as file:
            for part in parts:
                key = part_key(upload.id, part.number, part.etag)
                if key not in here:
                    key = sent_part_key(upload.id, part.number)
                    if self.blobs.etag(key) != part.etag:
                        raise errors.VideoBroken(f"chunk {part.number} was changed after it was reported")
                file.write(self.blobs.get_bytes(key))
        self.blobs.put_file(asset_key(asset.id), self._source(asset.id))
        return {}

    def _examine(self, asset: Asset, upload: Upload | None) -> Outcome:
        path = self._source(asset.id)
        if not path.exists():  # another machine brought the bytes here
            self.blobs.fetch_to(asset_key(asset.id), path)
        wanted = None if upload is None else upload.kind
        outcome: Outcome = msgspec.to_builtins(self.examiner.examine(path, wanted=wanted))
        return outcome

    def _publish(self, asset: Asset, upload: Upload | None, brought: Outcome, examined: Outcome) -> Outcome:
        with self.records.write() as transaction:
            current = transaction.assets.get(asset.id, for_change=True)
            if current is None or current.status.is_final:
                raise errors.TaskWithdrawn
            lifelines.check()
            done = ready(current, msgspec.convert(examined, Examined))
            # A name the caller chose stays; that of the URL gives way to the one the host told.
            if asset.url is not None and asset.filename == filename_of_url(asset.url):
                done = replace(done, filename=brought["filename"])
            transaction.assets.replace(done)
            if upload is not None:  # links given out before may still bring parts
                purge_prefixes(transaction, [upload_prefix(upload.id)], are_worked_on=True)
        return {}

    def _render(self, asset_id: AssetId) -> Outcome:
        """Make what was wished for; an asset that was deleted meanwhile leaves nothing."""
        with self.records.read() as transaction:
            asset = transaction.assets.get(asset_id)
        if asset is None:
            raise errors.TaskWithdrawn
        if not asset.lacks_renditions:
            return {}
        path = self._source(asset_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            self.blobs.fetch_to(asset_key(asset_id), path)
        made = RenditionMaker(self.examiner.media, self.blobs).make(asset, path, path.parent)
        with self.records.write() as transaction:
            current = transaction.assets.get(asset_id, for_change=True)
            if current is None:
                raise errors.TaskWithdrawn
            transaction.assets.replace(replace(current, stream=made.stream, thumbnail=made.thumbnail))
        return {}

    def _folder(self, asset_id: AssetId) -> Path:
        return self.folders / asset_id

    def _source(self, asset_id: AssetId) -> Path:
        return self._folder(asset_id) / "source"

    def _discard(self, asset_id: AssetId, upload: Upload | None) -> None:
        """Remove what was written for an asset after its deletion or failure had its bytes removed."""
        with self.records.write() as transaction:
            current = transaction.assets.get(asset_id, for_change=True)
            if current is None or current.status is AssetStatus.FAILED:
                purge_asset(transaction, asset_id, upload, is_worked_on=False)
        shutil.rmtree(self._folder(asset_id), ignore_errors=True)
        self.purging.soon()
