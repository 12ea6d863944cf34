"""Indexes in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from kinodex.domain.errors import IndexNameTaken
from kinodex.domain.ids import IndexId
from kinodex.domain.indexes import Index, IndexTotals, ModelChoice
from kinodex.domain.listing import Condition, Listing, Page
from kinodex.stores.sql.conditions import Field
from kinodex.stores.sql.dialects import Dialect
from kinodex.stores.sql.lists import page_of
from kinodex.stores.sql.tables import index_words, indexes, step_runs, tasks, videos


@dataclass(frozen=True, slots=True)
class SqlIndexStore:
    """The indexes as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, index: Index) -> None:
        """
        Store a new index.

        Raises:
            IndexNameTaken: If the name is in use.
        """
        row = {
            "id": index.id,
            "name": index.name,
            "models": index.models,
            "addons": index.addons,
            "generation": index.generation,
            "created_at": index.created_at,
            "updated_at": index.updated_at,
        }
        insert = self.dialect.insert(indexes).values(row).on_conflict_do_nothing(index_elements=["name"])
        if self.connection.execute(insert.returning(indexes.c.id)).scalar_one_or_none() is None:
            raise IndexNameTaken(index.name)
        if words := list(_words(index)):
            self.connection.execute(sa.insert(index_words), words)

    def get(self, index_id: IndexId) -> Index | None:
        """Return an index, or ``None``."""
        row = self.connection.execute(sa.select(indexes).where(indexes.c.id == index_id)).one_or_none()
        return None if row is None else _index(row)

    def list(self, listing: Listing) -> Page[Index]:
        """Return a page of indexes."""
        return page_of(self.connection, sa.select(indexes), listing, fields=FIELDS, item=_index)

    def rename(self, index_id: IndexId, name: str, at: datetime) -> None:
        """
        Give an index another name.

        Raises:
            IndexNameTaken: If another index has it.
        """
        change = sa.update(indexes).where(indexes.c.id == index_id).values(name=name, updated_at=at)
        try:
            with self.connection.begin_nested():
                self.connection.execute(change)
        except sa.exc.IntegrityError as error:
            raise IndexNameTaken(name) from error

    def totals(self, index_ids: Sequence[IndexId]) -> Mapping[IndexId, IndexTotals]:
        """Count the ready videos of some indexes."""
        wanted = self.dialect.among(videos.c.index_id, index_ids)
        length = sa.func.coalesce(sa.func.sum(videos.c.duration_s), 0.0)
        query = (
            sa.select(videos.c.index_id, sa.func.count(), length).where(wanted).group_by(videos.c.index_id)
        )
        found = {row[0]: IndexTotals(row[1], float(row[2])) for row in self.connection.execute(query)}
        return {index_id: found.get(index_id, IndexTotals(0, 0.0)) for index_id in index_ids}

    def revisions(self, index_ids: Sequence[IndexId]) -> Mapping[IndexId, str]:
        """Return what is another word as soon as anything in an index has changed; none for one not there."""
        shown = (indexes.c.id, indexes.c.revision, indexes.c.updated_at)
        query = sa.select(*shown).where(indexes.c.id.in_(index_ids))
        return {
            IndexId(row.id): f"{row.revision} {row.updated_at.isoformat()}"
            for row in self.connection.execute(query)
        }

    def delete(self, index_id: IndexId) -> None:
        """Remove an index; what belongs to it goes with it, by the foreign keys."""
        its_tasks = sa.select(tasks.c.id).where(tasks.c.index_id == index_id).scalar_subquery()
        self.connection.execute(sa.delete(step_runs).where(step_runs.c.task_id.in_(its_tasks)))
        self.connection.execute(sa.delete(indexes).where(indexes.c.id == index_id))


def _words(index: Index) -> list[dict[str, str]]:
    """Return options, models and their families, one row each, so that lists can be narrowed by them."""
    kinds = {
        "options": index.options,
        "models": [model.name for model in index.models],
        "families": [model.family for model in index.models],
    }
    return [
        {"index_id": index.id, "kind": kind, "word": word}
        for kind, words in kinds.items()
        for word in dict.fromkeys(words)
    ]


def _holds_all(condition: Condition) -> sa.ColumnElement[bool]:
    wanted = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
    stored = index_words.c
    return sa.and_(
        sa.true(),
        *(
            sa.exists().where(
                stored.index_id == indexes.c.id, stored.kind == condition.field, stored.word == word
            )
            for word in wanted
        ),
    )


FIELDS: Mapping[str, Field] = {
    **{name: indexes.c[name] for name in ("id", "name", "created_at", "updated_at")},
    "options": _holds_all,
    "models": _holds_all,
    "families": _holds_all,
}


def _index(row: sa.Row[Any]) -> Index:
    return Index(
        id=row.id,
        name=row.name,
        models=msgspec.convert(row.models, tuple[ModelChoice, ...]),
        addons=tuple(row.addons),
        generation=row.generation,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
