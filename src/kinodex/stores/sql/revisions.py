"""
Revisions of indexes: whoever changes what a search may find counts one up in the same transaction.

The row is locked until the transaction ends, so two that change the same index never give it one number.
"""

import sqlalchemy as sa

from kinodex.domain.ids import IndexId
from kinodex.stores.sql.tables import indexes


def count_change(connection: sa.Connection, index_id: IndexId | sa.ScalarSelect[str]) -> None:
    """Give an index, by its id or a query for it, its next revision."""
    change = sa.update(indexes).where(indexes.c.id == index_id)
    connection.execute(change.values(revision=indexes.c.revision + 1))
