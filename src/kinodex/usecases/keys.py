"""API keys: made at first start, stored as hashes, shown once."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, KeyId, new_id
from kinodex.domain.keys import SCOPES, ApiKey
from kinodex.stores.protocols import Records
from kinodex.usecases.indexes import require_index

_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only moment its text is known."""

    key: ApiKey
    text: str


class Keys:
    """Who may call."""

    def __init__(self, *, records: Records, configured: str | None) -> None:
        self._records = records
        self._configured = _digest(configured) if configured else None

    def authenticate(self, text: str | None) -> ApiKey:
        """
        Return the key a caller showed.

        Raises:
            KeyInvalid: None was shown, or it is unknown, revoked or expired.
        """
        if not text:
            raise errors.KeyInvalid("missing")
        digest = _digest(text)
        if self._configured is not None and secrets.compare_digest(digest, self._configured):
            return _configured_key(digest)
        with self._records.read() as transaction:
            key = transaction.keys.find(digest)
        if key is None or key.revoked_at is not None:
            raise errors.KeyInvalid("unknown or revoked")
        if not key.is_valid(now()):
            raise errors.KeyInvalid("expired")
        return key

    def create(
        self,
        name: str,
        *,
        scopes: Sequence[str] = SCOPES,
        index_ids: Sequence[IndexId] | None = None,
        expires_at: datetime | None = None,
        requests_per_minute: int | None = None,
    ) -> NewKey:
        """
        Make and store a key.

        Args:
            name: What it is for.
            scopes: What it may do.
            index_ids: The only indexes it reaches; ``None`` for all.
            expires_at: When it ends; ``None`` for never.
            requests_per_minute: A limit of its own; ``None`` for that of the server.

        Raises:
            ParameterInvalid: An unknown scope, an end that has passed, a limit below one, or no index at all.
            NotFound: No such index.
        """
        for scope in scopes:
            if scope not in SCOPES:
                raise errors.ParameterInvalid("scopes", f"{scope!r} is not one of {', '.join(SCOPES)}")
        if index_ids is not None and (not index_ids or "admin" in scopes):
            reason = "it names no index" if not index_ids else "the scope admin reaches everything"
            raise errors.ParameterInvalid("index_ids", reason)
        if expires_at is not None and expires_at <= now():
            raise errors.ParameterInvalid("expires_at", f"{expires_at.isoformat()} has passed")
        if requests_per_minute is not None and requests_per_minute < 1:
            raise errors.ParameterInvalid("requests_per_minute", f"{requests_per_minute} is below 1")
        new = _new_key(
            name,
            scopes=tuple(scopes),
            index_ids=None if index_ids is None else tuple(dict.fromkeys(index_ids)),
            expires_at=expires_at,
            requests_per_minute=requests_per_minute,
        )
        with self._records.write() as transaction:
            for index_id in new.key.index_ids or ():
                require_index(transaction, index_id)
            transaction.keys.add(new.key)
        return new

    def rotate(self, key_id: KeyId, *, grace: timedelta) -> NewKey:
        """
        Make another key with the same rights; the old one ends after a grace period.

        Raises:
            NotFound: No such key, or it is not valid any more.
        """
        at = now()
        with self._records.write() as transaction:
            old = transaction.keys.get(key_id)
            if old is None or not old.is_valid(at):
                raise errors.NotFound("key", key_id)
            text = _new_text()
            key = replace(old, id=KeyId(new_id()), digest=_digest(text), created_at=at)
            transaction.keys.add(key)
            ends_at = at + grace
            transaction.keys.expire(old.id, min(ends_at, old.expires_at) if old.expires_at else ends_at)
        return NewKey(key, text)

    def list(self) -> Sequence[ApiKey]:
        """Return all stored keys, revoked ones too."""
        with self._records.read() as transaction:
            return transaction.keys.list()

    def revoke(self, key_id: KeyId) -> None:
        """
        Make a key useless from now on.

        Raises:
            NotFound: No such key, or revoked before.
        """
        with self._records.write() as transaction:
            if not transaction.keys.revoke(key_id, now()):
                raise errors.NotFound("key", key_id)

    def ensure_first(self, path: Path) -> Path | None:
        """
        Make a key at the very first start and write it to a file only its owner can read.

        Returns:
            The file with the key, or ``None`` where a key is configured or the file is gone.
        """
        if self._configured is not None:
            return None
        if not self.list():
            # The file first: a crash in between leaves a key that is replaced at the next start,
            # never a stored key nobody knows.
            new = _new_key("first start", scopes=SCOPES)
            _write_private(path, new.text)
            with self._records.write() as transaction:
                transaction.keys.add(new.key)
        return path if path.exists() else None


def _new_key(name: str, *, scopes: tuple[str, ...], **limits: Any) -> NewKey:
    text = _new_text()
    key = ApiKey(
        id=KeyId(new_id()), name=name, digest=_digest(text), scopes=scopes, created_at=now(), **limits
    )
    return NewKey(key, text)


def _new_text() -> str:
    return f"kdx_{secrets.token_urlsafe(_RANDOM_BYTES)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _configured_key(digest: str) -> ApiKey:
    return ApiKey(id=KeyId("0" * 24), name="configured", digest=digest, scopes=SCOPES, created_at=now())


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
