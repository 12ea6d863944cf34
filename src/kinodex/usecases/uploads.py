"""Uploads in parts: for files too large for one request, and for connections that break."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from kinodex.domain import errors
from kinodex.domain.assets import (
    Asset,
    AssetKind,
    AssetLimits,
    AssetMethod,
    PartStatus,
    Upload,
    UploadPart,
    UploadStatus,
)
from kinodex.domain.clock import now
from kinodex.domain.ids import TaskId, UploadId, new_id
from kinodex.domain.listing import Page
from kinodex.domain.tasks import Failure
from kinodex.jobs.protocols import Jobs
from kinodex.stores.protocols import BlobStore, Records, Transaction
from kinodex.usecases.assets import AssetRequest, failed, new_asset
from kinodex.usecases.blobs import part_key, sent_part_key, upload_prefix
from kinodex.usecases.purging import Purging, purge_prefixes

log = structlog.get_logger(__name__)

UPLOAD_LIFE = timedelta(hours=24)
URL_LIFE_S = 3600
MOST_URLS = 50
"""Asked for or given out at once."""


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a client says of a part it has sent; ``etag`` is the tag the sending was answered with."""

    number: int
    etag: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PartTarget:
    """Where to send a part; ``url`` is ``None`` where it goes through this server."""

    number: int
    url: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """What a report has changed: parts taken, parts known before, and how many are complete by now."""

    upload: Upload
    processed: int
    duplicates: int
    completed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """
    Uploads in parts.

    ``folder`` is for parts on their way through this server; with ``through_server`` all go that way,
    also where the store could take them itself.
    """

    records: Records
    blobs: BlobStore
    jobs: Jobs
    limits: AssetLimits
    folder: Path
    purging: Purging
    through_server: bool = False

    def create(self, request: AssetRequest, *, kind: AssetKind, total_bytes: int) -> tuple[Asset, Upload]:
        """
        Begin an upload of a file of a known length.

        Raises:
            ParameterMissing: No file name.
            ParameterInvalid: Nothing to upload, or metadata that cannot be used.
            FileTooLarge: Above the limit of its kind.
        """
        if not request.filename:
            raise errors.ParameterMissing("filename")
        if total_bytes < 1:
            raise errors.ParameterInvalid("total_size", f"it is {total_bytes} bytes and the minimum is 1")
        limit = self.limits.image_bytes if kind is AssetKind.IMAGE else self.limits.multipart_bytes
        if total_bytes > limit:
            raise errors.FileTooLarge(limit, total_bytes)
        expire_overdue(self.records, self.purging)
        asset = new_asset(request, AssetMethod.MULTIPART, filename=request.filename)
        upload = Upload(
            id=UploadId(new_id()),
            asset_id=asset.id,
            kind=kind,
            status=UploadStatus.ACTIVE,
            total_bytes=total_bytes,
            part_bytes=self.limits.part_bytes,
            created_at=asset.created_at,
            updated_at=asset.created_at,
            expires_at=asset.created_at + UPLOAD_LIFE,
        )
        with self.records.write() as transaction:
            made, begun = transaction.assets.get(asset.id), transaction.uploads.of_asset(asset.id)
            if made is not None and begun is not None:
                return made, begun
            transaction.assets.add(asset)
            transaction.uploads.add(upload)
        return asset, upload

    def targets(self, upload_id: UploadId, *, start: int, count: int) -> Sequence[PartTarget]:
        """
        Return where to send some parts, those that there are from ``start`` on.

        Raises:
            NotFound: No such upload.
            UploadClosed: It takes no more bytes.
            ParameterInvalid: No such part, or too many asked for.
        """
        upload = self._open(upload_id)
        if not 1 <= start <= upload.parts:
            raise errors.ParameterInvalid("start", f"{start} is outside 1 to {upload.parts}")
        if not 1 <= count <= MOST_URLS:
            raise errors.ParameterInvalid("count", f"{count} is outside 1 to {MOST_URLS}")
        expires_at = min(now() + timedelta(seconds=URL_LIFE_S), upload.expires_at)
        numbers = range(start, min(start + count, upload.parts + 1))
        return [PartTarget(number, self._url(upload_id, number), expires_at) for number in numbers]

    def check_part(self, upload_id: UploadId, number: int) -> int:
        """
        Return how many bytes a part must have that is about to come.

        Raises:
            NotFound: No such upload.
            UploadClosed: It takes no more bytes.
            ParameterInvalid: No such part.
        """
        upload = self._open(upload_id)
        _check_number(upload, number)
        return upload.size_of(number)

    def new_part(self) -> Path:
        """Return a fresh path to write a part to, for ``put_part``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / new_id()

    def put_part(self, upload_id: UploadId, number: int, path: Path) -> str:
        """
        Store a part that lies at ``path``, which this call takes over. Sending one again is harmless.

        Returns:
            Its tag: the MD5 of its bytes in hex, as stores of objects have it.

        Raises:
            NotFound: No such upload.
            UploadClosed: It takes no more bytes.
            ParameterInvalid: No such part, or not of the length that was announced.
        """
        try:
            wanted = self.check_part(upload_id, number)
            size_bytes = path.stat().st_size if path.exists() else 0
            if size_bytes != wanted:
                raise errors.ParameterInvalid(f"chunk {number}", f"it has {size_bytes} bytes, not {wanted}")
            with path.open("rb") as file:
                etag = hashlib.file_digest(file, _md5).hexdigest()
            self.blobs.put_file(part_key(upload_id, number, etag), path)
        finally:
            path.unlink(missing_ok=True)
        at = now()
        with self.records.write() as transaction:
            _require_open(transaction, upload_id)
            known = {part.number: part for part in transaction.uploads.parts(upload_id)}.get(number)
            if known is None or known.status is not PartStatus.COMPLETED:
                part = UploadPart(
                    number=number,
                    status=PartStatus.PENDING,
                    size_bytes=size_bytes,
                    etag=etag,
                    updated_at=at,
                    uploaded_at=at,
                )
                transaction.uploads.put_part(upload_id, part)
            elif known.etag != etag:
                raise errors.ParameterInvalid(f"chunk {number}", "other bytes were reported for it already")
        return etag

    def report(self, upload_id: UploadId, reports: Sequence[PartReport]) -> ReportOutcome:
        """
        Take the client's word that parts are sent, after comparing it with what is here.

        With the last part the upload is complete, and a worker puts the asset together.

        Raises:
            NotFound: No such upload.
            UploadClosed: It takes no more bytes.
            ParameterInvalid: A part is not here, or not what is reported; the others are taken.
        """
        upload = self._upload(upload_id)
        for each in reports:
            _check_number(upload, each.number)
        if upload.status is not UploadStatus.COMPLETED:
            upload = self._open(upload_id)
        sent = {each.number: self._sent(upload_id, each.number) for each in reports}
        with self.records.write() as transaction:
            outcome, faults = self._take(transaction, upload_id, reports, sent)
        if faults:
            raise errors.ParameterInvalid("completed_chunks", "; ".join(faults))
        return outcome

    def get(self, upload_id: UploadId) -> tuple[Upload, Mapping[int, UploadPart]]:
        """
        Return an upload and what is known of its parts, by number.

        Raises:
            NotFound: No such upload.
        """
        expire_overdue(self.records, self.purging)
        with self.records.read() as transaction:
            upload = transaction.uploads.get(upload_id)
            if upload is None:
                raise errors.NotFound("upload", upload_id)
            return upload, {part.number: part for part in transaction.uploads.parts(upload_id)}

    def incomplete(self, *, page: int, page_limit: int) -> Page[Upload]:
        """Return a page of the uploads that are not completed, newest first."""
        expire_overdue(self.records, self.purging)
        with self.records.read() as transaction:
            return transaction.uploads.incomplete(page=page, page_limit=page_limit)

    def _take(
        self,
        transaction: Transaction,
        upload_id: UploadId,
        reports: Sequence[PartReport],
        sent: Mapping[int, UploadPart | None],
    ) -> tuple[ReportOutcome, list[str]]:
        upload = _require(transaction, upload_id, for_change=True)
        parts = {part.number: part for part in transaction.uploads.parts(upload_id)}
        processed, duplicates, faults = 0, 0, []
        for each in reports:
            known = parts.get(each.number)
            if known is not None and known.status is PartStatus.COMPLETED and known.etag == each.etag:
                duplicates += 1
                continue
            if upload.status is not UploadStatus.ACTIVE:
                raise errors.UploadClosed(upload_id, upload.status)
            part, fault = _judged(upload, each, known, sent[each.number])
            processed += fault is None
            faults += [f"chunk {each.number}: {fault}"] if fault else []
            if part is not None:
                parts[each.number] = part
                transaction.uploads.put_part(upload_id, part)
        completed = sum(part.status is PartStatus.COMPLETED for part in parts.values())
        if upload.status is UploadStatus.ACTIVE:
            is_whole = completed == upload.parts
            status = UploadStatus.COMPLETED if is_whole else UploadStatus.ACTIVE
            upload = replace(upload, status=status, updated_at=now())
            transaction.uploads.replace(upload)
            if is_whole:
                job = TaskId(upload.asset_id)
                self.jobs.enqueue(job, transaction=transaction.handle, queue="receiving")
        outcome = ReportOutcome(
            upload=upload, processed=processed, duplicates=duplicates, completed=completed
        )
        return outcome, faults

    def _sent(self, upload_id: UploadId, number: int) -> UploadPart | None:
        """Return a part that was sent straight to the store, as the store knows it."""
        key = sent_part_key(upload_id, number)
        etag, size_bytes = self.blobs.etag(key), self.blobs.size(key)
        if etag is None or size_bytes is None:
            return None
        return UploadPart(
            number=number, status=PartStatus.PENDING, size_bytes=size_bytes, etag=etag, updated_at=now()
        )

    def _url(self, upload_id: UploadId, number: int) -> str | None:
        if self.through_server:
            return None
        return self.blobs.presigned_put(sent_part_key(upload_id, number), life_s=URL_LIFE_S)

    def _upload(self, upload_id: UploadId) -> Upload:
        with self.records.read() as transaction:
            return _require(transaction, upload_id)

    def _open(self, upload_id: UploadId) -> Upload:
        with self.records.read() as transaction:
            return _require_open(transaction, upload_id)


def expire_overdue(records: Records, purging: Purging) -> None:
    """End uploads whose time is over: their assets fail, their parts are removed."""
    with records.read() as transaction:
        overdue = transaction.uploads.overdue(now())
    for upload in overdue:
        with records.write() as transaction:
            current = transaction.uploads.get(upload.id, for_change=True)
            if current is None or current.status is not UploadStatus.ACTIVE:
                continue
            transaction.uploads.replace(replace(current, status=UploadStatus.EXPIRED, updated_at=now()))
            asset = transaction.assets.get(upload.asset_id, for_change=True)
            parts = transaction.uploads.parts(upload.id)
            if asset is not None:
                error = _expired(upload, parts)
                transaction.assets.replace(failed(asset, Failure(error.code, error.message)))
            # A part may be on its way, also straight to the store by a link given out before.
            purge_prefixes(transaction, [upload_prefix(upload.id)], are_worked_on=True)
        log.info("upload expired", upload_id=upload.id)
        purging.soon()


def _expired(upload: Upload, parts: Sequence[UploadPart]) -> errors.UploadUnfinished:
    completed = sum(part.status is PartStatus.COMPLETED for part in parts)
    return errors.UploadUnfinished(completed, upload.parts, UPLOAD_LIFE.total_seconds() / 3600)


def _require(transaction: Transaction, upload_id: UploadId, *, for_change: bool = False) -> Upload:
    upload = transaction.uploads.get(upload_id, for_change=for_change)
    if upload is None:
        raise errors.NotFound("upload", upload_id)
    return upload


def _require_open(transaction: Transaction, upload_id: UploadId) -> Upload:
    upload = _require(transaction, upload_id)
    if upload.status is not UploadStatus.ACTIVE:
        raise errors.UploadClosed(upload_id, upload.status)
    if upload.expires_at < now():
        raise errors.UploadClosed(upload_id, UploadStatus.EXPIRED)
    return upload


def _check_number(upload: Upload, number: int) -> None:
    if not 1 <= number <= upload.parts:
        raise errors.ParameterInvalid("chunk_index", f"{number} is outside 1 to {upload.parts}")


def _judged(
    upload: Upload, report: PartReport, known: UploadPart | None, sent: UploadPart | None
) -> tuple[UploadPart | None, str | None]:
    """Return what is to be stored of a reported part, and what is wrong with it."""
    wanted, at = upload.size_of(report.number), now()
    if known is not None and known.status is PartStatus.COMPLETED:
        return None, "it is complete already, with another proof"
    here = next((part for part in (known, sent) if part is not None and part.etag == report.etag), None)
    found = here or known or sent
    if found is None:
        return None, "its bytes are not here"
    fault = None
    if here is None:
        fault = f"the proof is {report.etag[:80]!r} and its bytes have {found.etag!r}"
    elif found.size_bytes != wanted or report.size_bytes != wanted:
        fault = f"it has {found.size_bytes} bytes, {report.size_bytes} are reported and {wanted} are due"
    status = PartStatus.FAILED if fault else PartStatus.COMPLETED
    uploaded_at = found.uploaded_at or at
    return replace(found, status=status, error=fault, updated_at=at, uploaded_at=uploaded_at), fault


def _md5() -> "hashlib._Hash":
    """MD5 names parts here, as it does in stores of objects; nothing is kept safe by it."""
    return hashlib.md5(usedforsecurity=False)
