"""API keys: made at first start, stored as hashes, shown once."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import KeyId, new_id
from kinodex.domain.keys import SCOPES, ApiKey
from kinodex.stores.protocols import Records

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
            KeyInvalid: None was shown, or it is unknown or revoked.
        """
        if not text:
            raise errors.KeyInvalid("missing")
        digest = _digest(text)
        if self._configured is not None and secrets.compare_digest(digest, self._configured):
            return _configured_key(digest)
        with self._records.read() as transaction:
            key = transaction.keys.find(digest)
        if key is None:
            raise errors.KeyInvalid("unknown or revoked")
        return key

    def create(self, name: str, *, scopes: Sequence[str] = SCOPES) -> NewKey:
        """
        Make and store a key.

        Raises:
            ParameterInvalid: An unknown scope.
        """
        for scope in scopes:
            if scope not in SCOPES:
                raise errors.ParameterInvalid("scopes", f"{scope!r} is not one of {', '.join(SCOPES)}")
        new = _new_key(name, scopes=tuple(scopes))
        self._add(new)
        return new

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
            self._add(new)
        return path if path.exists() else None

    def _add(self, new: NewKey) -> None:
        with self._records.write() as transaction:
            transaction.keys.add(new.key)


def _new_key(name: str, *, scopes: tuple[str, ...]) -> NewKey:
    text = f"kdx_{secrets.token_urlsafe(_RANDOM_BYTES)}"
    key = ApiKey(id=KeyId(new_id()), name=name, digest=_digest(text), scopes=scopes, created_at=now())
    return NewKey(key, text)


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
