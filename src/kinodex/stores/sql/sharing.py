"""What tasks over the same bytes know of one another, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import TaskId, VideoId
from kinodex.domain.tasks import Failure
from kinodex.stores.protocols.sharing import Claim, KnownBytes, KnownSource
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.tables import claims, known_sources


@dataclass(frozen=True, slots=True)
class SqlSourceStore:
    """The known sources as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def put(self, source: KnownSource) -> None:
        """Store what came of asking a source, in place of what was known before."""
        row = _row(source)
        insert = self.dialect.insert(known_sources).values(row)
        upsert = insert.on_conflict_do_update(
            index_elements=["digest", "generation"],
            set_={name: insert.excluded[name] for name in row if name not in {"digest", "generation"}},
        )
        self.connection.execute(upsert)

    def of(self, digest: str) -> Sequence[KnownSource]:
        """Return what is known of a source, the newest first."""
        query = sa.select(known_sources).where(known_sources.c.digest == digest)
        rows = self.connection.execute(query.order_by(known_sources.c.at.desc(), known_sources.c.generation))
        return [_source(row) for row in rows]


@dataclass(frozen=True, slots=True)
class SqlClaimStore:
    """The claims as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def take(self, key: str, task_id: TaskId, *, over: Claim | None) -> Claim | None:
        """Claim a key for a task; return the claim that stands in the way, if one does."""
        if over is not None:
            dead = sa.and_(claims.c.key == key, claims.c.task_id == over.task_id, claims.c.beat == over.beat)
            taken = {"task_id": task_id, "beat": claims.c.beat + 1}
            self.connection.execute(sa.update(claims).where(dead).values(taken))
        insert = self.dialect.insert(claims).values(key=key, task_id=task_id, beat=0)
        claim = None
        while claim is None:  # another process may release the key between the two statements
            self.connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]))
            claim = self.holder(key)
        return None if claim.task_id == task_id else claim

    def holder(self, key: str) -> Claim | None:
        """Return the claim on a key, or ``None``."""
        row = self.connection.execute(sa.select(claims).where(claims.c.key == key)).one_or_none()
        return None if row is None else Claim(TaskId(row.task_id), row.beat)

    def keep(self, key: str, task_id: TaskId) -> bool:
        """Let a claim beat once; False if it is not the task's any more."""
        beating = sa.update(claims).where(*_this(key, task_id)).values(beat=claims.c.beat + 1)
        return self.connection.execute(beating).rowcount == 1

    def release(self, key: str, task_id: TaskId) -> None:
        """Give a claim up; that of another task stays."""
        self.connection.execute(sa.delete(claims).where(*_this(key, task_id)))


def _this(key: str, task_id: TaskId) -> tuple[sa.ColumnElement[bool], ...]:
    return (claims.c.key == key, claims.c.task_id == task_id)


def _row(source: KnownSource) -> dict[str, object]:
    found, failure = source.found, source.failure
    return {
        "digest": source.digest,
        "generation": source.generation,
        "task_id": source.task_id,
        "at": source.at,
        "video_id": found.video_id if found else None,
        "sha256": found.sha256 if found else None,
        "size_bytes": found.size_bytes if found else None,
        "filename": found.filename if found else None,
        "validator": found.validator if found else None,
        "failure_code": failure.code if failure else None,
        "failure_message": failure.message if failure else None,
    }


def _source(row: sa.Row[Any]) -> KnownSource:
    found = None
    if row.video_id is not None:
        found = KnownBytes(
            video_id=VideoId(row.video_id),
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            filename=row.filename,
            validator=row.validator,
        )
    return KnownSource(
        digest=row.digest,
        generation=row.generation,
        task_id=TaskId(row.task_id),
        at=row.at,
        found=found,
        failure=None if row.failure_code is None else Failure(row.failure_code, row.failure_message),
    )
